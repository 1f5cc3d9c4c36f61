"""Flat rows as a phone's database holds them, and pushes of them."""

from datetime import datetime, timedelta
from typing import Any

from fieldapi import clock
from fieldapi.ids import new_id
from households.models import Household
from tests.samples import PLACE, Caller


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def visit_row(household: Household | str, **columns: Any) -> dict[str, Any]:
    """A home visit of an hour ago, on the doorstep."""
    started = clock.now() - timedelta(hours=1)
    return {
        "id": str(new_id()),
        "household": str(getattr(household, "pk", household)),
        "kind": "home",
        "started_at": ms(started),
        "ended_at": ms(started + timedelta(minutes=28)),
        "people_met": 2,
        "lat": PLACE[0],
        "lon": PLACE[1],
        "accuracy_m": 12.5,
        "system": "wgs84",
        "mocked": False,
        "fixed_at": None,
        "note": "",
        **columns,
    }


def opinion_row(visit: dict[str, Any] | None = None, **columns: Any) -> dict[str, Any]:
    alone = {} if visit else {"made_at": ms(clock.now() - timedelta(hours=1))}
    return {
        "id": str(new_id()),
        "visit": visit and visit["id"],
        "text": "村口路灯坏了三个月",
        "kind": "request",
        **alone,
        **columns,
    }


def changes(deleted: dict[str, list[str]] | None = None, **tables: list[Any]) -> dict[str, Any]:
    """A push's `changes`: every row as created."""
    made = {name: {"created": rows, "updated": [], "deleted": []} for name, rows in tables.items()}
    for name, ids in (deleted or {}).items():
        made.setdefault(name, {"created": [], "updated": [], "deleted": []})["deleted"] = ids
    return made


def push(caller: Caller, deleted: dict[str, list[str]] | None = None, **tables: list[Any]) -> Any:
    """The answer of a push; its status is 200."""
    answer = caller.post("sync/push/", {"changes": changes(deleted, **tables)})
    assert answer.status_code == 200, answer.content
    return answer.json()


def outcomes(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(result["table"], result["outcome"]) for result in answer["results"]]
