"""The journal (台账): one append-only line per action, in the same transaction as the act."""

import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.conf import settings

from fieldapi import clock
from fieldapi.json import dumps, instant
from fieldapi.models import JournalLine
from fieldapi.store import store_columns

SEALED_TEXTS = ("by_name", "action", "resource", "row_id", "unit", "detail")
"""A line's columns under its seal, behind when it was written and by whom."""


class Actor(Protocol):
    """Whoever acts: a user."""

    @property
    def pk(self) -> UUID: ...
    @property
    def username(self) -> str: ...


class Entry(NamedTuple):
    """What was done to one row; `unit` is the row's unit code as of now."""

    action: str
    row_id: object
    unit: str
    detail: Mapping[str, Any] = {}


def note_down(by: Actor | None, action: str, row_id: object, *, unit: str, **detail: Any) -> None:
    """Write one line. `action` is `resource.verb`, as in the access table."""
    note_down_all(by, [Entry(action, row_id, unit, detail)])


def note_down_all(by: Actor | None, entries: Iterable[Entry]) -> None:
    """Write many lines in one statement. `by` None is the system itself."""
    own = {"at": clock.now(), "by": by.pk if by else None, "by_name": by.username if by else ""}
    lines: list[dict[str, Any]] = [
        {
            **own,
            "action": entry.action,
            "resource": entry.action.partition(".")[0],
            "row_id": str(entry.row_id),
            "unit": entry.unit,
            "detail": dumps(entry.detail).decode() if entry.detail else "{}",
        }
        for entry in entries
    ]
    for line in lines:
        line["seal"] = seal_of(line)
    store_columns(JournalLine, lines)


def seal_of(line: Mapping[str, Any]) -> str:
    """HMAC-SHA256 over a line's columns."""
    content = "\x1f".join((_stamp(line["at"]), str(line["by"] or ""), *(line[name] for name in SEALED_TEXTS)))
    return hmac.digest(settings.SECRET_KEY.encode(), content.encode(), "sha256").hex()


def broken_lines(first: int = 0) -> tuple[int, list[int]]:
    """How many lines there are from id `first`, and the ids of those whose seal does not fit. Reads them all."""
    checked, broken = 0, []
    for line in JournalLine.objects.filter(pk__gte=first).order_by("pk").values().iterator(chunk_size=2000):
        checked += 1
        if not hmac.compare_digest(line["seal"], seal_of(line)):
            broken.append(line["id"])
    return checked, broken


@lru_cache(16)
def _stamp(at: datetime) -> str:
    """The lines of one request have the same."""
    return instant(at)
