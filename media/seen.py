"""Photos seen before: the same bytes, or nearly the same picture, with an earlier visit.

The visit made first has the original, in whatever order the photos arrive and are developed.
"""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from cadres.models import Unit
from cadres.units import county_of
from media.likeness import THRESHOLD, bands, bands_to_search, distance
from media.models import Photo, PhotoBand
from visits.models import Visit

MOST_SEEN = 10  # the evidence is long enough then

Match = tuple[int, Photo]  # by how many bits it differs, and the other photo


def find_again(photo: Photo, likeness: int | None) -> set[UUID]:
    """Link a visit's photo with those like it, of other visits, before and after; answer the visits affected.

    Nearly the same pictures are sought within the county, the same bytes everywhere. Withdrawn visits don't
    count, the photo's own neither. Inside the caller's transaction, which `one_at_a_time` must have begun.
    """
    visit = _visit_of(photo)
    if visit.withdrawn:
        Photo.objects.filter(pk=photo.pk).update(seen=[])
        return set()
    affected, earlier = {visit.pk}, []
    for bits, other in _matches(photo, likeness):
        others = _visit_of(other)
        if (others.occurred_at, others.pk) < (visit.occurred_at, visit.pk):
            earlier.append({"photo": str(other.pk), "bits": bits})
        elif _add(other.seen, {"photo": str(photo.pk), "bits": bits}):
            Photo.objects.filter(pk=other.pk).update(seen=other.seen)
            affected.add(others.pk)
    photo.seen = sorted(earlier, key=_nearest)[:MOST_SEEN]
    Photo.objects.filter(pk=photo.pk).update(seen=photo.seen)
    return affected


def look_again(photos: Iterable[Photo]) -> set[UUID]:
    """Compare photos of corrected visits anew, with the visits as they are now; answer the visits affected.

    Inside the caller's transaction, which `compared` must have begun.
    """
    affected: set[UUID] = set()
    for photo in photos:
        photo.refresh_from_db(fields=["visit"])
        likeness = int(photo.phash, 16) if photo.phash else None
        affected |= _forget(photo, likeness) | find_again(photo, likeness)
    return affected


def compared(visits: Collection[UUID]) -> list[Photo]:
    """The photos of these visits that were compared with others, their counties' comparisons held up meanwhile."""
    developed = Photo.objects.filter(visit__in=visits, state=Photo.State.STORED, developed_at__isnull=False)
    photos = list(developed.order_by("pk"))
    for photo in sorted(photos, key=lambda one: county_of(one.unit)):
        one_at_a_time(photo)
    return photos


def _forget(photo: Photo, likeness: int | None) -> set[UUID]:
    """Take the photo from what other visits' photos have seen before."""
    affected = set()
    for _, other in _matches(photo, likeness):
        seen = [one for one in other.seen if one["photo"] != str(photo.pk)]
        if len(seen) != len(other.seen):
            Photo.objects.filter(pk=other.pk).update(seen=seen)
            affected.add(_visit_of(other).pk)
    return affected


def one_at_a_time(photo: Photo) -> None:
    """Let photos of a county be compared one after the other: of two at once, neither would see the other."""
    list(Unit.objects.select_for_update(no_key=True).filter(pk=county_of(photo.unit)).values_list("pk"))


def store_bands(photo: Photo, likeness: int) -> None:
    county = county_of(photo.unit)
    PhotoBand.objects.bulk_create(
        PhotoBand(photo=photo, county=county, band=band) for band in sorted(bands(likeness))
    )


def _matches(photo: Photo, likeness: int | None) -> list[Match]:
    others = Photo.objects.filter(
        state=Photo.State.STORED, visit__isnull=False, visit__withdrawn=False
    ).exclude(visit=photo.visit_id)
    rows = others.select_related("visit").only("phash", "seen", "visit__occurred_at").order_by("pk")
    matches: dict[UUID, Match] = {other.pk: (0, other) for other in rows.filter(sha256=photo.sha256)}
    if likeness is not None:
        alike = PhotoBand.objects.filter(county=county_of(photo.unit), band__in=bands_to_search(likeness))
        for other in rows.filter(pk__in=alike.values("photo")):
            bits = distance(likeness, int(other.phash, 16))
            if bits <= THRESHOLD:
                matches.setdefault(other.pk, (bits, other))
    return list(matches.values())


def _add(seen: list[dict[str, Any]], one: dict[str, Any]) -> bool:
    """Whether `one` was news to the list, and there was room for it."""
    if len(seen) >= MOST_SEEN or any(known["photo"] == one["photo"] for known in seen):
        return False
    seen.append(one)
    seen.sort(key=_nearest)
    return True


def _nearest(one: dict[str, Any]) -> tuple[int, str]:
    return one["bits"], one["photo"]


def _visit_of(photo: Photo) -> Visit:
    assert photo.visit is not None  # only photos of visits are compared
    return photo.visit
