"""Households and who serves them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import Left

from cadres.models import Unit, User
from cadres.units import LENGTHS, within
from fieldapi import json
from fieldapi.access import Role
from fieldapi.calendar import start_of
from fieldapi.models import Identified, Versioned
from fieldapi.secrets import BlindIndexField, SecretField
from households.near import Box

TAGS = ("elderly", "disabled", "low_income", "left_behind", "single_parent", "veteran", "migrant")
PRIORITY_TAGS = ("elderly", "disabled", "low_income")


def nearest_far_m(unit: str) -> Subquery:
    """`far_m` of the first unit that has one, from the one named by the column `unit` upwards."""
    codes = [Left(OuterRef(unit), length) for length in LENGTHS]
    units = Unit.objects.filter(code__in=codes, far_m__isnull=False)
    return Subquery(units.order_by("-code").values("far_m")[:1])


class HouseholdQuerySet(models.QuerySet["Household"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Who sees a household. Every other scope is written in terms of this one."""
        if user.sees_subtree:
            return self.filter(**within(user.unit_id))
        return self.served_by(user, day=today)

    def served_by(self, user: User, *, day: date) -> Self:
        """Households `user` was paired with, in post A or B, on `day`."""
        return self.filter(pk__in=Pairing.objects.filter(cadre=user).on(day).values("household"))

    def active(self) -> Self:
        return self.filter(state=Household.State.ACTIVE)

    def with_a(self, day: date) -> Self:
        """Households somebody serves in post A on `day`."""
        return self.filter(Exists(Pairing.objects.filter(post="A", household=OuterRef("pk")).on(day)))

    def without_a(self, day: date) -> Self:
        """Households nobody serves in post A on `day`."""
        return self.exclude(Exists(Pairing.objects.filter(post="A", household=OuterRef("pk")).on(day)))

    def not_visited_since(self, day: date) -> Self:
        """Households without a visit (not withdrawn) that occurred on `day` or later."""
        recent = Q(visits__occurred_at__gte=start_of(day), visits__withdrawn=False)
        return self.alias(recent=FilteredRelation("visits", condition=recent)).filter(recent__isnull=True)

    def with_far_m(self) -> Self:
        """Each with `far_m`: its nearest unit's own threshold, from its own upwards; None where none has one."""
        return self.annotate(far_m=nearest_far_m("unit"))

    def within_box(self, boxes: Iterable[Box]) -> Self:
        """Households whose point lies in one of the boxes: a range of the index on (lat, lon) each."""
        inside = Q()
        for box in boxes:
            inside |= Q(lat__range=(box.south, box.north), lon__range=(box.west, box.east))
        return self.filter(inside)


class Household(Identified, Versioned):
    """A household (户) in a village, by its number there."""

    class State(models.TextChoices):
        ACTIVE = "active"
        MERGED = "merged"
        ENDED = "ended"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="households", db_column="unit")
    number = models.CharField(max_length=40)
    head_name = models.CharField(max_length=100)
    phone = SecretField(default="")
    phone_index = BlindIndexField(of="phone", db_index=True)
    id_number = SecretField(default="")
    id_number_index = BlindIndexField(of="id_number", db_index=True)
    address = models.CharField(max_length=300, default="")
    lat = models.FloatField(null=True)  # WGS-84
    lon = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    location_source = models.CharField(max_length=40, default="")  # surveyed, geocoded:<name>, …
    tags = models.CharField(
        max_length=300, default=""
    )  # `|elderly|low_income|`: one string, searched by `|tag|`
    size = models.PositiveSmallIntegerField(null=True)  # people
    note = models.TextField(default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    ended_on = models.DateField(null=True)
    ended_reason = models.CharField(max_length=500, default="")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    distance_m: float  # from the point asked for; only where `search.with_distances` has put it
    far_m: int | None  # only where `with_far_m` or `cover.served` has put it

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="household_number_once_in_a_unit")
        ]
        indexes = [models.Index(fields=["lat", "lon"], name="household_places")]

    @property
    def point(self) -> tuple[float, float] | None:
        """(lat, lon) in WGS-84."""
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)

    @property
    def is_geocoded(self) -> bool:
        return self.location_source.startswith("geocoded:")

    @property
    def tag_list(self) -> list[str]:
        return [tag for tag in self.tags.split("|") if tag]

    @staticmethod
    def joined(tags: Iterable[str]) -> str:
        """Known tags as the column holds them: each once, in the order of TAGS."""
        asked = set(tags)
        known = [tag for tag in TAGS if tag in asked]
        return f"|{'|'.join(known)}|" if known else ""


class HouseholdChange(models.Model):
    """What a household was before it moved, merged, split or ended."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="changes")
    verb = models.CharField(max_length=10)  # move, merge, split, end
    on = models.DateField()
    reason = models.CharField(max_length=500)
    was_unit = models.CharField(max_length=15)
    other = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="+"
    )  # merged into, split off
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    followed_at = models.DateTimeField(null=True)  # of a move: when what was recorded since had followed it

    class Meta:
        indexes = [
            models.Index(
                fields=["at"],
                name="moves_to_follow",
                condition=models.Q(verb="move", followed_at__isnull=True),
            )
        ]


class GeocodingTry(models.Model):
    """What a geocoder said of a household's address, and when it may be asked again."""

    class Outcome(models.TextChoices):
        FOUND = "found"
        UNKNOWN = "unknown"
        FAILED = "failed"

    household = models.OneToOneField(Household, models.CASCADE, primary_key=True, related_name="geocoding")
    address = models.CharField(max_length=300)  # as the household's was then
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    confidence = models.CharField(max_length=200, default="")  # in the service's own words
    detail = models.CharField(max_length=500, default="")  # what was matched, or what went wrong
    tries = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()
    again_at = models.DateTimeField(null=True)


class PairingQuerySet(models.QuerySet["Pairing"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Desks: pairings of the subtree's households. A cadre: the own ones, and who shares the household today."""
        if user.sees_subtree:
            return self.filter(**within(user.unit_id, field="household__unit"))
        return self.filter(Q(cadre=user) | Q(household__in=Household.objects.served_by(user, day=today)))

    def on(self, day: date) -> Self:
        """Pairings in force on `day`."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), started_on__lte=day)


class Pairing(Identified, Versioned):
    """结对: a cadre serves a household in a post from `started_on` up to, not including, `ended_on`.

    The database itself refuses two periods of one post that overlap, and one person in both posts
    (exclusion constraints on PostgreSQL, triggers on SQLite: migration `no_overlapping_pairings`).
    """

    class Post(models.TextChoices):
        A = "A"
        B = "B"

    household = models.ForeignKey(Household, models.PROTECT, related_name="pairings")
    cadre = models.ForeignKey(User, models.PROTECT, related_name="pairings")
    post = models.CharField(max_length=1, choices=Post.choices)
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    reason = models.CharField(max_length=500, default="")  # why it ended
    assigned_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = PairingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="pairing_ends_after_it_starts",
            )
        ]
        indexes = [
            models.Index(fields=["cadre", "started_on"], name="pairings_of_cadre"),
            models.Index(fields=["household", "started_on"], name="pairings_of_household"),
        ]

    def covers(self, day: date) -> bool:
        return self.started_on <= day and (self.ended_on is None or day < self.ended_on)

    def days_from(self, day: date) -> int:
        """How many days `day` lies outside the period; 0 within it."""
        if day < self.started_on:
            return (self.started_on - day).days
        if self.ended_on is not None and day >= self.ended_on:
            return (day - self.ended_on).days + 1
        return 0


class ImportQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Imports into the subtree; those of users only to those who may import users."""
        rows = self.filter(**within(user.unit_id))
        return rows if user.role == Role.ADMIN else rows.exclude(kind="users")


class ImportBatch(Identified):
    """One file that was taken in, or only tried (a dry run): its report, and what an undo would take back."""

    kind = models.CharField(max_length=20)  # users, households, pairings
    unit = models.CharField(max_length=15)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    dry_run = models.BooleanField(default=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    created = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    report = models.TextField(default="{}")  # JSON
    created_ids = models.TextField(default="[]")  # JSON: rows this import made
    bad_rows = SecretField(default="")  # JSON: the file to correct, with the numbers people wrote in it

    objects = ImportQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["unit", "at"], name="imports_of_unit")]

    @property
    def facts(self) -> dict[str, Any]:
        """The report: `unknown_headings`, `unread_sheets`, `rows`."""
        return dict(json.loads(self.report))
