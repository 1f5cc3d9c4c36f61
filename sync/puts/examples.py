"""Bodies as a phone sends them, for the API document."""

VISIT = {
    "household": "0199d2a0-1111-7000-8000-000000000001",
    "kind": "home",
    "started_at": "2026-11-03T09:12:00+08:00",
    "ended_at": "2026-11-03T09:40:00+08:00",
    "people_met": 2,
    "companions": ["0199d2a0-5555-7000-8000-000000000001"],
    "tasks": ["0199d2a0-4444-7000-8000-000000000001"],
    "location": {"lat": 28.6, "lon": 103.95, "accuracy_m": 12.5, "system": "gcj02", "mocked": False},
    "note": "老人在家",
    "opinions": [
        {
            "id": "0199d2a0-2222-7000-8000-000000000001",
            "text": "村口路灯坏了三个月",
            "kind": "request",
            "category": "lighting",
            "wants_reply": True,
        }
    ],
    "matters": [
        {
            "id": "0199d2a0-6666-7000-8000-000000000001",
            "title": "帮助更换灶台水管",
            "opinions": ["0199d2a0-2222-7000-8000-000000000001"],
        }
    ],
    "photos": [
        {
            "id": "0199d2a0-3333-7000-8000-000000000001",
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "bytes": 183204,
            "taken_at": "2026-11-03T09:20:00+08:00",
            "caption": "坏了的路灯",
        }
    ],
    "device": {"id": "phone-1", "app_version": "1.4.0", "clock_at": "2026-11-03T18:00:00+08:00"},
}
RECEPTION = {
    "household": None,
    "visitor": {"name": "赶集的老人", "address": "邻县关河村"},
    "kind": "reception",
    "started_at": "2026-11-03T14:05:00+08:00",
    "ended_at": "2026-11-03T14:20:00+08:00",
    "people_met": 1,
}
OPINION = {
    "made_at": "2026-11-03T11:00:00+08:00",
    "unit": "530626101201",
    "voice": "村口小卖部",
    "text": "希望公布办事电话",
    "kind": "suggestion",
}
REPLY = {"text": "路灯已于今天修好", "how": "in_person", "told_at": "2026-11-10T16:00:00+08:00"}
PHOTO = {
    "task": "0199d2a0-4444-7000-8000-000000000001",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "bytes": 183204,
    "taken_at": "2026-11-09T14:50:00+08:00",
    "caption": "修好的路灯",
}
MATTER = {
    "title": "帮助更换灶台水管",
    "done_on": "2026-11-03",
    "households": ["0199d2a0-1111-7000-8000-000000000001"],
    "opinions": ["0199d2a0-2222-7000-8000-000000000001"],
    "satisfaction": 5,
}
ACTION = {
    "task": "0199d2a0-4444-7000-8000-000000000001",
    "verb": "finish",
    "args": {"outcome": "路灯已修好"},
    "made_at": "2026-11-09T15:00:00+08:00",
}
WITHDRAWAL = {"made_at": "2026-11-03T20:00:00+08:00", "reason": "填错了户", "changes": {"withdrawn": True}}
