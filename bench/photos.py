"""Photos to send: declared in the database as a phone's visits would have done, their bytes made as they go out."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO

from PIL import Image

from bench import load
from bench.county import Beat
from cadres.tokens import access_for
from fieldapi import clock
from fieldapi.calendar import local_day
from fieldapi.ids import new_id
from media.models import Photo
from visits.models import Visit

USUAL_BYTES = 310_000


@dataclass(frozen=True)
class Declared:
    """A photo that awaits its bytes: the picture, and the row's id at its end, by which no two are the same."""

    photo: Photo
    token: str
    picture: bytes

    @property
    def request(self) -> bytes:
        path = f"/api/v1/photos/{self.photo.pk}/content/"
        return load.request("PUT", path, self.token, self.picture + self.photo.pk.bytes, "image/jpeg")


def declare(beats: list[Beat], count: int, size: int = USUAL_BYTES) -> list[Declared]:
    """So many visits with a photo of `size` bytes each, cadre after cadre."""
    now, content = clock.now(), filled(jpeg(160, 120), size - 16)
    begun = sha256(content)
    visits, declared = [], []
    for n in range(count):
        beat = beats[n % len(beats)]
        visit = Visit(
            id=new_id(), household=beat.households[0], kind="home", started_at=now, cadre=beat.cadre, post="A",
            unit_id=beat.households[0].unit_id, occurred_at=now, day=local_day(now), received_at=now, changed_at=now,
        )  # fmt: skip
        photo_id, digest = new_id(), begun.copy()
        digest.update(photo_id.bytes)
        photo = Photo(
            id=photo_id, visit=visit, sha256=digest.hexdigest(), bytes=size, by=beat.cadre, unit=visit.unit_id,
            received_at=now, changed_at=now,
        )  # fmt: skip
        visits.append(visit)
        declared.append(Declared(photo, access_for(beat.device), content))
    Visit.objects.bulk_create(visits, batch_size=2000)
    Photo.objects.bulk_create([one.photo for one in declared], batch_size=2000)
    return declared


def requests(declared: list[Declared]) -> Iterator[bytes]:
    """One at a time: together they would fill the memory."""
    return (one.request for one in declared)


@cache
def jpeg(width: int, height: int) -> bytes:
    """A picture with as much in it as a camera's."""
    dice = random.Random(1)
    cells = (width // 8, height // 8)
    coarse = Image.frombytes("RGB", cells, dice.randbytes(cells[0] * cells[1] * 3))
    file = BytesIO()
    coarse.resize((width, height), Image.Resampling.BICUBIC).save(file, "JPEG", quality=88)
    return file.getvalue()


def filled(picture: bytes, size: int) -> bytes:
    """Cameras write all sorts of things behind the picture."""
    assert len(picture) <= size, len(picture)
    return picture + bytes(size - len(picture))
