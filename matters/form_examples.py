"""Examples of a task's history and forms in the API document."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_TASK = "0192f4d1-0c40-7a51-8c0e-51c7be0f6d04"
_OFFICE = "0192e0aa-2b3c-7e4f-9a50-2b3c4d5e6f08"
_HANDLER = "0192e0aa-1b2c-7d3e-8f40-1a2b3c4d5e05"
_SUPERVISOR = "0192e0aa-4d5e-7061-9b72-4d5e6f708190"
_OPENED_AT = "2026-11-04T10:00:00+08:00"
_ASSIGNED_AT = "2026-11-05T09:30:00+08:00"


def _set(value: str, verb: str, at: str) -> dict[str, Any]:
    return {"value": value, "verb": verb, "by": _SUPERVISOR, "set_at": at}


HISTORY = OpenApiExample(
    "assigned, with an earlier due day",
    value={
        "id": _TASK,
        "version": 2,
        "fixings": [
            {"name": "office", "present": _set(_OFFICE, "assign", _ASSIGNED_AT), "earlier": []},
            {"name": "handler", "present": _set(_HANDLER, "assign", _ASSIGNED_AT), "earlier": []},
            {"name": "plan", "present": None, "earlier": []},
            {
                "name": "due_on",
                "present": _set("2026-11-20", "assign", _ASSIGNED_AT),
                "earlier": [_set("2026-11-25", "open", _OPENED_AT)],
            },
            {"name": "closing_standard", "present": None, "earlier": []},
        ],
        "missing": ["plan", "closing_standard"],
        "actions": [
            {
                "id": "0192f5f0-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
                "verb": "assign",
                "args": {"office": _OFFICE, "handler": _HANDLER, "due_on": "2026-11-20"},
                "made_at": _ASSIGNED_AT,
                "day": "2026-11-05",
                "by": _SUPERVISOR,
                "received_at": _ASSIGNED_AT,
                "was": "open",
                "became": "assigned",
                "due_on": "2026-11-20",
            }
        ],
    },
    response_only=True,
)

_TEXT: dict[str, Any] = {
    "kind": "text",
    "of": None,
    "needed": True,
    "least": None,
    "most": 5000,
    "value": None,
    "suggested": None,
    "choices": None,
}

FORMS = OpenApiExample(
    "the handler may start, once plan and closing standard are given",
    value={
        "id": _TASK,
        "version": 2,
        "state": "assigned",
        "paused": False,
        "under_review": False,
        "verbs": [
            {
                "verb": "start",
                "zh": "开始办理",
                "meaning": (
                    "Work begins. All five fixings must stand; those still missing may be given with it."
                ),
                "part": "handler",
                "blocked": None,
                "body": [{"name": "plan", **_TEXT}, {"name": "closing_standard", **_TEXT}],
            }
        ],
    },
    response_only=True,
)
