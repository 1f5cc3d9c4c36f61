"""What closing a month keeps, record by record; and the large files being written."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from cadres.models import User
from cadres.units import within
from fieldapi.models import Identified


class FrozenRecord(models.Model):
    """A record as it counted in a month when that month was closed. Written once, never changed.

    Each (unit, month) is closed once, alone or with the unit above it, so that the frozen records of any unit
    are those whose unit lies in its subtree, whoever closed it. The columns are the facts of `lists.py`.
    """

    month = models.DateField()  # its first day
    list = models.CharField(max_length=20)  # the name of the list it stands in
    added = models.BooleanField()  # counts as added after the closing of its own month
    record = models.UUIDField()
    unit = models.CharField(max_length=15)
    day = models.DateField()
    household = models.UUIDField(null=True)
    cadre = models.UUIDField(null=True)
    office = models.UUIDField(null=True)
    kind = models.CharField(max_length=20, null=True)
    category = models.CharField(max_length=40, null=True)
    number = models.IntegerField(null=True)
    marked = models.BooleanField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["month", "list", "unit"], name="frozen_of_unit"),
            models.Index(
                fields=["cadre", "month"], name="frozen_visits_of_cadre", condition=Q(list="visits")
            ),
        ]


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Whoever asked for it, as long as the unit is in the own subtree."""
        return self.filter(**within(user.unit_id), by=user)


class Export(Identified):
    """A large file being written by the worker, from an asking to its deletion after some days."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)  # the name of a sheet in `sheets.py`
    unit = models.CharField(max_length=15)
    first = models.DateField()
    last = models.DateField()
    format = models.CharField(max_length=4)  # csv, xlsx
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    problem = models.CharField(max_length=40, default="")
    written = models.PositiveIntegerField(default=0)  # rows so far
    total = models.PositiveIntegerField(null=True)  # rows there will be, once counted
    file = models.CharField(max_length=200, default="")  # its name in the storage
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    touched_at = models.DateTimeField()  # when a worker last said that it is at it
    finished_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["touched_at"], name="exports_unfinished", condition=Q(finished_at__isnull=True)
            )
        ]
