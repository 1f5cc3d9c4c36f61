"""JSON text: strict UTF-8, instants with +08:00."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise

from fieldapi.calendar import SHANGHAI


def dumps(value: Any) -> bytes:
    return orjson.dumps(
        value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS
    )


def sorted_dumps(value: Any) -> bytes:
    """What was parsed from JSON, its members in one order: equal texts mean equal content."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def loads(text: str | bytes) -> Any:
    return orjson.loads(text)


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
