"""A large pull in pages: all are made of one snapshot and kept, each under a cursor that is good for a week."""

import zlib
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from cadres.models import Device, User
from fieldapi import clock, json
from fieldapi.errors import Refused
from fieldapi.ids import SHAPE
from sync.models import PullPage
from sync.pull import Pulled, changes_of

ROWS = 5_000
"""On one page."""
GOOD_FOR = timedelta(days=7)
QUICKLY = 1  # zlib's level


def first_page(user: User, device: Device | None, pulled: Pulled) -> bytes:
    """The answer to a pull; further pages are kept under the cursors that lead to them. One insert."""
    parts = list(_parts(pulled))
    cursors = [None, *(uuid4() for _ in parts[1:])]
    pages = [
        json.dumps(_answer(pulled, part, following))
        for part, following in zip(parts, [*cursors[1:], None], strict=True)
    ]
    PullPage.objects.bulk_create(
        PullPage(
            id=cursor,
            user=user,
            device=device.pk if device else None,
            made_at=clock.now(),
            body=zlib.compress(page, QUICKLY),
        )
        for cursor, page in zip(cursors[1:], pages[1:], strict=True)
    )
    return pages[0]


def page_at(user: User, cursor: str) -> bytes:
    """Refuses `cursor_gone` for one that is too old, or somebody else's."""
    if SHAPE.fullmatch(cursor):
        kept = PullPage.objects.filter(pk=UUID(cursor), user=user, made_at__gt=clock.now() - GOOD_FOR).first()
        if kept is not None:
            return zlib.decompress(kept.body)
    raise Refused("cursor_gone")


def _parts(pulled: Pulled) -> Iterator[list[tuple[str, str, Any]]]:
    entries = pulled.entries()
    yield list(islice(entries, ROWS))
    while part := list(islice(entries, ROWS)):
        yield part


def _answer(pulled: Pulled, part: list[tuple[str, str, Any]], following: UUID | None) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "changes": changes_of(part),
        "timestamp": pulled.position.timestamp,
        "more": following is not None,
    }
    if following:
        answer["cursor"] = following
    if pulled.replaces:
        answer["experimentalStrategy"] = "replacement"
    if pulled.holds is not None:
        answer["holds"] = pulled.holds
    return answer
