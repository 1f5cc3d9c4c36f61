"""The flat columns of a table as phones keep it: strings, numbers, booleans."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from fieldapi.json import dumps

PHONE, SERVER = "phone", "server"
"""Who owns a column: its values are whose."""


class Kind(StrEnum):
    """What a column holds; each is a string, a number or a boolean on the phone."""

    ID = "id"
    TEXT = "text"
    DAY = "day"  # YYYY-MM-DD
    JSON = "json"  # as text
    WHOLE = "whole"
    NUMBER = "number"
    INSTANT = "instant"  # milliseconds since 1970
    FLAG = "flag"

    @property
    def on_phone(self) -> str:
        """WatermelonDB's name of the type."""
        return {"whole": "number", "number": "number", "instant": "number", "flag": "boolean"}.get(
            self.value, "string"
        )


@dataclass(frozen=True)
class Column:
    """`source` are the look-ups it is read from (its own name unless told), `read` makes the value of them."""

    name: str
    kind: Kind
    owner: str
    optional: bool
    source: tuple[str, ...]
    read: Callable[..., Any] | None
    place: str  # where it stands in a PUT's body: `location.lat`
    meaning: str


def column(
    name: str,
    kind: Kind,
    *source: str,
    owner: str = SERVER,
    optional: bool = True,
    read: Callable[..., Any] | None = None,
    place: str = "",
    meaning: str = "",
) -> Column:
    """A column of the server's, optional unless told otherwise."""
    return Column(
        name, kind, owner, optional, source or (name,), read or READERS.get(kind), place or name, meaning
    )


def sent(name: str, kind: Kind, *source: str, **more: Any) -> Column:
    """A column of the phone's."""
    return column(name, kind, *source, owner=PHONE, **({"optional": False} | more))


def milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def json_text(value: Any) -> str | None:
    return None if value is None else dumps(value).decode()


READERS: dict[Kind, Callable[..., Any]] = {
    Kind.INSTANT: milliseconds,
    Kind.DAY: day,
    Kind.JSON: json_text,
}
