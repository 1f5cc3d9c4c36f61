"""Request and answer bodies: JSON, bounded in bytes also after inflation."""

import zlib
from collections.abc import Iterable, Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from fieldapi.errors import Refused
from fieldapi.json import dumps, loads_with_halves

CHUNK = 64 * 1024
MOST_DEEP = 64


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return b"" if data is None else dumps(data)


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        meta = parser_context["request"].META if parser_context else {}
        body = read_bounded(stream, settings.MAX_JSON_BYTES, packed=is_packed(meta))
        try:
            value = loads_with_halves(body)
        except orjson.JSONDecodeError as fault:
            raise ParseError(str(fault)) from fault
        if body.count(b"{") + body.count(b"[") > MOST_DEEP and not _ends_within(value, MOST_DEEP):
            raise Refused("unreadable", detail=f"nested more than {MOST_DEEP} deep")
        return value


def _ends_within(value: Any, levels: int) -> bool:
    """Whether no list or object stands more than `levels` deep. What is deeper could be read, but not written."""
    level = _holders([value])
    for _ in range(levels):
        if not level:
            return True
        level = _holders(inner for one in level for inner in (one.values() if isinstance(one, dict) else one))
    return not level


def _holders(values: Iterable[Any]) -> list[Any]:
    """Those that hold others: lists and objects."""
    return [one for one in values if isinstance(one, (dict, list))]


def is_packed(meta: Mapping[str, Any]) -> bool:
    """Whether the request says that its body is gzip. Refuses `unsupported_media_type` for any other coding."""
    coding = meta.get("HTTP_CONTENT_ENCODING", "").lower()
    if coding not in ("", "identity", "gzip"):
        raise Refused("unsupported_media_type", detail=f"Content-Encoding: {coding[:100]}")
    return bool(coding == "gzip")


def read_bounded(stream: IO[bytes], limit: int, *, packed: bool) -> bytes:
    """The whole body, inflated where packed. Refuses `too_large` before more than `limit` bytes stand in memory."""
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if packed else None
    body = bytearray()
    try:
        while chunk := stream.read(CHUNK):
            body += inflate.decompress(chunk, limit + 1 - len(body)) if inflate else chunk
            if len(body) > limit or (inflate and inflate.unconsumed_tail):
                raise Refused("too_large", limit=limit)
    except zlib.error as fault:
        raise Refused("unreadable", detail=f"gzip: {fault}") from fault
    except OSError as fault:
        raise Refused("incomplete") from fault
    if inflate and not inflate.eof:
        raise Refused("unreadable", detail="gzip: cut off")
    return bytes(body)
