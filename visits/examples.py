"""A visit as it is answered, for the API document."""

VISIT = {
    "id": "0199d2a0-0000-7000-8000-000000000001",
    "household": "0199d2a0-1111-7000-8000-000000000001",
    "visitor": None,
    "kind": "home",
    "started_at": "2026-11-03T09:12:00+08:00",
    "ended_at": "2026-11-03T09:40:00+08:00",
    "people_met": 2,
    "location": {"lat": 28.6, "lon": 103.95, "accuracy_m": 12.5, "system": "gcj02", "mocked": False},
    "note": "老人在家",
    "companions": ["0199d2a0-5555-7000-8000-000000000001"],
    "tasks": ["0199d2a0-4444-7000-8000-000000000001"],
    "opinions": [
        {
            "id": "0199d2a0-2222-7000-8000-000000000001",
            "text": "村口路灯坏了三个月",
            "kind": "request",
            "category": "lighting",
            "wants_reply": True,
            "group": None,
            "version": 1,
        }
    ],
    "matters": [
        {
            "id": "0199d2a0-6666-7000-8000-000000000001",
            "title": "帮助更换灶台水管",
            "satisfaction": None,
            "opinions": ["0199d2a0-2222-7000-8000-000000000001"],
            "households": ["0199d2a0-1111-7000-8000-000000000001"],
            "version": 1,
        }
    ],
    "photos": [
        {
            "id": "0199d2a0-3333-7000-8000-000000000001",
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "bytes": 183204,
            "taken_at": "2026-11-03T09:20:00+08:00",
            "caption": "坏了的路灯",
            "state": "awaiting",
            "problem": "",
        }
    ],
    "cadre": "0199d2a0-7777-7000-8000-000000000001",
    "unit": "530626101201",
    "post": "A",
    "cover": False,
    "occurred_at": "2026-11-03T09:12:00+08:00",
    "received_at": "2026-11-03T18:00:00.412+08:00",
    "point": {"lat": 28.602657, "lon": 103.947912},
    "distance_m": 412.6,
    "flags": [{"code": "far", "state": "raised", "evidence": [{"measured": 400.1, "threshold": 200}]}],
    "complete": False,
    "withdrawn": False,
    "amendments": [],
    "version": 1,
}
