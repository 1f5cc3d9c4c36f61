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
