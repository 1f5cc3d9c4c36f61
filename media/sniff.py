"""What a file is, told by its content: kind of picture and pixel count from the header, without decoding.

A few kilobytes are read, whatever the file's length. The phone's claims (name, content type) are not asked.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

MAX_PIXELS = 120_000_000  # the greatest phone cameras of today write 108 megapixels
MAX_STEPS = 2_000  # headers walked through before a file counts as damaged; honest ones need under 200

JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # start-of-frame markers
JPEG_BARE = frozenset(range(0xD0, 0xD9)) | {0x01}  # markers without a length
JPEG_PICTURE_BEGINS = frozenset({0xD9, 0xDA})

# HEIF proper; a file whose first brand is AV1's is refused: no camera our phones carry writes it.
HEIF_BRANDS = frozenset({b"mif1", b"msf1", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
AV1_BRANDS = frozenset({b"avif", b"avis"})
HEIF_CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0}  # box: bytes between its header and its first child

Size = tuple[int, int]


class NoPicture(ValueError):
    """Not to be taken as a photo. `code`: `not_a_picture`, or `too_many_pixels` beyond MAX_PIXELS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Picture:
    """A picture by its header. Width and height are as stored (before turning upright), in pixels.

    Both are None where the header is damaged: still a picture, kept, though it may not be decodable.
    """

    media_type: str
    width: int | None = None
    height: int | None = None


def sniff(file: IO[bytes]) -> Picture:
    """Tell what a seekable binary file holds; the file's position afterwards is undefined.

    Raises NoPicture for whatever is not JPEG, PNG, WebP or HEIC/HEIF, and for pixel bombs; nothing else
    but the file's own read errors.
    """
    media_type, measure = _kind(_read(file, 0, 256))
    size = measure(file)
    if size is None or 0 in size:
        return Picture(media_type)
    if size[0] * size[1] > MAX_PIXELS:
        raise NoPicture("too_many_pixels")
    return Picture(media_type, *size)


def _kind(head: bytes) -> tuple[str, Callable[[IO[bytes]], Size | None]]:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", _jpeg_size
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", _png_size
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp", _webp_size
    if head[4:8] == b"ftyp" and _is_heif(head):
        return "image/heif", _heif_size
    raise NoPicture("not_a_picture")


def _is_heif(head: bytes) -> bool:
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major, compatible = head[8:12], {head[at : at + 4] for at in range(16, end, 4)}
    return major not in AV1_BRANDS and not HEIF_BRANDS.isdisjoint(compatible | {major})


def _jpeg_size(file: IO[bytes]) -> Size | None:
    at = 2
    for _ in range(MAX_STEPS):
        head = _read(file, at, 9)
        if len(head) < 9 or head[0] != 0xFF or head[1] in JPEG_PICTURE_BEGINS:
            return None
        if head[1] in JPEG_SIZES:
            height, width = struct.unpack(">HH", head[5:9])
            return width, height
        if head[1] == 0xFF:  # padding
            at += 1
        elif head[1] in JPEG_BARE:
            at += 2
        else:
            at += 2 + max(2, int.from_bytes(head[2:4], "big"))
    return None


def _png_size(file: IO[bytes]) -> Size | None:
    head = _read(file, 12, 12)
    if len(head) < 12 or head[:4] != b"IHDR":
        return None
    width, height = struct.unpack(">II", head[4:])
    return width, height


def _webp_size(file: IO[bytes]) -> Size | None:
    head = _read(file, 12, 18)
    if len(head) < 18:
        return None
    if head[:4] == b"VP8X":
        return 1 + int.from_bytes(head[12:15], "little"), 1 + int.from_bytes(head[15:18], "little")
    if head[:4] == b"VP8L" and head[8] == 0x2F:
        bits = int.from_bytes(head[9:13], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if head[:4] == b"VP8 " and head[11:14] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[14:18])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _heif_size(file: IO[bytes]) -> Size | None:
    """The greatest of the sizes in the file: tiles, thumbnails and depth maps have theirs too."""
    sizes: list[Size] = []
    at = 0
    for _ in range(MAX_STEPS):
        head = _read(file, at, 20)
        if len(head) < 8:
            break
        length, name = struct.unpack(">I4s", head[:8])
        if name in HEIF_CONTAINERS:  # step in; behind its last child its next sibling follows
            at += 8 + HEIF_CONTAINERS[name]
            continue
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if name == b"ispe" and len(head) == 20:
            width, height = struct.unpack(">II", head[12:20])
            sizes.append((width, height))
        if length < 8 or at + length >= 2**63:  # runs to the end, or is damaged
            break
        at += length
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def _read(file: IO[bytes], at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)
