"""Working days of the Chinese calendar: statutory holidays off, make-up days on. Pure.

The State Council announces each year's holidays about two months before it begins; the announcements come with
the chinesecalendar library. Past the last year it knows, Monday to Friday are taken to be working days: a day
counted there is `provisional`, and is counted again when the library, or a unit's own exceptions, change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

from chinese_calendar.constants import holidays, workdays

LAST_KNOWN = date(max(holidays).year, 12, 31)
"""The last day that has been announced as working or free."""
DAY = timedelta(days=1)


def edition() -> str:
    """What the announced days are, in 16 characters: another edition counts differently."""
    days = [*sorted(holidays), *sorted(workdays)]
    return sha256(" ".join(map(str, days)).encode()).hexdigest()[:16]


def provisional(day: date) -> bool:
    """Whether a day counted as `day` may move once its year has been announced."""
    return day > LAST_KNOWN


@dataclass(frozen=True)
class WorkingDays:
    """The calendar of a unit; `exceptions` are its own days: true where work is done, false where not."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        if day in self.exceptions:
            return self.exceptions[day]
        return day in workdays or (day.weekday() < 5 and day not in holidays)

    def after(self, day: date, number: int) -> date:
        """The `number`-th working day after `day`, which itself is not counted; `day` for 0."""
        while number > 0:
            day += DAY
            number -= self.works(day)
        return day

    def before(self, day: date, number: int) -> date:
        """The first day from which no more than `number` working days lie ahead, up to and including `day`."""
        ahead = int(self.works(day))
        while ahead <= number:
            day -= DAY
            ahead += self.works(day)
        return day

    def between(self, first: date, last: date) -> int:
        """Working days after `first`, up to and including `last`; negative where `last` comes before `first`."""
        if last < first:
            return -self.between(last, first)
        return sum(self.works(first + DAY * number) for number in range(1, (last - first).days + 1))
