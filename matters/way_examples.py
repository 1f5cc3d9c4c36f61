"""An opinion's whole way in the API document."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

from matters.examples import MATTER, TASK
from opinions.examples import OPINION

_HANDLER = "0192e0aa-1b2c-7d3e-8f40-1a2b3c4d5e05"
_FINISHED: dict[str, Any] = {
    "state": "confirmed",
    "outcome": "已更换灯具两盏",
    "remaining_working_days": None,
    "finished_on": "2026-11-08",
    "closed_on": "2026-11-09",
    "version": 6,
}
_REOPENED = {
    "id": "0192f9e1-6666-7fff-8aaa-5b5c5d5e5f60",
    "verb": "reopen",
    "args": {"reason": "路灯又灭了"},
    "made_at": "2026-11-07T16:25:00+08:00",
    "day": "2026-11-07",
    "by": _HANDLER,
    "received_at": "2026-11-07T18:02:11+08:00",
    "was": "done",
    "became": "in_progress",
    "due_on": "2026-11-20",
}
_DECLINED = {
    "id": "0192f9e0-7777-7fff-8aaa-5b5c5d5e5f61",
    "title": "村口路灯",
    "state": "declined",
    "opened_at": "2026-11-03T18:55:02+08:00",
    "left_at": "2026-11-05T09:30:00+08:00",
    "merged_into": None,
    "declined": {
        "reason": "已列入明年改造",
        "day": "2026-11-04",
        "told_at": "2026-11-04T17:10:00+08:00",
    },
}

WAY = OpenApiExample(
    "a street light, mended at the second try",
    value={
        "opinion": OPINION.value,
        "visit": {
            "id": OPINION.value["visit"],
            "kind": "home",
            "household": OPINION.value["household"],
            "cadre": OPINION.value["by"],
            "post": "A",
            "cover": False,
            "day": "2026-11-03",
            "occurred_at": "2026-11-03T09:12:00+08:00",
            "withdrawn": False,
        },
        "group": {
            "id": TASK.value["group"],
            "unit": TASK.value["unit"],
            "title": TASK.value["title"],
            "category": "lighting",
            "opened_at": "2026-11-03T18:40:13+08:00",
        },
        "others": 0,
        "task": {**TASK.value, **_FINISHED, "actions": [_REOPENED]},
        "earlier": [_DECLINED],
        "reopenings": [_REOPENED],
        "declined": None,
        "matters": [MATTER.value],
    },
    response_only=True,
)
