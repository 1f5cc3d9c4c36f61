"""What the camera wrote beside the picture: when, where, and which side is up. Private: never served.

A damaged entry costs only itself: each fact is read for itself, and is None where it cannot be told.
"""

import re
import struct
from datetime import datetime, timedelta, timezone
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

# All that Pillow raises while it reads a hostile directory; the fuzz test looks for more.
DAMAGE = (SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, OSError, struct.error)

WHEN = re.compile(r"((?:19|20)\d\d)\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)")
OFFSET = re.compile(r"([+-])(0\d|1[0-4]):?([0-5]\d)")


def notes_of(image: Image.Image) -> Image.Exif:
    """The picture's EXIF (JPEG, PNG, WebP, HEIF), empty where there is none or it is damaged throughout."""
    try:
        return image.getexif()
    except DAMAGE:
        return Image.Exif()


def orientation(exif: Image.Exif) -> int:
    """EXIF orientation 1–8; 1 (upright) where it is missing or makes no sense."""
    try:
        turned = exif.get(Base.Orientation)
    except DAMAGE:
        return 1
    return turned if isinstance(turned, int) and 1 <= turned <= 8 else 1


def taken_at(exif: Image.Exif) -> datetime | None:
    """When the shutter fell, by the camera's clock; naive where the camera noted no offset."""
    try:
        entries = exif.get_ifd(IFD.Exif)
        when = WHEN.match(str(entries.get(Base.DateTimeOriginal)))
        if when is None:
            return None
        year, month, day, hour, minute, second = map(int, when.groups())
        offset = _offset(entries.get(Base.OffsetTimeOriginal))
        return datetime(year, month, day, hour, minute, second, tzinfo=offset)
    except DAMAGE:
        return None


def taken_where(exif: Image.Exif) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, WGS-84. A camera without a fix that notes 0, 0 has no point."""
    try:
        entries = exif.get_ifd(IFD.GPSInfo)
        latitude = _degrees(entries.get(GPS.GPSLatitude), entries.get(GPS.GPSLatitudeRef), "NS", 90)
        longitude = _degrees(entries.get(GPS.GPSLongitude), entries.get(GPS.GPSLongitudeRef), "EW", 180)
    except DAMAGE:
        return None
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    return latitude, longitude


def _offset(text: object) -> timezone | None:
    offset = OFFSET.match(str(text))
    if offset is None:
        return None
    sign, hours, minutes = offset.groups()
    return timezone(int(sign + "1") * timedelta(hours=int(hours), minutes=int(minutes)))


def _degrees(parts: Any, side: object, sides: str, limit: int) -> float | None:
    """Degrees, minutes, seconds as one signed number; None without a side of the globe or off it."""
    if not isinstance(side, str) or side[:1] not in tuple(sides):
        return None
    degrees, minutes, seconds = map(float, parts)
    total = degrees + minutes / 60 + seconds / 3600
    if not 0 <= total <= limit:  # also refuses "not a number", which cameras write as 0/0
        return None
    return round(-total if side[0] == sides[1] else total, 7)
