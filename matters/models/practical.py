"""Practical matters (实事), those they benefit and the opinions they resolve."""

from __future__ import annotations

from datetime import date
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from cadres.models import Unit, User
from cadres.units import within
from fieldapi.models import Fingerprinted, Linking, Versioned
from households.models import Household
from matters.models.tasks import Task
from opinions.models import Opinion
from visits.models import Visit


class PracticalMatterQuerySet(models.QuerySet["PracticalMatter"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Desks: the subtree. A cadre: the own ones and those that benefit households served today."""
        if user.sees_subtree:
            return self.filter(**within(user.unit_id))
        served = Household.objects.served_by(user, day=today)
        return self.filter(
            Q(recorded_by=user)
            | Q(pk__in=MatterHousehold.objects.filter(household__in=served).values("matter"))
        )

    def standing(self) -> Self:
        """Neither withdrawn themselves nor of a withdrawn visit: those that count."""
        return self.filter(visit_withdrawn=False, withdrawn_at__isnull=True)

    def withdrawn(self) -> Self:
        return self.filter(Q(visit_withdrawn=True) | Q(withdrawn_at__isnull=False))


class PracticalMatter(Versioned, Fingerprinted):
    """实事: a thing really done for one or more households."""

    id = models.UUIDField(primary_key=True)
    # the phone's columns
    visit = models.ForeignKey(Visit, models.CASCADE, null=True, related_name="matters")
    title = models.CharField(max_length=200)
    done_on_sent = models.DateField(null=True)
    satisfaction = models.PositiveSmallIntegerField(null=True)  # 1–5
    # the server's columns
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_column="unit", db_index=False)
    done_on = models.DateField()
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="matters")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    place = models.PositiveSmallIntegerField(default=0)  # among those it was sent with
    withdrawn_at = models.DateTimeField(null=True)
    visit_withdrawn = models.BooleanField(default=False)  # with the visit it came with
    evidence = models.JSONField(default=list)  # photos that its task was finished with
    ignored = models.TextField(default="")
    added_month = models.DateField(null=True)

    objects = PracticalMatterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=5),
                name="satisfaction_1_to_5",
            )
        ]
        indexes = [
            models.Index(
                fields=["unit", "done_on", "added_month", "satisfaction"],
                include=["id"],
                name="matters_of_unit",
                condition=Q(visit_withdrawn=False, withdrawn_at__isnull=True),
            ),
            models.Index(fields=["done_on", "id", "unit"], name="matters_in_order"),
            models.Index(
                fields=["added_month"], name="matters_added_late", condition=Q(added_month__isnull=False)
            ),
        ]


class MatterOpinion(Linking):
    """A matter resolves an opinion."""

    matter = models.ForeignKey(PracticalMatter, models.CASCADE, related_name="opinion_links")
    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="matter_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "opinion"], name="an_opinion_once_per_matter")
        ]

    @property
    def maker_id(self) -> UUID:
        return self.matter.recorded_by_id


class MatterHousehold(Linking):
    """A matter benefits a household."""

    matter = models.ForeignKey(PracticalMatter, models.CASCADE, related_name="household_links")
    household = models.ForeignKey(Household, models.PROTECT, related_name="matter_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "household"], name="a_household_once_per_matter")
        ]

    @property
    def maker_id(self) -> UUID:
        return self.matter.recorded_by_id
