"""Figures of all records together, or by unit or cadre at once."""

from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Substr

from cadres.units import LENGTHS
from reports.lists import Part

DECIMALS = 4
TOGETHER = ""  # the one group of figures that are not grouped


@dataclass(frozen=True)
class Grouping:
    """Figures worked out for each child unit or each cadre at once."""

    fact: str
    length: int = 0  # of the child units' codes

    def of(self, part: Part) -> Any:
        """The group of a part's rows."""
        told = part.fact(self.fact)
        return Substr(told, 1, self.length) if self.length else told


BY_CADRE = Grouping("cadre")
BY_OFFICE = Grouping("office")
BY_CATEGORY = Grouping("category")


def by_child(unit: str) -> Grouping:
    """By the units right below `unit`; rows of `unit` itself are under its own code."""
    return Grouping("unit", next((length for length in LENGTHS if length > len(unit)), len(unit)))


def rate(part: float, whole: int) -> float | None:
    """Four decimals; None when there is nothing to divide by."""
    return round(part / whole, DECIMALS) if whole else None
