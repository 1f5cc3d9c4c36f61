"""Cards: what a late task leaves behind, and counts."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from cadres.models import Office, User
from fieldapi.models import Identified
from matters.models.tasks import Task


class CardQuerySet(models.QuerySet["Card"]):
    def standing(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class Card(Identified):
    """黄牌 / 红牌: the due day was near, or has passed. It keeps who had the task when it fell.

    Withdrawn when it turns out that it had not fallen: the task was finished before by an act that arrived late,
    or the calendar was corrected.
    """

    class Colour(models.TextChoices):
        YELLOW = "yellow"
        RED = "red"

    task = models.ForeignKey(Task, models.CASCADE, related_name="cards")
    colour = models.CharField(max_length=6, choices=Colour.choices)
    term = models.PositiveSmallIntegerField()
    fell_on = models.DateField()
    due_on = models.DateField()
    issued_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    unit = models.CharField(max_length=15)
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")
    handler = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    added_month = models.DateField(null=True)  # it fell in a month that was closed when it was issued

    objects = CardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "colour", "term"],
                name="a_card_falls_once",
                condition=Q(withdrawn_at__isnull=True),
            )
        ]
        indexes = [
            models.Index(fields=["unit", "fell_on"], name="cards_of_unit"),
            models.Index(
                fields=["added_month"], name="cards_added_late", condition=Q(added_month__isnull=False)
            ),
        ]
