"""What lies near a point: a rough box an index serves, then the true distance, then pages by distance. Pure."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, isfinite, radians
from typing import NamedTuple
from uuid import UUID

from fieldapi.coordinates import Point, distance_m

DEGREE_M = (
    110_500.0  # a little less than the shortest degree of latitude, so that a box never cuts the circle
)


class Box(NamedTuple):
    """Degrees; `west` ≤ `east`."""

    south: float
    north: float
    west: float
    east: float


class Hit(NamedTuple):
    """A row at a distance; hits sort by distance, then id."""

    metres: float
    id: UUID


def boxes_around(point: Point, radius_m: float) -> list[Box]:
    """One box that holds the circle, or two where it crosses the 180th meridian; round a pole, every longitude."""
    lat, lon = point
    height = radius_m / DEGREE_M
    south, north = lat - height, lat + height
    if south <= -90 or north >= 90:
        return [Box(max(south, -90), min(north, 90), -180, 180)]
    width = height / cos(radians(max(abs(south), abs(north))))
    west, east = lon - width, lon + width
    if width >= 180:
        return [Box(south, north, -180, 180)]
    if west < -180:
        return [Box(south, north, -180, east), Box(south, north, west + 360, 180)]
    if east > 180:
        return [Box(south, north, west, 180), Box(south, north, -180, east - 360)]
    return [Box(south, north, west, east)]


def nearest_first(point: Point, radius_m: float, rows: Iterable[tuple[UUID, float, float]]) -> list[Hit]:
    """The rows (id, lat, lon) at most `radius_m` away along the ellipsoid, in centimetre steps."""
    hits = (Hit(round(distance_m(point, (lat, lon)), 2), key) for key, lat, lon in rows)
    return sorted(hit for hit in hits if hit.metres <= radius_m)


@dataclass(frozen=True)
class Slice:
    """A page of hits with the cursors of its neighbours."""

    hits: Sequence[Hit]
    following: str | None
    preceding: str | None


def page_of(hits: Sequence[Hit], cursor: str, limit: int) -> Slice:
    """The page after (or before) the hit a cursor names. Raises ValueError on a cursor that is none of ours."""
    start, end = 0, limit
    if cursor:
        side, mark = _read(cursor)
        if side == "a":
            start = bisect_right(hits, mark)
            end = start + limit
        else:
            end = bisect_left(hits, mark)
            start = max(end - limit, 0)
    shown = hits[start:end]
    return Slice(
        shown,
        _written("a", shown[-1]) if shown and end < len(hits) else None,
        _written("b", shown[0]) if shown and start > 0 else None,
    )


def _written(side: str, hit: Hit) -> str:
    return urlsafe_b64encode(f"{side}|{hit.metres}|{hit.id}".encode()).decode()


def _read(cursor: str) -> tuple[str, Hit]:
    side, metres, key = urlsafe_b64decode(cursor.encode()).decode().split("|")
    if side not in ("a", "b"):
        raise ValueError(cursor)
    hit = Hit(float(metres), UUID(key))
    if not isfinite(hit.metres):
        raise ValueError(cursor)
    return side, hit
