"""Where people and households are when their own point is not known: at their unit's place. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import cos, dist, radians, sin, sqrt

from cadres.units import ancestors
from fieldapi.coordinates import Point

Spot = tuple[float, float, float]
"""Metres from the centre of the earth, along its three axes."""

RADIUS_M = 6_378_137.0
FLATTENED = 1 - 0.0066943799901413165  # WGS-84: (short axis ÷ long axis)²


class Places:
    """The place of any unit: its known location, else the middle of the households in it, else the same of
    the nearest unit above it that has either, else the middle of all households."""

    def __init__(self, known: Mapping[str, Point], located: Iterable[tuple[str, Point]]) -> None:
        """`known`: locations of units by code. `located`: unit code and point of every household with one."""
        sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        for code, (lat, lon) in located:
            for above in ("", *ancestors(code)):
                total = sums[above]
                total[0] += lat
                total[1] += lon
                total[2] += 1
        middles = {code: (lat / count, lon / count) for code, (lat, lon, count) in sums.items()}
        self._places = middles | dict(known)

    def of(self, unit: str) -> Point | None:
        """None only if nothing at all is known above `unit`."""
        upwards = (*reversed(ancestors(unit)), "")
        return next((self._places[code] for code in upwards if code in self._places), None)


def spot(point: Point) -> Spot:
    """A WGS-84 point in space: `metres` between two is then a matter of 0.1 µs."""
    lat, lon = radians(point[0]), radians(point[1])
    radius = RADIUS_M / sqrt(1 - (1 - FLATTENED) * sin(lat) ** 2)
    return (
        radius * cos(lat) * cos(lon),
        radius * cos(lat) * sin(lon),
        radius * FLATTENED * sin(lat),
    )


def metres(a: Spot, b: Spot) -> float:
    """The straight line, which is shorter than the way along the ellipsoid by 3 cm in 30 km."""
    return dist(a, b)
