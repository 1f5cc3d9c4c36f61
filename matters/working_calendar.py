"""The working days of units, and their own exceptions to the national calendar."""

from collections.abc import Collection
from datetime import date
from hashlib import sha256

from django.db import IntegrityError, transaction

from cadres.models import Unit, User
from cadres.units import ancestors
from fieldapi import clock
from fieldapi.errors import Refused
from fieldapi.journal import note_down
from fieldapi.working_days import WorkingDays
from matters.models import CalendarDay


def working_days(unit: str) -> WorkingDays:
    """The calendar of one unit. One query."""
    return working_days_of([unit])[unit]


def working_days_of(units: Collection[str]) -> dict[str, WorkingDays]:
    """The calendar of each unit: where a unit and one above it differ, the lower one counts. One query."""
    above = {code for unit in units for code in ancestors(unit)}
    by_unit: dict[str, dict[date, bool]] = {}
    for code, day, works in CalendarDay.objects.filter(unit__in=above).values_list("unit", "day", "works"):
        by_unit.setdefault(code, {})[day] = works
    return {unit: WorkingDays(_merged(unit, by_unit)) for unit in set(units)}


def _merged(unit: str, by_unit: dict[str, dict[date, bool]]) -> dict[date, bool]:
    exceptions: dict[date, bool] = {}
    for code in ancestors(unit):
        exceptions |= by_unit.get(code, {})
    return exceptions


def editions() -> dict[str, str]:
    """For each unit with exceptions of its own: what they are, in 16 characters. One query."""
    marks: dict[str, list[str]] = {}
    for unit, day, works in CalendarDay.objects.order_by("day").values_list("unit", "day", "works"):
        marks.setdefault(unit, []).append(f"{day}{works}")
    return {unit: sha256(" ".join(mark).encode()).hexdigest()[:16] for unit, mark in marks.items()}


@transaction.atomic
def add_calendar_day(*, by: User, unit: str, day: date, works: bool, reason: str) -> CalendarDay:
    """Refuses `unit_unknown` outside the admin's subtree, `already_exists` where the unit has that day."""
    if not (by.governs(unit) and Unit.objects.filter(pk=unit).exists()):
        raise Refused("unit_unknown", "/unit")
    row = CalendarDay(unit_id=unit, day=day, works=works, reason=reason, added_by=by, changed_at=clock.now())
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as fault:
        raise Refused("already_exists", "/day") from fault
    note_down(by, "calendar-days.create", row.pk, unit=unit, day=day, works=works, reason=reason)
    return row


@transaction.atomic
def remove_calendar_day(*, by: User, day: CalendarDay) -> None:
    if not by.governs(day.unit_id):
        raise Refused("permission_denied")
    if not CalendarDay.objects.filter(pk=day.pk).delete()[0]:
        raise Refused("not_found")  # somebody else took it back
    note_down(by, "calendar-days.destroy", day.pk, unit=day.unit_id, day=day.day, works=day.works)
