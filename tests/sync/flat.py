"""Flat rows as a phone's database holds them, and pushes of them."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

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


class Mirror:
    """A phone's database: what pulls leave in it."""

    def __init__(self, caller: Caller):
        self.caller, self.rows, self.timestamp = caller, {}, 0

    def pull(self, **asked: Any) -> dict[str, Any]:
        """Pull until there are no more pages, and take everything on; the pages joined."""
        query = {"last_pulled_at": self.timestamp or "", **asked}
        joined: dict[str, Any] = {"news": {}}
        while True:
            answer = self.caller.get("sync/pull/?" + urlencode(query))
            assert answer.status_code == 200, answer.content
            page = answer.json()
            self._take(page, joined["news"], first="changes" not in joined)
            for table, change in page["changes"].items():
                so_far = joined.setdefault("changes", {}).setdefault(table, {"updated": [], "deleted": []})
                so_far["updated"] += change["updated"]
                so_far["deleted"] += change["deleted"]
            joined |= {name: value for name, value in page.items() if name != "changes"}
            if not page["more"]:
                self.timestamp = page["timestamp"]
                return joined
            query["cursor"] = page["cursor"]

    def _take(self, page: dict[str, Any], news: dict[str, Any], *, first: bool) -> None:
        if first and page.get("experimentalStrategy") == "replacement":
            self.rows = {}
        for table, change in page["changes"].items():
            held = self.rows.setdefault(table, {})
            told = news.setdefault(table, {"updated": [], "deleted": []})
            told["updated"] += [row for row in change["updated"] if held.get(row["id"]) != row]
            told["deleted"] += [key for key in change["deleted"] if key in held]
            held.update({row["id"]: row for row in change["updated"]})
            for key in change["deleted"]:
                held.pop(key, None)

    def ids(self, table: str) -> set[str]:
        return set(self.rows.get(table, {}))

    def holds(self) -> dict[str, dict[str, int]]:
        """As the server says it with `check`."""
        return {
            table: {
                "rows": len(rows),
                "sum": sum(crc32(f"{key}:{row['version']}".encode()) for key, row in rows.items()) % 2**32,
            }
            for table, rows in self.rows.items()
        }
