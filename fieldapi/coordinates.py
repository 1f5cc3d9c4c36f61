"""Points on the earth: the three systems Chinese phones and maps give, and how far two points are apart.

WGS-84 is what satellites give and what we store. GCJ-02 shifts it by 50-800 m so that it fits the maps drawn
in China (AMap, Tencent); BD-09 shifts GCJ-02 once more (Baidu). Neither has an official formula: the shifts
below are the published ones (coefficients as in eviltransform, PRCoords and gcoord). The map services' own
answers differ from them by 0.05 m (AMap) to 0.7 m (Baidu), adding some noise of their own. The shifts have no
closed inverse, so the way back is found by iteration.

Outside a rectangle around China (which also holds its neighbours) all three systems are the same.
"""

from collections.abc import Callable
from math import atan2, cos, hypot, pi, radians, sin, sqrt

from geopy.distance import geodesic

Point = tuple[float, float]
"""Latitude and longitude in degrees, in this order."""

SYSTEMS = ("wgs84", "gcj02", "bd09")

# GCJ-02 turns metres into degrees on the ellipsoid of Krasovsky (1940), not on that of WGS-84.
_KRASOVSKY_RADIUS_M = 6_378_245.0
_KRASOVSKY_E2 = 0.00669342162296594323
_BAIDU_PI = pi * 3000 / 180

_WGS84_RADIUS_M = 6_378_137.0
_WGS84_E2 = 0.0066943799901413165


def to_wgs84(lat: float, lon: float, system: str) -> Point:
    """The WGS-84 point of a point given in `system`, in degrees.

    Undoes `from_wgs84` to a millimetre anywhere in China, in about 10 µs. Whether a point is in the rectangle
    is asked of the point as given, as the published algorithm does; that matters only within 2 km of the rim.
    Raises ValueError if `system` is none of `SYSTEMS`.
    """
    _known(system)
    if system == "wgs84" or not _near_china(lat, lon):
        return lat, lon
    if system == "bd09":
        lat, lon = _undo(_gcj02_to_bd09, lat, lon)
    return _undo(_wgs84_to_gcj02, lat, lon)


def from_wgs84(lat: float, lon: float, system: str) -> Point:
    """The point in `system` of a WGS-84 point, in degrees. Raises ValueError as `to_wgs84` does."""
    _known(system)
    if system == "wgs84" or not _near_china(lat, lon):
        return lat, lon
    lat, lon = _wgs84_to_gcj02(lat, lon)
    return _gcj02_to_bd09(lat, lon) if system == "bd09" else (lat, lon)


def distance_m(a: Point, b: Point) -> float:
    """Metres between two WGS-84 points along the ellipsoid.

    Points at most 0.1° apart, as those of one township are, are measured with the ellipsoid's curvature half
    way between them: about 1 µs, and within 5 mm of geopy's geodesic, which measures all others in 60-200 µs.
    """
    (lat_a, lon_a), (lat_b, lon_b) = a, b
    if abs(lat_a - lat_b) > 0.1 or abs(lon_a - lon_b) > 0.1:
        return float(geodesic(a, b).m)
    middle = radians((lat_a + lat_b) / 2)
    flattened = 1 - _WGS84_E2 * sin(middle) ** 2
    east_radius = _WGS84_RADIUS_M / sqrt(flattened)
    north_radius = east_radius * (1 - _WGS84_E2) / flattened
    north_m = radians(lat_a - lat_b) * north_radius
    east_m = radians(lon_a - lon_b) * east_radius * cos(middle)
    return hypot(north_m, east_m)


def _known(system: str) -> None:
    if system not in SYSTEMS:
        raise ValueError(f"unknown coordinate system {system!r}, expected one of {', '.join(SYSTEMS)}")


def _near_china(lat: float, lon: float) -> bool:
    """The rectangle of the published algorithm; China's own land keeps 100 km and more from its rim."""
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347


def _undo(shift: Callable[[float, float], Point], lat: float, lon: float) -> Point:
    """The point that `shift` moves to (lat, lon).

    A step changes the shift by at most 2 % of its length, so each round gains 1.7 digits: four rounds from
    less than 2 km away leave less than a millimetre.
    """
    guess_lat, guess_lon = lat, lon
    for _ in range(4):
        there_lat, there_lon = shift(guess_lat, guess_lon)
        guess_lat += lat - there_lat
        guess_lon += lon - there_lon
    return guess_lat, guess_lon


def _wgs84_to_gcj02(lat: float, lon: float) -> Point:
    x, y = lon - 105, lat - 35
    ripple = 20 * (sin(6 * pi * x) + sin(2 * pi * x))
    north_waves = 20 * sin(pi * y) + 40 * sin(pi * y / 3) + 160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)
    east_waves = 20 * sin(pi * x) + 40 * sin(pi * x / 3) + 150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    north_m += (ripple + north_waves) * 2 / 3
    east_m += (ripple + east_waves) * 2 / 3

    flattened = 1 - _KRASOVSKY_E2 * sin(radians(lat)) ** 2
    degree_m = radians(_KRASOVSKY_RADIUS_M) / sqrt(flattened)
    north_degree_m = degree_m * (1 - _KRASOVSKY_E2) / flattened
    east_degree_m = degree_m * cos(radians(lat))
    return lat + north_m / north_degree_m, lon + east_m / east_degree_m


def _gcj02_to_bd09(lat: float, lon: float) -> Point:
    """Baidu takes degrees for plane coordinates, ripples radius and angle, and adds a fixed step."""
    radius = hypot(lon, lat) + 0.00002 * sin(lat * _BAIDU_PI)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BAIDU_PI)
    return radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065
