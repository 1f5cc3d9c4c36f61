"""Statements that are written once: Django takes longer to write a summary's SQL than PostgreSQL to run it.

Two windows of one shape have the same statement but for their days and unit codes. It is kept with the places in
the window that these came from; which they are is told by identity.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection

from reports.windows import Window

Statement = tuple[str, list[Any]]
Writer = Callable[[Window], Statement]
SHAPES = 64  # kept at most; there are a dozen that people ask for
DAYS = ("first", "last", "open_from")


@dataclass(frozen=True)
class Place:
    """Where in a window a value stands: a day of a stretch, or the scope's codes."""

    name: str
    stretch: int | None = None

    def of(self, window: Window) -> Any:
        return getattr(window.scope if self.stretch is None else window.stretches[self.stretch], self.name)


class Shaped:
    """A window, equal to every other with the same statements."""

    def __init__(self, window: Window):
        self.window = window
        alike = (
            (each.of_month, each.over, each.moved_since, each.first is each.last) for each in window.stretches
        )
        self.shape = (window.scope.own, window.with_added, *alike)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shaped) and self.shape == other.shape

    def __hash__(self) -> int:
        return hash(self.shape)


def rows_of(write: Writer, window: Window) -> list[tuple[Any, ...]]:
    """The rows of the statement that `write` makes for a window."""
    written = _kept(write, Shaped(window)) if _may_be_kept(window) else None
    if written is None:
        sql, values = write(window)
    else:
        sql, values = written[0], [one.of(window) if isinstance(one, Place) else one for one in written[1]]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _may_be_kept(window: Window) -> bool:
    """SQLite gets its days as text, closed units stand in the SQL, and few ask for one office or cadre."""
    scope = window.scope
    narrowed = scope.office or scope.cadre or scope.category or any(each.closed for each in window.stretches)
    return connection.vendor == "postgresql" and not narrowed


@lru_cache(SHAPES)
def _kept(write: Writer, shaped: Shaped) -> Statement | None:
    """A statement with places for values; None where a day is not known to stand in the window."""
    window = shaped.window
    sql, values = write(window)
    places = {id(window.scope.listed): Place("listed")}
    for number, stretch in enumerate(window.stretches):
        places |= {id(getattr(stretch, name)): Place(name, number) for name in DAYS}
    placed = [places.get(id(value), value) for value in values]
    return None if any(isinstance(value, date | list) for value in placed) else (sql, placed)
