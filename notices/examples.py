"""Examples in the API document."""

from drf_spectacular.utils import OpenApiExample

_ID = "0193a1c2-8d10-7b3e-9a41-2c5d6e7f8a10"

NOTICE = OpenApiExample(
    "a task was given to you",
    value={
        "id": _ID,
        "kind": "task_given",
        "name": "新任务",
        "resource": "tasks",
        "row_id": "0192f4d1-0c40-7a51-8c0e-51c7be0f6d04",
        "unit": "530626101201",
        "title": "村口路灯不亮",
        "day": "2026-11-23",
        "at": "2026-11-02T10:00:00+08:00",
        "read_at": None,
        "version": 1,
    },
    response_only=True,
)
READ = OpenApiExample("one of them", value={"notices": [_ID]}, request_only=True)
MARKED = OpenApiExample("one was unread", value={"read": 1}, response_only=True)

_DELIVERY = {
    "id": "0193a1c2-9e20-7c4f-8b52-3d6e7f809b21",
    "person": "0192f4d0-0b30-7f41-9b0d-41b6ad0e5c03",
    "unit": "530626101",
    "channel": "sms",
    "digest": False,
    "notices": 2,
    "state": "failed",
    "tries": 8,
    "made_at": "2026-11-02T10:01:00+08:00",
    "next_at": "2026-11-03T08:22:00+08:00",
    "sent_at": None,
    "receipt": "",
    "problem": "isv.AMOUNT_NOT_ENOUGH",
}
FAILED = OpenApiExample("the account had no money", value=_DELIVERY, response_only=True)
RESTARTED = OpenApiExample(
    "due at once",
    value={**_DELIVERY, "state": "waiting", "tries": 0, "next_at": "2026-11-04T09:00:00+08:00"},
    response_only=True,
)
