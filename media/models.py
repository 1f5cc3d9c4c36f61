"""Photos: declared by a phone, received, verified, developed."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from cadres.models import User
from cadres.units import within
from fieldapi.models import Versioned
from households.models import Household
from visits.models import Visit


class PhotoQuerySet(models.QuerySet["Photo"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Who may see the visit sees its photos. Those of a task: its handler and office; those of a matter: who
        recorded it; both: who serves a household that it answers or benefits today, and the desks.
        """
        if user.sees_subtree:
            return self.filter(**within(user.unit_id))
        mine = Q(by=user) | Q(visit__in=Visit.objects.visible_to(user, today=today))
        worked_on = Q(task__handler=user) | Q(matter__recorded_by=user)
        if user.office_id:
            worked_on |= Q(task__office=user.office_id)
        served = Household.objects.served_by(user, day=today)
        answered = Photo.objects.filter(
            Q(task__group__opinions__household__in=served) | Q(matter__household_links__household__in=served)
        )
        return self.filter(mine | worked_on | Q(pk__in=answered.values("pk")))


class Photo(Versioned):
    """A picture of a visit, a task or a practical matter (exactly one of them).

    `stored` means that bytes with the declared hash are kept for good and the phone may delete its copy.
    """

    class State(models.TextChoices):
        AWAITING = "awaiting"
        STORED = "stored"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True)
    # the phone's columns
    visit = models.ForeignKey(Visit, models.CASCADE, null=True, related_name="photos")
    task = models.ForeignKey("matters.Task", models.CASCADE, null=True, related_name="photos")
    matter = models.ForeignKey("matters.PracticalMatter", models.CASCADE, null=True, related_name="photos")
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    taken_at = models.DateTimeField(null=True)
    caption = models.CharField(max_length=500, default="")
    # the server's columns
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    unit = models.CharField(max_length=15)  # of what it belongs to, as of then
    received_at = models.DateTimeField()
    place = models.PositiveSmallIntegerField(default=0)  # among those it was sent with
    state = models.CharField(max_length=10, choices=State.choices, default=State.AWAITING)
    problem = models.CharField(max_length=40, default="")  # a code: not_a_picture, too_large, undecodable, …
    stored_at = models.DateTimeField(null=True)
    media_type = models.CharField(max_length=30, default="")
    width = models.PositiveIntegerField(null=True)  # upright, once developed
    height = models.PositiveIntegerField(null=True)
    developed_at = models.DateTimeField(null=True)  # the worker is done with it, well or not
    attempts = models.PositiveSmallIntegerField(default=0)
    exif_at = models.CharField(
        max_length=40, default=""
    )  # as in the file, with offset where it has one; private
    exif_lat = models.FloatField(null=True)  # private
    exif_lon = models.FloatField(null=True)
    phash = models.CharField(max_length=64, default="")  # hex; "" when too plain to compare
    seen = models.JSONField(default=list)  # earlier photos of other visits like it: [{photo, bits}]
    ignored = models.TextField(default="")

    objects = PhotoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(visit__isnull=False, task__isnull=True, matter__isnull=True)
                    | Q(visit__isnull=True, task__isnull=False, matter__isnull=True)
                    | Q(visit__isnull=True, task__isnull=True, matter__isnull=False)
                ),
                name="a_photo_belongs_to_exactly_one",
            )
        ]
        indexes = [
            models.Index(fields=["sha256"], name="photos_by_hash"),
            models.Index(fields=["unit", "received_at"], name="photos_of_unit"),
            models.Index(
                fields=["stored_at"],
                name="photos_to_develop",
                condition=Q(state="stored", developed_at__isnull=True),
            ),
        ]


class PhotoBand(models.Model):
    """A piece of a photo's perceptual hash, by which near-identical pictures of one county are found."""

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="bands")
    county = models.CharField(max_length=6)
    band = models.CharField(max_length=24)  # `<number>:<hex>`

    class Meta:
        indexes = [models.Index(fields=["county", "band"], name="photos_alike")]
