"""Examples in the API document."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_TASK = "0192f4d1-0c40-7a51-8c0e-51c7be0f6d04"
_OPINION = "0192f3c8-6a51-7d10-9c11-2f6f0f3d8a01"
_HOUSEHOLD = "0192f3c8-5b11-7c02-8a44-7b1f0a6e1c02"
_OFFICE = "0192e0aa-2b3c-7e4f-9a50-2b3c4d5e6f08"
_OFFICE_2 = "0192e0aa-3c4d-7f50-8a61-3c4d5e6f7a09"
_USER = "0192e0aa-1b2c-7d3e-8f40-1a2b3c4d5e05"
_PHOTO = "0192f9df-1111-7aaa-8bbb-0c0d0e0f1009"

TASK = OpenApiExample(
    "street light",
    value={
        "id": _TASK,
        "title": "村口路灯",
        "unit": "530626101201",
        "category": "lighting",
        "group": "0192f4d1-0c3e-7f0a-b5a2-9d31c4e8aa03",
        "opinions": [_OPINION],
        "households": [_HOUSEHOLD],
        "photos": [_PHOTO],
        "state": "in_progress",
        "office": _OFFICE,
        "handler": _USER,
        "plan": "报供电所更换灯具",
        "due_on": "2026-11-20",
        "due_on_provisional": False,
        "closing_standard": "路灯连续三晚正常",
        "priority": "high",
        "paused": False,
        "extended": False,
        "under_review": False,
        "escalated_to": None,
        "cards": [
            {
                "id": "0192f9e1-4444-7ddd-8eee-3f3031323a4b",
                "colour": "yellow",
                "fell_on": "2026-11-17",
                "due_on": "2026-11-20",
                "issued_at": "2026-11-17T00:00:41+08:00",
            }
        ],
        "remaining_working_days": 2,
        "reviews": [],
        "outcome": "",
        "decline_reason": "",
        "merged_into": None,
        "opened_at": "2026-11-04T10:00:00+08:00",
        "opened_by": _USER,
        "finished_on": None,
        "closed_on": None,
        "version": 3,
    },
    response_only=True,
)

MATTER = OpenApiExample(
    "street light",
    value={
        "id": "0192f9e1-2222-7bbb-8ccc-1d1e1f20210a",
        "visit": None,
        "title": "村口路灯",
        "unit": "530626101201",
        "done_on": "2026-11-09",
        "households": [_HOUSEHOLD],
        "opinions": [_OPINION],
        "task": _TASK,
        "photos": [],
        "satisfaction": 5,
        "recorded_by": _USER,
        "received_at": "2026-11-09T16:25:00+08:00",
        "withdrawn_at": None,
        "version": 1,
    },
    response_only=True,
)


def _asked(name: str, body: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, value=body, request_only=True)


NEW_TASK = _asked("street light", {"title": "村口路灯", "opinions": [_OPINION], "due_on": "2026-11-20"})

CALENDAR_DAY = OpenApiExample(
    "a local holiday",
    value={
        "id": "0192f9e1-5555-7eee-8fff-4a4b4c4d4e4f",
        "unit": "530626",
        "day": "2026-07-15",
        "works": False,
        "reason": "火把节放假",
        "added_by": _USER,
        "version": 1,
    },
    response_only=True,
)
NEW_CALENDAR_DAY = _asked(
    "a local holiday", {"unit": "530626", "day": "2026-07-15", "works": False, "reason": "火把节放假"}
)

VERB_EXAMPLES: dict[str, list[OpenApiExample]] = {
    "assign": [_asked("to a handler", {"office": _OFFICE, "handler": _USER, "due_on": "2026-11-20"})],
    "start": [
        _asked("with what was missing", {"plan": "报供电所更换灯具", "closing_standard": "路灯连续三晚正常"})
    ],
    "extend": [_asked("a week", {"due_on": "2026-11-27", "reason": "灯具缺货"})],
    "escalate": [_asked("beyond the town", {"reason": "须县供电公司立项"})],
    "request-review": [
        _asked("two offices", {"offices": [_OFFICE, _OFFICE_2], "reason": "涉及电力与交通两家"})
    ],
    "review": [_asked("our view", {"view": "同意更换，费用由供电公司承担"})],
    "decide": [_asked("so be it", {"decision": "由供电公司十日内更换，交通站配合"})],
    "pause": [_asked("nobody at home", {"reason": "户主外出，月底回"})],
    "resume": [_asked("back again", {"reason": "户主已回"})],
    "finish": [_asked("with a photo", {"outcome": "已更换灯具两盏", "evidence": [_PHOTO]})],
    "confirm": [
        _asked("the household is satisfied", {"household": _HOUSEHOLD, "satisfaction": 5}),
        _asked("on its behalf", {"reason": "户主外出，村组长代为确认"}),
    ],
    "reopen": [_asked("dark again", {"reason": "路灯又灭了"})],
    "decline": [_asked("not ours", {"reason": "该路段已列入明年改造"})],
    "merge": [_asked("into another", {"into": "0192f4d1-9999-7ccc-8ddd-2e2f3031320b"})],
}
