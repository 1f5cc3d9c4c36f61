"""Examples in the API document."""

from drf_spectacular.utils import OpenApiExample

_OPINION = "0192f3c8-6a51-7d10-9c11-2f6f0f3d8a01"
_HOUSEHOLD = "0192f3c8-5b11-7c02-8a44-7b1f0a6e1c02"
_GROUP = "0192f4d1-0c3e-7f0a-b5a2-9d31c4e8aa03"
_TASK = "0192f4d1-0c40-7a51-8c0e-51c7be0f6d04"
_USER = "0192e0aa-1b2c-7d3e-8f40-1a2b3c4d5e05"

OPINION = OpenApiExample(
    "street light",
    value={
        "id": _OPINION,
        "visit": "0192f3c8-6a40-7b23-9f02-6c1d2e3f4a06",
        "made_at": None,
        "household": _HOUSEHOLD,
        "unit": "530626101201",
        "voice": "",
        "text": "村口路灯坏了三个月",
        "kind": "request",
        "category": "lighting",
        "suggested_categories": [
            {"code": "lighting", "score": 0.9712},
            {"code": "roads", "score": 0.0131},
            {"code": "electricity", "score": 0.0096},
        ],
        "group": _GROUP,
        "task": _TASK,
        "wants_reply": True,
        "replies": [
            {
                "id": "0192f9e0-7788-7a01-8b5d-0a1b2c3d4e07",
                "text": "路灯已换好，今晚试亮。",
                "how": "in_person",
                "told_at": "2026-11-09T16:20:00+08:00",
                "by": _USER,
            }
        ],
        "standing": "resolved",
        "answered": True,
        "resolved_on": "2026-11-09",
        "declined_on": None,
        "replied_on": "2026-11-09",
        "by": _USER,
        "day": "2026-11-03",
        "occurred_at": "2026-11-03T09:12:00+08:00",
        "received_at": "2026-11-03T18:40:12+08:00",
        "version": 4,
    },
    response_only=True,
)

NEW_CATEGORY = OpenApiExample(
    "new category", value={"code": "tea_trade", "name": "茶叶产销", "name_en": "Tea trade"}, request_only=True
)

CATEGORY = OpenApiExample(
    "lighting",
    value={
        "code": "lighting",
        "name": "路灯照明",
        "name_en": "Lighting",
        "active": True,
        "deadline_days": 15,
        "deadline_in": "working_days",
        "needs_review": False,
        "version": 1,
    },
    response_only=True,
)
