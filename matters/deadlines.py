"""Deadlines: the due day, the days its cards fall, and what is left of it. Pure.

A deadline of N days ends on the N-th day after the day the task was opened, in working days or in calendar days as
its category says. The yellow card falls on the first morning with no more than three working days left, the red
one on the morning after the due day; five working days later the task goes up to the parent unit by itself.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from fieldapi.working_days import DAY, WorkingDays
from opinions.models import DaysOf

YELLOW_WORKING_DAYS = 3
ESCALATED_AFTER_WORKING_DAYS = 5


@dataclass(frozen=True)
class CardDays:
    """The days still to come on which something falls; None: never."""

    yellow_on: date | None = None
    red_on: date | None = None
    escalate_on: date | None = None

    def of(self, colour: str) -> date | None:
        return {"yellow": self.yellow_on, "red": self.red_on}[colour]


def due_day(opened_on: date, days: int, counted_in: str, calendar: WorkingDays) -> date:
    """The last day that is in time."""
    if counted_in == DaysOf.WORKING:
        return calendar.after(opened_on, days)
    return opened_on + timedelta(days=days)


def days_stood(paused_on: date, resumed_on: date, counted_in: str, calendar: WorkingDays) -> int:
    """How many days of a deadline a pause gives back."""
    if counted_in == DaysOf.WORKING:
        return max(calendar.between(paused_on, resumed_on), 0)
    return max((resumed_on - paused_on).days, 0)


def card_days(due_on: date, set_on: date, calendar: WorkingDays) -> CardDays:
    """When cards fall for a due day that holds since `set_on`: at the earliest on the day after it."""
    tomorrow = set_on + DAY
    yellow = max(calendar.before(due_on, YELLOW_WORKING_DAYS), tomorrow)
    return CardDays(
        yellow_on=yellow if yellow <= due_on else None,
        red_on=max(due_on + DAY, tomorrow),
        escalate_on=max(calendar.after(due_on, ESCALATED_AFTER_WORKING_DAYS), tomorrow),
    )


def remaining(due_on: date, today: date, calendar: WorkingDays) -> int:
    """Working days left after today: 0 on the due day, negative once it has passed (at least -1)."""
    if due_on < today:
        return min(calendar.between(due_on, today) * -1, -1)
    return calendar.between(today, due_on)
