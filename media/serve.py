"""A developed picture over HTTP: private caching, single ranges, streamed."""

import re
from collections.abc import Iterator
from typing import IO

from django.core.files.storage import default_storage
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request

from fieldapi.errors import Refused
from fieldapi.middleware import give_back_connection
from media.darkroom import FULL, LARGE, THUMB
from media.models import Photo
from media.storage import derivative

SIZES = {"full": FULL, "large": LARGE, "thumb": THUMB}
RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
PIECE = 64 * 1024


def picture(request: Request, photo: Photo, size: str) -> HttpResponseBase:
    """One size of a photo, or the part of it that was asked for, or 304.

    Refuses `not_developed_yet` while it awaits its bytes or the worker, `no_picture` when there will be none,
    `range_not_satisfiable`.
    """
    tag = etag(photo, size)
    answer: HttpResponseBase
    if tag in request.headers.get("If-None-Match", "").replace("W/", "").split(", "):
        answer = HttpResponse(status=304)
    else:
        give_back_connection()  # a phone may take minutes to fetch it
        span = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
        file = default_storage.open(derivative(photo, SIZES[size]))
        answer = _streamed(file, span, empty=request.method == "HEAD")
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = "private, max-age=3600"
    patch_vary_headers(answer, ["Authorization"])
    return answer


def etag(photo: Photo, size: str) -> str:
    """What is shown never changes but by another development. Refuses what cannot be shown."""
    if photo.state == Photo.State.REFUSED or photo.problem:
        raise Refused("no_picture")
    if photo.developed_at is None:
        raise Refused("not_developed_yet")
    return f'"{size}-{photo.developed_at.timestamp() * 1000:.0f}"'


def _streamed(file: IO[bytes], span: str, *, empty: bool) -> StreamingHttpResponse:
    total = file.seek(0, 2)
    try:
        asked = byte_range(span, total)
    except Refused:
        file.close()
        raise
    start, stop = asked or (0, total)
    file.seek(start)
    answer = StreamingHttpResponse(Slice(file, stop - start), content_type="image/jpeg")
    if empty:
        file.close()
        answer.streaming_content = ()
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Content-Length"] = str(stop - start)
    if asked:
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{total}"
    return answer


def byte_range(header: str, total: int) -> tuple[int, int] | None:
    """(from, up to not including) of a Range header; None for one that is missing, several or unreadable.

    Refuses `range_not_satisfiable` when it lies outside.
    """
    found = RANGE.fullmatch(header.replace(" ", ""))
    if found is None or found.group() == "bytes=-":
        return None
    first, last = found.groups()
    if first:
        start, stop = int(first), min(int(last) + 1, total) if last else total
        if last and int(last) < int(first):
            return None
    else:
        start, stop = max(total - int(last), 0), total
    if start >= stop:
        refused = Refused("range_not_satisfiable")
        refused.headers["Content-Range"] = f"bytes */{total}"
        raise refused
    return start, stop


class Slice:
    """So many bytes of a file, from where it stands; closes the file with the answer."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self.left = length
        self.file = file
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.file.read(min(PIECE, self.left)):
            self.left -= len(piece)
            yield piece
