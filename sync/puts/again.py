"""A visit that a phone PUTs again just as it came, as after a lost answer: known by a fingerprint, not read anew.

What differs in a letter, or was pushed, is compared column by column (see `sync/sameness.py`).
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, QuerySet, UUIDField

from cadres.models import User
from fieldapi.fixed import Among, Fixed, Given, GivenList
from fieldapi.ids import SHAPE
from sync.models import Awaited
from sync.reading import NESTED
from sync.repeats import fingerprint
from sync.sameness import content_of
from visits.models import Visit
from visits.shown import with_kinds


def standing(by: User, visit_id: str, body: Any) -> Visit | None:
    """The visit `by` sent with this very body, knowing its `kinds_of` parts, unless rows still wait for one of these.

    One statement, or none.
    """
    if not (isinstance(body, dict) and SHAPE.fullmatch(visit_id)):
        return None
    found = STANDING.run(
        pk=UUID(visit_id), ids=list(_ids(visit_id, body)), fingerprint=UUID(fingerprint(by, content_of(body)))
    )
    return next(iter(found), None)


def _standing() -> QuerySet[Visit]:
    awaited = Awaited.objects.filter(Among(F("awaited"), GivenList("ids", UUIDField())))
    known = {name: Given(name, UUIDField()) for name in ("pk", "fingerprint")}
    return with_kinds(Visit.objects.filter(~Exists(awaited), **known))


STANDING = Fixed(_standing)


def _ids(visit_id: str, body: Mapping[str, Any]) -> Iterator[UUID]:
    """The visit's, and those of the rows that came in it."""
    yield UUID(visit_id)
    for name in NESTED:
        listed = body.get(name)
        for row in listed if isinstance(listed, list) else ():
            if isinstance(row, dict) and isinstance(row.get("id"), str) and SHAPE.fullmatch(row["id"]):
                yield UUID(row["id"])
