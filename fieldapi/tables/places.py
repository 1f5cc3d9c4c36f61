"""Latitude and longitude in a spreadsheet: both or none, from whatever map. Pure."""

from math import isclose

from fieldapi.coordinates import to_wgs84
from fieldapi.tables.headings import Column
from fieldapi.tables.reading import Fault, Row

SYSTEMS = {
    "WGS84": "wgs84", "GPS": "wgs84", "GCJ02": "gcj02", "火星坐标": "gcj02", "高德": "gcj02", "腾讯": "gcj02",
    "BD09": "bd09", "百度": "bd09",
}  # fmt: skip
PLACE = (
    Column("lat", ("纬度",), kind="number"),
    Column("lon", ("经度",), kind="number"),
    Column("system", ("坐标系",), kind="choice", choices=SYSTEMS, hint="WGS84、高德或百度；不填为 WGS84"),
)
BOUNDS = {"lat": 90, "lon": 180}
SAME_DEGREES = 1e-7  # a centimetre


def point_of(row: Row) -> dict[str, float]:
    """`lat` and `lon` in WGS-84; nothing where the row tells none, or has faults. Adds required, out_of_range."""
    given = {name: value for name in BOUNDS if isinstance(value := row.values.get(name), int | float)}
    for name, bound in BOUNDS.items():
        if given and name not in given:
            row.faults.append(Fault(name, "required"))
        elif given and abs(given[name]) > bound:
            row.faults.append(Fault(name, "out_of_range", f"±{bound}"))
    if not given or row.faults:
        return {}
    lat, lon = to_wgs84(given["lat"], given["lon"], str(row.values.get("system") or "wgs84"))
    return {"lat": lat, "lon": lon}


def is_same(held: float | None, told: float) -> bool:
    """A stored coordinate and one told in a file are the same place."""
    return held is not None and isclose(held, told, abs_tol=SAME_DEGREES)
