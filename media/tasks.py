"""The worker's part: a stored photo is developed, compared, and its visit judged again.

May run twice: the row says whether it is done (`developed_at`). Originals are never touched.
"""

import atexit
from contextlib import ExitStack
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import F
from django_tasks import task

from fieldapi import clock
from fieldapi.middleware import give_back_connection
from media.darkroom import FULL, LARGE, THUMB, Darkroom, Developed, Problem
from media.models import Photo
from media.seen import find_again, one_at_a_time, store_bands
from media.storage import at_hand, derivative, keep, original, workbench
from visits.judge import judge_again
from visits.models import Visit

MOST_ATTEMPTS = 5
GIVEN_UP = "given_up"  # so many workers were killed over it


@task()
def develop_photo(photo_id: str) -> None:
    """Make a stored photo's sizes and find out what it shows. OSError: disk or storage, worth another try."""
    photo = Photo.objects.filter(pk=photo_id, state=Photo.State.STORED, developed_at=None).first()
    if photo is None:
        return
    if photo.attempts >= MOST_ATTEMPTS:
        write_down(photo, GIVEN_UP)
        return
    Photo.objects.filter(pk=photo.pk).update(attempts=F("attempts") + 1)
    give_back_connection()
    try:
        outcome = _developed(photo)
    except OSError:  # no fault of the picture's
        Photo.objects.filter(pk=photo.pk).update(attempts=F("attempts") - 1)
        raise
    write_down(photo, outcome)


@cache
def darkroom() -> Darkroom:
    """This worker's, open as long as it runs: opening one costs more than developing three photos."""
    until_the_end = ExitStack()
    atexit.register(until_the_end.close)
    return until_the_end.enter_context(Darkroom())


def _developed(photo: Photo) -> Developed | Problem:
    with workbench() as bench, at_hand(original(photo), bench) as source:
        outcome = darkroom().develop(source, bench)
        if isinstance(outcome, Developed):
            for size in (FULL, LARGE, THUMB):
                with (bench / size).open("rb") as file:
                    keep(file, derivative(photo, size))
    return outcome


@transaction.atomic
def write_down(photo: Photo, outcome: Developed | str) -> None:
    """What was found out, once; then the visits that it says something about are judged again."""
    one_at_a_time(photo)
    now = clock.now()
    undone = Photo.objects.filter(pk=photo.pk, developed_at=None)
    if not undone.update(developed_at=now, changed_at=now, version=F("version") + 1, **_columns(outcome)):
        return
    likeness = outcome.likeness if isinstance(outcome, Developed) else None
    if likeness is not None:
        store_bands(photo, likeness)
    if photo.visit_id is not None:
        Visit.objects.filter(pk=photo.visit_id).update(version=F("version") + 1, changed_at=now)
        judge_again(find_again(photo, likeness))


def _columns(outcome: Developed | str) -> dict[str, Any]:
    if not isinstance(outcome, Developed):
        return {"problem": outcome}
    lat, lon = outcome.exif_point or (None, None)
    return {
        "width": outcome.width,
        "height": outcome.height,
        "exif_at": outcome.exif_at.isoformat() if outcome.exif_at else "",
        "exif_lat": lat,
        "exif_lon": lon,
        "phash": "" if outcome.likeness is None else f"{outcome.likeness:x}",
    }
