"""What the five fixings of a task have said, one value after the other. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from matters.fixings import FIXINGS
from matters.models import Fixing


@dataclass(frozen=True)
class Told:
    """One of the five: the value in force (None while it is missing), and those before, latest first."""

    name: str
    present: Fixing | None
    earlier: list[Fixing]


def told(rows: Iterable[Fixing]) -> list[Told]:
    """The five in their order; `rows` in the order they took effect."""
    latest: dict[str, list[Fixing]] = {name: [] for name in FIXINGS}
    for row in rows:
        latest[row.name].insert(0, row)
    return [Told(name, values[0] if values else None, values[1:]) for name, values in latest.items()]
