"""The bytes of a declared photo: taken in, verified, stored."""

from collections.abc import Iterable
from hashlib import sha256
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, F, UUIDField

from cadres.models import User
from fieldapi import clock
from fieldapi.errors import Refused
from fieldapi.fixed import Fixed, Given
from fieldapi.fixed_update import FixedUpdate
from fieldapi.journal import note_down
from media.models import Photo
from media.sniff import NoPicture, sniff
from media.storage import draft, keep, original
from media.tasks import develop_photo
from visits.models import Visit

# The photo of an id, for who declared it.
OWN = Fixed(lambda: Photo.objects.filter(pk=Given("photo", UUIDField()), by=Given("by", UUIDField())))
SETTLED = ("state", "problem", "media_type", "stored_at", "version", "changed_at")
SETTLING = FixedUpdate(
    lambda: Photo.objects.filter(pk=Given("photo", UUIDField()), state=Photo.State.AWAITING),
    lambda: {
        each.name: Given(each.name, each) for each in Photo._meta.concrete_fields if each.name in SETTLED
    },
)
NEXT_VERSION = FixedUpdate(
    lambda: Visit.objects.filter(pk=Given("visit", UUIDField())),
    lambda: {"version": F("version") + 1, "changed_at": Given("changed_at", DateTimeField())},
)


def receive(by: User, photo: Photo, body: Iterable[bytes]) -> None:
    """Store a photo's bytes and tell the worker; what `photo` shows is the row as it stands afterwards.

    Refuses `length_mismatch` and `hash_mismatch`, and raises what reading `body` or the disk raise: the photo
    still awaits then, and nothing is kept. Refuses `not_a_picture` and `too_many_pixels`: settled for good.
    """
    with draft() as file:
        _write(photo, body, file)
        try:
            media_type = sniff(file).media_type
        except NoPicture as fault:
            _settle(by, photo, state=Photo.State.REFUSED, problem=fault.code)
            raise Refused(fault.code) from fault
        keep(file, original(photo))
    _settle(by, photo, state=Photo.State.STORED, media_type=media_type, stored_at=clock.now())


def refuse_settled(photo: Photo) -> None:
    """A photo that was refused stays so: its id and hash name the same bytes."""
    if photo.problem == "too_large":
        raise Refused("too_large", limit=settings.MAX_PHOTO_BYTES)
    if photo.state == Photo.State.REFUSED:
        raise Refused(photo.problem)


def _write(photo: Photo, body: Iterable[bytes], file: IO[bytes]) -> None:
    digest, length = sha256(), 0
    for piece in body:
        length += len(piece)
        if length > photo.bytes:
            break
        digest.update(piece)
        file.write(piece)
    if length != photo.bytes:
        raise Refused("length_mismatch", declared=photo.bytes, received=length)
    if digest.hexdigest() != photo.sha256:
        raise Refused("hash_mismatch")


@transaction.atomic
def _settle(by: User, photo: Photo, **columns: Any) -> None:
    """One of several uploads at once settles the photo; the others find it settled.

    With one photo less awaited the visit's answer is another (`complete`): it has a new version too.
    """
    columns |= {"version": photo.version + 1, "changed_at": clock.now()}
    if not SETTLING.run(photo=photo.pk, **{name: getattr(photo, name) for name in SETTLED} | columns):
        photo.refresh_from_db()
        return
    for name, value in columns.items():
        setattr(photo, name, value)
    if photo.visit_id is not None:
        NEXT_VERSION.run(visit=photo.visit_id, changed_at=photo.changed_at)
    note_down(by, "photos.upload", photo.pk, unit=photo.unit, state=photo.state)
    if photo.state == Photo.State.STORED:
        develop_photo.enqueue(str(photo.pk))
