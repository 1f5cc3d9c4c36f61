"""A push and its verdicts, for the API document."""

from drf_spectacular.utils import OpenApiExample

VISIT = {
    "id": "0199d2a0-5555-7000-8000-000000000001",
    "household": "0199d2a0-1111-7000-8000-000000000001",
    "kind": "home",
    "started_at": 1793668320000,
    "ended_at": 1793670000000,
    "people_met": 2,
    "lat": 28.6,
    "lon": 103.95,
    "accuracy_m": 12.5,
    "system": "gcj02",
    "note": "老人在家",
}
OPINION = {
    "id": "0199d2a0-2222-7000-8000-000000000001",
    "visit": "0199d2a0-5555-7000-8000-000000000001",
    "text": "村口路灯坏了三个月",
    "kind": "request",
    "wants_reply": True,
}
PUSH = OpenApiExample(
    "a visit with an opinion",
    {
        "changes": {
            "visits": {"created": [VISIT], "updated": [], "deleted": []},
            "opinions": {"created": [OPINION], "updated": [], "deleted": []},
        },
        "device": {"id": "phone-1", "app_version": "1.4.0", "clock_at": "2026-11-03T18:00:00+08:00"},
    },
    request_only=True,
)
VERDICTS = OpenApiExample(
    "both are stored",
    {
        "results": [
            {"table": "visits", "id": VISIT["id"], "outcome": "created"},
            {"table": "opinions", "id": OPINION["id"], "outcome": "created"},
        ],
        "experimentalRejectedIds": {},
    },
    response_only=True,
)
PULLED = OpenApiExample(
    "one visit has changed, a household has left",
    {
        "changes": {
            "visits": {"created": [], "updated": [{**VISIT, "post": "A", "version": 2}], "deleted": []},
            "households": {
                "created": [],
                "updated": [],
                "deleted": ["0199d2a0-1111-7000-8000-000000000002"],
            },
        },
        "timestamp": 365729914880000,
        "more": False,
    },
    response_only=True,
)
