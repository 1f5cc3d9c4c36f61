"""Pictures that tests make themselves, and the folder of real ones where a machine has it."""

import random
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageDraw

from tests.samples import SHARED

pillow_heif.register_heif_opener()

SAMPLES = sorted(path for path in SHARED.glob("data/photos/*") if path.suffix != ".md")
needs_samples = pytest.mark.skipif(not SAMPLES, reason=f"no camera pictures in {SHARED}/data/photos")

CORNERS = {"red": (220, 30, 30), "green": (30, 160, 30), "blue": (30, 30, 220), "white": (240, 240, 240)}


def with_corners(width: int = 80, height: int = 40) -> Image.Image:
    """Clockwise from the top left: red, green, blue, white."""
    image = Image.new("RGB", (width, height))
    quarters = {
        "red": (0, 0),
        "green": (width // 2, 0),
        "blue": (width // 2, height // 2),
        "white": (0, height // 2),
    }
    for name, (x, y) in quarters.items():
        image.paste(CORNERS[name], (x, y, x + width // 2, y + height // 2))
    return image


def corners_of(path: Path) -> list[str]:
    """The names of a picture's corner colours, clockwise from the top left."""
    with Image.open(path) as image:
        right, bottom = image.width - 3, image.height - 3
        seen = [image.getpixel(at) for at in ((2, 2), (right, 2), (right, bottom), (2, bottom))]
    return [min(CORNERS, key=lambda name: _apart(CORNERS[name], colour)) for colour in seen]


def scene(seed: int, width: int = 640, height: int = 480) -> Image.Image:
    """A picture with large and small things in it, another one for each seed."""
    dice = random.Random(seed)
    image = Image.new("RGB", (width, height), _colour(dice))
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y = dice.randrange(-width // 4, width), dice.randrange(-height // 4, height)
        box = (x, y, x + dice.randrange(10, width // 2), y + dice.randrange(10, height // 2))
        (draw.ellipse if dice.random() < 0.5 else draw.rectangle)(box, fill=_colour(dice))
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def oriented(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def jpeg_header(width: int, height: int) -> bytes:
    return (
        b"\xff\xd8\xff\xc0\x00\x11\x08"
        + struct.pack(">HH", height, width)
        + b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01"
    )


def box(name: bytes, body: bytes) -> bytes:
    """A box of HEIF."""
    return struct.pack(">I4s", 8 + len(body), name) + body


def wide_gamut() -> bytes:
    """An ICC profile with the primaries of Display P3 and a gamma of 2.2."""

    def fixed(*numbers: float) -> bytes:
        return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)

    name = b"desc" + bytes(4) + struct.pack(">I", 5) + b"Wide\0" + bytes(78)
    tags = {
        b"desc": name,
        b"wtpt": b"XYZ " + bytes(4) + fixed(0.9642, 1, 0.8249),
        b"rXYZ": b"XYZ " + bytes(4) + fixed(0.5151, 0.2412, -0.0011),
        b"gXYZ": b"XYZ " + bytes(4) + fixed(0.2920, 0.6922, 0.0419),
        b"bXYZ": b"XYZ " + bytes(4) + fixed(0.1571, 0.0666, 0.7841),
    } | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), b"curv" + bytes(4) + struct.pack(">IHH", 1, 563, 0))
    table, bodies = struct.pack(">I", len(tags)), b""
    for tag, body in tags.items():
        table += tag + struct.pack(">II", 132 + 12 * len(tags) + len(bodies), len(body))
        bodies += body + bytes(-len(body) % 4)
    head = b"lcms" + bytes.fromhex("02100000") + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    head += fixed(0.9642, 1, 0.8249) + bytes(48)
    return struct.pack(">I", 4 + len(head) + len(table) + len(bodies)) + head + table + bodies


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _apart(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def _colour(dice: random.Random) -> tuple[int, int, int]:
    return dice.randrange(256), dice.randrange(256), dice.randrange(256)
