"""A flat row of a phone's as the body of a PUT: milliseconds as instants, the location and JSON as objects."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import orjson

from fieldapi.json import loads
from sync.feed.columns import PHONE, Kind
from sync.feed.table import FeedTable
from sync.feed.tables import TABLES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_MILLISECONDS = 4_102_444_800_000  # the year 2100
OWN = frozenset({"_status", "_changed"})
"""What WatermelonDB notes down for itself."""
Way = tuple[str | None, str, Callable[[Any], Any] | None]
"""The place of a column in a body (None: it is left out), its place within that, and what turns its value."""

LEFT_OUT: Way = (None, "", None)


def body_of(table: FeedTable, row: dict[str, Any]) -> dict[str, Any]:
    """What cannot be turned goes as it is, so that the reader points at it. Columns of the server's are left out."""
    ways = _ways(table.name)
    body: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {}
    for name, value in row.items():
        if value is None:
            continue
        whole, part, turned = ways.get(name) or (name, "", None)
        if whole is not None:
            place = nested.setdefault(whole, {}) if part else body
            place[part or whole] = turned(value) if turned else value
    for name, parts in nested.items():
        if _says_something(name, parts):
            body[name] = parts
    return body


@cache
def _ways(table: str) -> dict[str, Way]:
    ways: dict[str, Way] = dict.fromkeys(OWN, LEFT_OUT)
    for column in TABLES[table].columns:
        whole, _, part = column.place.partition(".")
        ways[column.name] = (whole, part, TURNED.get(column.kind)) if column.owner == PHONE else LEFT_OUT
    return ways


def _moment(sent: Any) -> Any:
    """Milliseconds as an instant, which becomes text only where the body is kept."""
    if isinstance(sent, (int, float)) and not isinstance(sent, bool) and 0 <= sent < MOST_MILLISECONDS:
        return EPOCH + timedelta(milliseconds=int(sent))
    return sent


def _object(sent: Any) -> Any:
    """JSON text as what it says."""
    try:
        return loads(sent) if isinstance(sent, str) else sent
    except orjson.JSONDecodeError:
        return sent


TURNED = {Kind.INSTANT: _moment, Kind.JSON: _object}


def _says_something(name: str, parts: dict[str, Any]) -> bool:
    """A phone's columns of no location still hold its accuracy or system; without a place they are none."""
    if name == "location":
        return "lat" in parts or "lon" in parts
    return any(value != "" for value in parts.values())
