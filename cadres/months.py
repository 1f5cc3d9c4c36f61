"""Closed months: what arrives for one is counted as added in the unit's first open month after it.

Closing a month holds a gate shut (`hold_months_still`) while late rows pass it together, so that a row either
stands in the frozen list or knows that it came after it. Rows of the running month need not come to the gate, but in
its last hour: a transaction that begins in it may end when the month has been closed.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection

from cadres.models import ClosedMonth
from cadres.units import ancestors
from fieldapi import clock
from fieldapi.calendar import Month, local_day

GATE = 530_626  # this gate's number among PostgreSQL's advisory locks; SQLite has one writer anyway

LONGEST = timedelta(hours=1)
"""No transaction takes so long."""


def hold_months_still() -> None:
    """Wait for late rows under way and keep others out until this transaction ends."""
    _lock("pg_advisory_xact_lock")


def month_soon() -> Month:
    """The month that runs when all transactions of now have ended: days before it come to the gate."""
    return Month.of(local_day(clock.now() + LONGEST))


def added_months(days: Iterable[tuple[str, date]]) -> dict[tuple[str, date], date | None]:
    """For each (unit code, day): the first day of the month it counts in as added, or None where its own is open.

    No query unless a day lies in a month that is over or soon will be; then one, inside the caller's transaction.
    """
    asked = set(days)
    soon = month_soon()
    late = [(unit, day) for unit, day in asked if Month.of(day) < soon]
    if not late:
        return dict.fromkeys(asked)
    _lock("pg_advisory_xact_lock_shared")
    above = {code for unit, _ in late for code in ancestors(unit)}
    first = min(day for _, day in late).replace(day=1)
    closed = set(ClosedMonth.objects.filter(unit__in=above, month__gte=first).values_list("unit", "month"))
    return dict.fromkeys(asked) | {
        (unit, day): _counted_in(unit, Month.of(day), closed) for unit, day in late
    }


def added_month(unit: str, day: date) -> date | None:
    """The same for one row."""
    return added_months([(unit, day)])[unit, day]


def _counted_in(unit: str, month: Month, closed: set[tuple[str, date]]) -> date | None:
    def is_closed(asked: Month) -> bool:
        return any((code, asked.first) in closed for code in ancestors(unit))

    if not is_closed(month):
        return None
    while is_closed(month):
        month = month.following
    return month.first


def _lock(function: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [GATE])
