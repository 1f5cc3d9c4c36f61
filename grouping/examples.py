"""Examples in the API document."""

from drf_spectacular.utils import OpenApiExample

_OPINION = "0192f3c8-6a51-7d10-9c11-2f6f0f3d8a01"
_PERHAPS = "0192f3c8-6a51-7d10-9c11-2f6f0f3d8a0b"
_HOUSEHOLD = "0192f3c8-5b11-7c02-8a44-7b1f0a6e1c02"
_GROUP = "0192f4d1-0c3e-7f0a-b5a2-9d31c4e8aa03"

GROUP = OpenApiExample(
    "street light",
    value={
        "id": _GROUP,
        "unit": "530626101201",
        "title": "村口路灯坏了三个月",
        "category": "lighting",
        "opinions": [_OPINION],
        "households": [_HOUSEHOLD],
        "task": None,
        "suggestions": [{"opinion": _PERHAPS, "score": 0.5349}],
        "merged_into": None,
        "opened_at": "2026-11-04T10:00:00+08:00",
        "version": 1,
    },
    response_only=True,
)

SOME = OpenApiExample(
    "the same lamp", value={"opinions": [_PERHAPS], "reason": "同一盏路灯"}, request_only=True
)
OTHER = OpenApiExample(
    "the same lamp", value={"group": "0192f4d1-0c3e-7f0a-b5a2-9d31c4e8aa04"}, request_only=True
)
CHANGE = OpenApiExample(
    "what it is about", value={"title": "村口路灯", "category": "lighting"}, request_only=True
)
