"""An upload's way from its first byte to the stored photo, over any number of requests and processes.

No process holds an upload: whoever stores the next part moves the row from the offset it began at, and of two only
one can. What is stored and named by the row is what a phone is told it need not send again.
"""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from secrets import token_hex
from typing import IO, Any

from django.db import transaction

from cadres.models import Device
from fieldapi import clock
from fieldapi.errors import Refused
from fieldapi.middleware import give_back_connection
from media.models import Photo, Upload
from media.parts import drop, free, keep_part, pieces, pieces_of, uploads_with_parts
from media.receive import receive
from media.storage import draft

SECRET = re.compile(r"[0-9a-f]{32}")  # 128 bits
MOST_OF_A_PHOTO = 5  # uploads begun from one phone
STEP = 256 * 1024  # bytes after which a part is stored; a part that is shorter is taken up by the next
STEP_SECONDS = 10.0  # and so often on a slow line, so that a killed server costs it little


@dataclass
class Check:
    """What the phone says of the bytes of one request; `digest` has taken in what has come."""

    digest: Any
    expected: bytes

    def refuse_if_other(self) -> None:
        if self.digest.digest() != self.expected:
            raise Refused("checksum_mismatch")


@transaction.atomic
def begin(*, device: Device, photo: Photo, metadata: str) -> tuple[Upload, str]:
    """A new upload of a photo and its secret, told this once.

    Answers get lost and requests overtake each other, so a phone may have begun several: those that have been silent
    longest end, if there are more than `MOST_OF_A_PHOTO`.
    """
    secret = token_hex(16)
    upload = Upload.objects.create(
        secret_hash=hash_of(secret),
        photo=photo,
        device=device,
        length=photo.bytes,
        metadata=metadata,
        last_byte_at=clock.now(),
    )
    alike = Upload.objects.filter(photo=photo, device=device).order_by("-last_byte_at", "pk")
    Upload.objects.filter(pk__in=alike.values("pk")[MOST_OF_A_PHOTO:]).delete()
    return upload, secret


def hash_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def upload_with(secret: str) -> Upload:
    """The upload of a secret. Refuses `not_found`, and `upload_ended` where it is over without a stored photo."""
    if not SECRET.fullmatch(secret):
        raise Refused("not_found")
    return _standing(hash_of(secret))


def _standing(pk: str) -> Upload:
    known = Upload.objects.filter(pk=pk)
    upload = known.alive(clock.now()).select_related("photo", "device__user").first()
    if upload is None:
        raise Refused("upload_ended" if known.exists() else "not_found")
    return upload


def end(upload: Upload) -> None:
    """Nobody goes on with it; what had come of it is deleted. A stored photo stays. May be done twice."""
    Upload.objects.filter(pk=upload.pk).delete()
    _free(upload)


def append(upload: Upload, sent: Iterator[bytes], check: Check | None = None) -> None:
    """Take in an upload's next bytes; with its last ones the photo is stored or refused, as in `receive`.

    What has come when `sent` breaks off is kept, unless a checksum says what it should have been. Refuses
    `offset_mismatch` when another request was faster, `checksum_mismatch`, `upload_ended`, and what `sent` and
    `receive` refuse. OSError: disk or storage; all up to the upload's offset stays.
    """
    arriving = Arriving(sent, check)
    while not arriving.over:
        with draft() as file:
            first, parts = _take_up_the_last(upload, file)
            count = arriving.fill(file)
            if upload.offset + count == upload.length:
                return _finish(upload, parts, file)
            if count:
                _keep(upload, count, parts, (first, keep_part(upload, file, first)))
    if arriving.cut:
        raise arriving.cut


class Arriving:
    """The bytes of one request, taken step by step."""

    def __init__(self, sent: Iterator[bytes], check: Check | None) -> None:
        self.sent = sent
        self.check = check
        self.over = False
        self.cut: Refused | None = None

    def fill(self, file: IO[bytes]) -> int:
        """Write the next step into `file`; how many bytes. With a checksum it is all of them, or a refusal."""
        count, until = 0, time.monotonic() + STEP_SECONDS
        try:
            for piece in self.sent:
                file.write(piece)
                count += len(piece)
                if self.check:
                    self.check.digest.update(piece)
                elif count >= STEP or time.monotonic() > until:
                    return count
        except Refused as broken_off:
            if self.check:
                raise
            self.cut = broken_off
        self.over = True
        if self.check:
            self.check.refuse_if_other()
        return count


def _take_up_the_last(upload: Upload, file: IO[bytes]) -> tuple[int, list[tuple[int, str]]]:
    """Begin a new part, with the bytes of the last one where that is short: its first byte, and the parts before."""
    parts = [(first, name) for first, name in upload.parts]
    if not parts or upload.offset - parts[-1][0] >= STEP:
        return upload.offset, parts
    for piece in _read(upload, parts[-1:]):
        file.write(piece)
    return parts[-1][0], parts[:-1]


def _read(upload: Upload, parts: list[tuple[int, str]]) -> Iterator[bytes]:
    """The stored bytes. Refuses `offset_mismatch` where another request was faster, and has taken them up."""
    try:
        yield from pieces_of(upload, parts)
    except FileNotFoundError as gone:
        _refuse_moved(upload)
        if not uploads_with_parts():
            raise  # nobody's parts are there: it is the storage that is missing
        end(upload)  # its files were lost, as after a restored backup: it can never be whole
        raise Refused("upload_ended") from gone


def _keep(upload: Upload, count: int, parts: list[tuple[int, str]], new: tuple[int, str]) -> None:
    """A stored part counts behind `parts`, and what it has taken up is deleted; or it is deleted itself."""
    taken_up = upload.parts[len(parts) :]
    try:
        _move(upload, count, [*parts, new])
    except Refused:
        drop(upload, [new])
        raise
    drop(upload, taken_up)


def _move(upload: Upload, count: int, parts: list[tuple[int, str]]) -> None:
    """What has been stored counts, unless the row has moved on since `upload` was read.

    The offset is asked of the row itself: within the subquery it would not be asked again after waiting for another.
    """
    now = clock.now()
    alive = Upload.objects.alive(now).filter(pk=upload.pk)
    before = Upload.objects.filter(pk__in=alive, offset=upload.offset)
    if not before.update(offset=upload.offset + count, parts=parts, last_byte_at=now):
        _refuse_moved(upload)
    upload.offset, upload.parts, upload.last_byte_at = upload.offset + count, parts, now
    give_back_connection()


def _refuse_moved(upload: Upload) -> None:
    standing = _standing(upload.pk)
    if standing.standing != upload.offset:
        raise Refused("offset_mismatch", offset=standing.standing)


def _finish(upload: Upload, parts: list[tuple[int, str]], last: IO[bytes]) -> None:
    """Store the photo from its parts and the draft of the last one, by the checks of every photo."""
    _refuse_moved(upload)
    last.seek(0)
    upload.photo.refresh_from_db()
    give_back_connection()  # the parts may lie in a storage that takes its time
    try:
        receive(upload.device.user, upload.photo, chain(_read(upload, parts), pieces(last)))
    except Refused as refused:
        if refused.code in ("hash_mismatch", "length_mismatch"):  # of these bytes no more can be made
            end(upload)
        raise
    Upload.objects.filter(pk=upload.pk).update(under_way=False)
    _free(upload)


def _free(upload: Upload) -> None:
    with suppress(OSError):  # `run_due` does it later
        free(upload.pk)
