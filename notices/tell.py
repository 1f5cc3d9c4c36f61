"""Telling people: rows of the outbox, in the transaction of whoever has something to tell."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cadres.models import User
from fieldapi import clock
from notices.models import Notice

TITLE = 200


@dataclass(frozen=True)
class News:
    """Something to tell `people`; of the same kind, row and occasion each of them is told once."""

    kind: str
    people: Collection[UUID]
    resource: str
    row_id: UUID
    unit: str
    title: str
    occasion: str
    day: date | None = None


def tell(news: Iterable[News], *, by: User | None = None) -> None:
    """One statement, none where there is nobody to tell. Who acts is not told of the own act."""
    now = clock.now()
    Notice.objects.bulk_create(
        [
            Notice(
                person_id=person,
                kind=one.kind,
                resource=one.resource,
                row_id=one.row_id,
                unit=one.unit,
                title=one.title[:TITLE],
                day=one.day,
                occasion=one.occasion,
                at=now,
                changed_at=now,
            )
            for one in news
            for person in dict.fromkeys(one.people)
            if by is None or person != by.pk
        ],
        ignore_conflicts=True,
    )
