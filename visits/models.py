"""Calls at households, what raises a doubt about them, and how they were corrected."""

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


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Desks: the visits of their subtree as of the visits' day. A cadre: those made by oneself or along with
        somebody, and those at households served today."""
        if user.sees_subtree:
            return self.filter(**within(user.unit_id))
        served = Household.objects.served_by(user, day=today)
        return self.filter(
            Q(cadre=user)
            | Q(household__in=served)
            | Q(pk__in=Companion.objects.filter(user=user).values("visit"))
        )

    def standing(self) -> Self:
        """Not withdrawn: those that count."""
        return self.filter(withdrawn=False)


class Visit(Versioned, Fingerprinted):
    """走访: one call at (or reception, phone call, office-day meeting with) a household.

    The phone's columns hold what counts today; where an amendment changed one, `as_sent` keeps the phone's
    first value, so that a repeated sending is still recognised as the same.
    """

    class Kind(models.TextChoices):
        HOME = "home"
        FIELD = "field"
        RECEPTION = "reception"
        OFFICE_DAY = "office_day"
        DOOR_SERVICE = "door_service"
        PHONE = "phone"

    id = models.UUIDField(primary_key=True)
    # the phone's columns
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="visits", db_index=False)
    visitor = models.JSONField(null=True)  # {name, address} of who came, where it was no household
    kind = models.CharField(max_length=12, choices=Kind.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    people_met = models.PositiveIntegerField(null=True)
    location = models.JSONField(null=True)  # {lat, lon, accuracy_m, system, mocked, fixed_at} as sent
    note = models.TextField(default="")
    # the server's columns
    cadre = models.ForeignKey(User, models.PROTECT, related_name="visits", db_index=False)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", db_column="unit", db_index=False
    )  # as of the day
    occurred_at = models.DateTimeField()
    day = models.DateField()  # of occurred_at, in Shanghai
    received_at = models.DateTimeField()
    post = models.CharField(
        max_length=1, default=""
    )  # held on that day; "" when it was made outside the period
    cover = models.BooleanField(default=False)  # B, while A was absent
    lat = models.FloatField(null=True)  # WGS-84
    lon = models.FloatField(null=True)
    distance_m = models.FloatField(null=True)  # from the household's coordinates
    device = models.UUIDField(null=True)
    clock_offset_ms = models.BigIntegerField(
        null=True
    )  # the phone's clock less the server's, at first receipt
    offset_min = models.SmallIntegerField(default=480)  # of the time zone the phone wrote its times in
    withdrawn = models.BooleanField(default=False)
    flagged = models.BooleanField(default=False)  # has a flag that is not dismissed
    accompanied = models.BooleanField(default=False)  # has companions
    as_sent = models.JSONField(null=True)
    ignored = models.TextField(default="")  # JSON: fields the server does not know, as sent
    added_month = models.DateField(
        null=True
    )  # came after its month was closed: counted in this month's `added`

    objects = VisitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(household__isnull=False) | Q(visitor__isnull=False),
                name="a_visit_has_a_household_or_a_visitor",
            )
        ]
        indexes = [
            models.Index(
                fields=["unit", "day", "withdrawn", "added_month"],
                include=["kind", "flagged", "people_met", "household", "cadre"],
                name="visits_of_unit",
            ),  # a summary reads nothing else of a visit
            models.Index(
                fields=["unit", "day"],
                name="visits_accompanied",
                condition=Q(accompanied=True, withdrawn=False),
            ),
            models.Index(fields=["cadre", "occurred_at"], name="visits_of_cadre"),
            models.Index(fields=["household", "occurred_at"], name="visits_of_household"),
            # A list of a unit walks these in order; the unit is looked at without reading the visit.
            models.Index(fields=["occurred_at", "id", "unit"], name="visits_in_order"),
            models.Index(
                fields=["occurred_at", "id", "unit"], name="visits_flagged", condition=Q(flagged=True)
            ),
            models.Index(
                fields=["added_month"], name="visits_added_late", condition=Q(added_month__isnull=False)
            ),
        ]

    @property
    def point(self) -> tuple[float, float] | None:
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


class Companion(Linking):
    """Somebody who was there too. The visit counts once."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="companions")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "user"], name="a_companion_once_per_visit")]

    @property
    def maker_id(self) -> UUID:
        return self.visit.cadre_id


class Flag(Versioned):
    """A doubt about a visit, with its evidence: never a refusal. One row per code."""

    class State(models.TextChoices):
        RAISED = "raised"
        DISMISSED = "dismissed"
        UPHELD = "upheld"

    id = models.UUIDField(primary_key=True)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="flags")
    code = models.CharField(max_length=30)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RAISED)
    evidence = models.JSONField()  # [{measured, threshold, photo?}]
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    review_reason = models.CharField(max_length=500, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "code"], name="a_flag_once_per_visit")]


class Amendment(models.Model):
    """A correction of a submitted visit. Per field the greatest (`occurred_at`, id) wins, whatever arrives first."""

    id = models.UUIDField(primary_key=True)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="amendments")
    made_at = models.DateTimeField()  # by the phone's clock
    occurred_at = models.DateTimeField()  # by the server's, as far as the phone's was known; may lie ahead
    reason = models.CharField(max_length=500)
    changes = models.JSONField()  # as sent
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    added_month = models.DateField(null=True)  # it corrected a closed month
    ignored = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["visit", "occurred_at"], name="amendments_in_order"),
            models.Index(
                fields=["added_month"], name="amendments_added_late", condition=Q(added_month__isnull=False)
            ),
        ]


class PairingRound(models.Model):
    """How far changed pairings have been looked at, for the visits they matter to (`late_pairings.py`). One row."""

    until = models.DateTimeField()
