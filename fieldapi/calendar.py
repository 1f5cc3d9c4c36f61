"""Days and months in Asia/Shanghai. Pure."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local_day(instant: datetime) -> date:
    """The Shanghai day an instant falls on."""
    return instant.astimezone(SHANGHAI).date()


def local_time(instant: datetime) -> time:
    """What clocks in Shanghai show at an instant."""
    return instant.astimezone(SHANGHAI).time()


def start_of(day: date) -> datetime:
    """Midnight at which `day` begins in Shanghai."""
    return datetime.combine(day, time.min, SHANGHAI)


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, written `2026-10`."""

    first: date

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.replace(day=1))

    @classmethod
    def parse(cls, text: str) -> Self:
        """`2026-10` → October 2026. Raises ValueError on anything else."""
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
            raise ValueError(text)
        return cls(date(int(text[:4]), int(text[5:]), 1))

    @property
    def last(self) -> date:
        return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])

    @property
    def following(self) -> Self:
        return type(self)(self.last + timedelta(days=1))

    @property
    def preceding(self) -> Self:
        return type(self).of(self.first - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"
