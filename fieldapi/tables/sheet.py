"""What every kind of file is read into: numbered rows of cells, before anyone knows what they mean."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 256


@dataclass(frozen=True)
class Broken:
    """A cell whose value the file itself does not have: an error, or a formula never calculated."""

    code: str
    text: str = ""


Cell = str | int | float | bool | date | datetime | time | Broken | None


class Line(NamedTuple):
    """A row that holds something: its number, as whoever opens the file sees it, and its cells."""

    number: int
    cells: list[Cell]


class Merge(NamedTuple):
    """A merged area: its leftmost column (from 0), its first and its last row (from 1)."""

    column: int
    first: int
    last: int


@dataclass
class Sheet:
    """One sheet of a file. `read` starts anew from the top at each call and raises Refused."""

    name: str
    typed: bool
    """Whether cells know that they are text (XLSX): digits kept as text are then as they were typed."""
    read: Callable[[], Iterator[Line]] = field(default=lambda: iter(()))
    merges: list[Merge] = field(default_factory=list)
    """Known once `read` has come to its end."""


def plain(cell: Cell) -> str:
    """The text a person sees in the cell, nearly: 12.0 is `12`, a day at midnight only the day."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case Broken():
            return cell.text
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(sep=" ")
        case _:
            return str(cell)
