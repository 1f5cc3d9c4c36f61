"""A flat row of a phone's as the body of a PUT: instants as text, the location and JSON as objects."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from fieldapi.json import instant, loads
from sync.feed.columns import PHONE, Column, Kind
from sync.feed.table import FeedTable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_MILLISECONDS = 4_102_444_800_000  # the year 2100
OWN = frozenset({"_status", "_changed"})
"""What WatermelonDB notes down for itself."""


def body_of(table: FeedTable, row: dict[str, Any]) -> dict[str, Any]:
    """What cannot be turned goes as it is, so that the reader points at it. Columns of the server's are left out."""
    known = {column.name: column for column in table.columns}
    body: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {}
    for name, value in row.items():
        column = known.get(name)
        if name in OWN or value is None or (column and column.owner != PHONE):
            continue
        if column is None:
            body[name] = value
            continue
        whole, _, part = column.place.partition(".")
        place = nested.setdefault(whole, {}) if part else body
        place[part or whole] = _as_sent(column, value)
    return body | {name: parts for name, parts in nested.items() if _says_something(name, parts)}


def _as_sent(column: Column, value: Any) -> Any:
    if column.kind == Kind.INSTANT and isinstance(value, int | float) and not isinstance(value, bool):
        return _moment(value)
    if column.kind == Kind.JSON and isinstance(value, str):
        return _object(value)
    return value


def _moment(milliseconds: float) -> Any:
    if 0 <= milliseconds < MOST_MILLISECONDS:
        return instant(EPOCH + timedelta(milliseconds=int(milliseconds)))
    return milliseconds


def _object(text: str) -> Any:
    try:
        return loads(text)
    except orjson.JSONDecodeError:
        return text


def _says_something(name: str, parts: dict[str, Any]) -> bool:
    """A phone's columns of no location still hold its accuracy or system; without a place they are none."""
    if name == "location":
        return "lat" in parts or "lon" in parts
    return any(value != "" for value in parts.values())
