"""The calendars that deadlines are counted by: a unit's own days, and what has been counted with them."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from cadres.models import Unit, User
from cadres.units import ancestors, within
from fieldapi.models import Identified, Versioned


class CalendarDayQuerySet(models.QuerySet["CalendarDay"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Those that hold in the user's unit: its own, those above it and those below."""
        return self.filter(Q(**within(user.unit_id)) | Q(unit__in=ancestors(user.unit_id)))


class CalendarDay(Identified, Versioned):
    """A unit's exception to the national calendar: a local holiday, or a day of work all the same."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_column="unit", db_index=False)
    day = models.DateField()
    works = models.BooleanField()
    reason = models.CharField(max_length=200)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "day"], name="one_exception_per_unit_and_day")]


class CountedCalendar(models.Model):
    """By which calendar the due days of a unit's tasks were last counted; unit "" stands for the national one.

    While they are being counted by another, `counting` says by which, and `upto` up to which task.
    """

    unit = models.CharField(max_length=15, primary_key=True)
    edition = models.CharField(max_length=16, default="")  # "": none of its own
    counting = models.CharField(max_length=16, null=True)
    upto = models.UUIDField(null=True)
