"""JSON text: strict UTF-8, instants with +08:00."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise

from fieldapi.calendar import SHANGHAI

ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)
"""One after the other: a pair of halves, one of four digits, or any other, such as an escaped backslash."""
HALF = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def dumps(value: Any) -> bytes:
    return orjson.dumps(
        value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS
    )


def sorted_dumps(value: Any) -> bytes:
    """What was parsed from JSON, its members in one order: equal texts mean equal content."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def loads(text: str | bytes) -> Any:
    return orjson.loads(text)


def loads_with_halves(text: bytes) -> Any:
    """As `loads`, but half a character written as an escape, such as what is left of an emoji when JavaScript cuts
    a text at a length, is read as U+FFFD: JSON's grammar allows it, UTF-8 has no bytes for it.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        if not HALF.search(text):
            raise
        return orjson.loads(
            ESCAPE.sub(lambda found: b"\\ufffd" if HALF.fullmatch(found[0]) else found[0], text)
        )


def instant(moment: datetime) -> str:
    """RFC 3339 in whole milliseconds, written with +08:00."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="milliseconds").replace(".000+", "+")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value)} has no JSON form")
