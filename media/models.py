"""Photos: declared by a phone, received, verified, developed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from cadres.models import Device, User
from cadres.units import within
from fieldapi.models import Fingerprinted, Versioned
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


class Photo(Versioned, Fingerprinted):
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
            models.Index(fields=["received_at"], name="photos_awaited", condition=Q(state="awaiting")),
        ]


class PhotoBand(models.Model):
    """A piece of a photo's perceptual hash, by which near-identical pictures of one county are found."""

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="bands")
    county = models.CharField(max_length=6)
    band = models.CharField(max_length=24)  # `<number>:<hex>`

    class Meta:
        indexes = [models.Index(fields=["county", "band"], name="photos_alike")]


class UploadQuerySet(models.QuerySet["Upload"]):
    def over(self, now: datetime) -> Self:
        """Those of phones whose session ended, of photos that were refused, and those nobody has gone on with."""
        return self.filter(_over(now))

    def forgotten(self, now: datetime) -> Self:
        """Those nobody has sent a byte to for so long, finished or not."""
        return self.filter(last_byte_at__lt=now - Upload.KEPT)

    def alive(self, now: datetime) -> Self:
        """Those that may be gone on with, or whose photo is stored."""
        return self.exclude(_over(now))


def _over(now: datetime) -> Q:
    forgotten = Q(last_byte_at__lt=now - Upload.KEPT)
    return Q(device__ended_at__isnull=False) | Q(photo__state=Photo.State.REFUSED) | forgotten


class Upload(models.Model):
    """The bytes of a photo on their way, in as many pieces as the network breaks them into.

    Whoever has the secret may send on, signed in or not, until the photo is stored. The secret itself is kept
    nowhere. `offset` bytes lie in `parts`: the first byte and the file's name of each, in order. The last bytes
    never lie there: with them the photo is stored, or they have not come.
    """

    KEPT = timedelta(days=30)

    secret_hash = models.CharField(max_length=64, primary_key=True)  # SHA-256, hex
    photo = models.ForeignKey(Photo, models.CASCADE, related_name="+")
    device = models.ForeignKey(Device, models.CASCADE, related_name="+")
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    parts = models.JSONField(default=list)
    metadata = models.TextField(default="")  # the header as it came, for whoever asks again
    last_byte_at = models.DateTimeField()
    under_way = models.BooleanField(default=True)  # for whoever clears away: `done` is the truth

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(offset__lt=F("length")), name="an_upload_on_its_way_is_not_whole"
            )
        ]
        indexes = [
            models.Index(fields=["last_byte_at"], name="uploads_by_last_byte"),
            models.Index(fields=["last_byte_at"], name="uploads_under_way", condition=Q(under_way=True)),
        ]

    @property
    def done(self) -> bool:
        """All its bytes are here, on this way or another: the photo is stored."""
        return self.photo.state == Photo.State.STORED

    @property
    def standing(self) -> int:
        """From which byte to go on."""
        return self.length if self.done else self.offset

    @property
    def expires_at(self) -> datetime:
        return self.last_byte_at + self.KEPT
