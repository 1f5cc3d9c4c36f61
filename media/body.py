"""A request's body as the bytes of a photo, read piece by piece."""

import zlib
from collections.abc import Iterator

from django.conf import settings
from rest_framework.request import Request

from fieldapi.errors import Refused

PIECE = 128 * 1024


def check_headers(request: Request, expected: int) -> None:
    """Refuse what the headers already show to be wrong; nothing has been read then.

    Refuses `unsupported_media_type`, `length_required`, `too_large`, and `length_mismatch` when other than
    `expected` bytes are announced (the length of a packed body tells nothing, nor that of one sent in chunks).
    """
    kind = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if not (kind.startswith("image/") or kind in ("", "application/octet-stream")):
        raise Refused("unsupported_media_type", detail=f"Content-Type: {kind[:100]}")
    if packing(request) not in ("", "identity", "gzip"):
        raise Refused("unsupported_media_type", detail=f"Content-Encoding: {packing(request)[:100]}")
    announced = length_of(request)
    if announced is None:
        raise Refused("length_required")
    if announced > settings.MAX_PHOTO_BYTES:
        raise Refused("too_large", limit=settings.MAX_PHOTO_BYTES)
    told = packing(request) != "gzip" and "HTTP_TRANSFER_ENCODING" not in request.META
    if told and announced != expected:
        raise Refused("length_mismatch", declared=expected, received=announced)


def pieces(request: Request) -> Iterator[bytes]:
    """The body, inflated where it is packed. Refuses `incomplete` when it breaks off, `unreadable` for bad gzip."""
    arriving = arrivals(request, PIECE)
    return _inflated(arriving) if packing(request) == "gzip" else arriving


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    for piece in packed:
        left = piece
        try:
            while left and not inflater.eof:
                yield inflater.decompress(left, PIECE)
                left = inflater.unconsumed_tail
        except zlib.error as fault:
            raise Refused("unreadable", detail=f"gzip: {fault}") from fault
    if not inflater.eof:
        raise Refused("unreadable", detail="gzip: cut off")


def arrivals(request: Request, at_most: int) -> Iterator[bytes]:
    """The body as it was sent, `at_most` so many bytes at a time: as many may be lost when it breaks off."""
    left = length_of(request) or 0
    while left:
        try:
            piece = request._request.read(min(at_most, left))
        except OSError as fault:
            raise Refused("incomplete") from fault
        if not piece:
            raise Refused("incomplete")
        left -= len(piece)
        yield piece


def packing(request: Request) -> str:
    return request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()


def length_of(request: Request) -> int | None:
    announced = request.META.get("CONTENT_LENGTH", "")
    return int(announced) if announced.isascii() and announced.isdigit() else None
