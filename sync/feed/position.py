"""How far a phone has come: the feed's generation, the day, and a place in the feed, in one number.

A place is the first transaction whose changes the phone may not have seen: on PostgreSQL the oldest one still running
when it pulled. 5 + 15 + 33 bits: JavaScript holds 53.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

DAY_BITS, PLACE_BITS = 15, 33
FIRST_DAY = date(2000, 1, 1)
MOST = 2**53


@dataclass(frozen=True)
class Position:
    """Ordered as the numbers are."""

    generation: int
    day: date
    place: int

    @property
    def timestamp(self) -> int:
        days = (self.day - FIRST_DAY).days
        return (self.generation << DAY_BITS | days) << PLACE_BITS | self.place

    @classmethod
    def of(cls, timestamp: int) -> Self:
        days = timestamp >> PLACE_BITS & (1 << DAY_BITS) - 1
        return cls(
            timestamp >> DAY_BITS + PLACE_BITS,
            FIRST_DAY + timedelta(days=days),
            timestamp & (1 << PLACE_BITS) - 1,
        )


def parsed(last_pulled_at: str) -> Position | None:
    """None for what is no timestamp of ours."""
    if not (last_pulled_at.isascii() and last_pulled_at.isdigit() and len(last_pulled_at) <= 16):
        return None
    number = int(last_pulled_at)
    return Position.of(number) if 0 < number < MOST else None
