"""Ids: UUIDs made by whoever creates the row, lower case and hyphenated."""

import os
import re
import time
from functools import lru_cache
from uuid import UUID

from fieldapi.errors import Refused

SHAPE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then random; rows made one after another lie together."""
    random = int.from_bytes(os.urandom(10), "big")
    value = (time.time_ns() // 1_000_000) << 80 | random
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


as_id = lru_cache(4096)(UUID)
"""Of a text in the one written form. In one request the same ids are named again and again."""


def parse_id(text: object, pointer: str | None = None) -> UUID:
    """Refuses `bad_id` for anything but the one written form."""
    if not isinstance(text, str) or not SHAPE.fullmatch(text):
        raise Refused("bad_id", pointer)
    return as_id(text)
