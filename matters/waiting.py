"""Groups that have been without a task for so many working days of their own unit."""

from datetime import date, datetime, timedelta

from django.db.models import Case, DateTimeField, F, QuerySet, Value, When

from cadres.models import User
from cadres.units import within
from fieldapi.calendar import start_of
from fieldapi.working_days import WorkingDays
from matters.items import wanting
from matters.models import CalendarDay
from matters.working_calendar import working_days_of
from opinions.models import Group


def waiting(groups: QuerySet[Group], number: int, *, by: User, today: date) -> QuerySet[Group]:
    """Those whose opening lies `number` working days back, or more, and that still want a task.

    The day of opening is not counted, today is. Two queries before the one that is returned.
    """
    known = CalendarDay.objects.visible_to(by, today=today).values_list("unit", flat=True)
    calendars = working_days_of(set(known))
    lowest_first = sorted(calendars, key=len, reverse=True)
    opened_before = Case(
        *(When(**within(unit), then=_moment(calendars[unit], number, today)) for unit in lowest_first),
        default=_moment(WorkingDays(), number, today),
        output_field=DateTimeField(),
    )
    return wanting(groups).annotate(opened_before=opened_before).filter(opened_at__lt=F("opened_before"))


def _moment(calendar: WorkingDays, number: int, today: date) -> Value:
    """The midnight that ends the last day from which `number` working days have gone by."""
    last = today
    while calendar.between(last, today) < number:
        last -= timedelta(days=1)
    ended: datetime = start_of(last + timedelta(days=1))
    return Value(ended)
