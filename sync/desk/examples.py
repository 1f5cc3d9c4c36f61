"""A quarantined visit, for the API document."""

QUARANTINED = {
    "id": "0199d2a0-8888-7000-8000-000000000001",
    "table": "visits",
    "row_id": "0199d2a0-0000-7000-8000-000000000002",
    "body": {
        "household": "0199d2a0-1111-7000-8000-000000000009",
        "kind": "home",
        "started_at": "2026-11-03T10:05:00+08:00",
    },
    "problem": {
        "type": "/docs/problems/#household_unknown",
        "title": "查无此户，或从未与您结对",
        "status": 400,
        "detail": "查无此户，或从未与您结对",
        "code": "household_unknown",
        "errors": [
            {"pointer": "/household", "code": "household_unknown", "detail": "查无此户，或从未与您结对"}
        ],
    },
    "sender": "0199d2a0-7777-7000-8000-000000000001",
    "device": "0199d2a0-9999-7000-8000-000000000001",
    "received_at": "2026-11-03T18:00:00.412+08:00",
    "state": "kept",
    "decided_by": None,
    "decided_at": None,
    "decision_reason": "",
    "stands_as": None,
}
