"""What closing a month keeps: each record behind its figures, with the facts they were counted from."""

from __future__ import annotations

from django.db import models


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
        indexes = [models.Index(fields=["month", "list", "unit"], name="frozen_of_unit")]
