"""Examples for the API document. Invented people."""

from cadres.examples import NAMED, ONESELF, PHONE, answered, shown

__all__ = ["DEVICE", "ME", "PERSON", "shown"]

KNOWN = {
    "app_version": "1.4.0",
    "last_synced_at": "2026-11-03T09:35:40.100+08:00",
    "unsent": 2,
    "quarantined": 1,
    "waiting": 0,
}
ME = answered(
    "A cadre",
    {
        **ONESELF,
        "permissions": ["households.list", "visits.update"],
        "server_time": "2026-11-03T09:40:00+08:00",
        "min_app_version": "1.4.0",
        "sync": {
            "device": PHONE,
            **KNOWN,
            "last_seen_at": "2026-11-03T09:38:12.345+08:00",
            "clock_offset_ms": -840,
            "visits": [
                {"month": "2026-11", "total": 4, "added_after_closing": 1},
                {"month": "2026-10", "total": 31, "added_after_closing": 0},
            ],
        },
    },
)
DEVICE = answered(
    "A phone",
    {
        **KNOWN,
        "id": PHONE,
        "user": NAMED,
        "phone_id": "a3f1c2d4",
        "name": "小米 14",
        "platform": "android",
        "signed_in_at": "2026-11-01T08:00:00+08:00",
        "last_seen_at": "2026-11-03T09:38:12.345+08:00",
        "ended_at": None,
        "clock_offset_ms": -840,
        "current": True,
    },
)
PERSON = answered("A cadre", {"user": NAMED, "unit": "530626101", "households": 24, "signed_in": 1, **KNOWN})
