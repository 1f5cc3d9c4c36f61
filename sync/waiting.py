"""Rows that refer to a phone-made row not yet here: kept, and taken when the other arrives."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID, uuid5

from cadres.models import User
from fieldapi import json
from sync.known import look_up
from sync.models import Awaited, WaitingRow
from sync.reading import Bundle

LINKS = "matter_opinions"
PHONE_MADE = ("visits", "opinions", "practical_matters", "photos")
"""Tables whose rows others wait for."""


def put_aside(by: User, device: UUID | None, bundle: Bundle, awaited: Collection[UUID], at: datetime) -> None:
    """Keep a row until the ids it refers to are here. Once per table and id."""
    row = WaitingRow.objects.create(
        table=bundle.root.table,
        row_id=bundle.root.id,
        sender=by,
        device=device,
        body=json.dumps({"body": bundle.body, "parent": _parent(bundle)}).decode(),
        received_at=at,
    )
    Awaited.objects.bulk_create(Awaited(row=row, awaited=key) for key in awaited)


def put_link_aside(by: User, device: UUID | None, matter: UUID, opinion: UUID, at: datetime) -> None:
    """Keep what a stored matter says it resolves, until the opinion is here."""
    row = WaitingRow.objects.create(
        table=LINKS,
        row_id=link_id(matter, opinion),
        sender=by,
        device=device,
        body=json.dumps({"matter": matter, "opinion": opinion}).decode(),
        received_at=at,
    )
    Awaited.objects.create(row=row, awaited=opinion)


def link_id(matter: UUID, opinion: UUID) -> UUID:
    """Under what a matter's link to an opinion waits."""
    return uuid5(matter, str(opinion))


def _parent(bundle: Bundle) -> dict[str, str]:
    """What the address said, which the body need not repeat."""
    return {
        name: str(bundle.root.values[name])
        for name, table in (("opinion", "replies"), ("visit", "amendments"))
        if bundle.root.table == table
    }


def ready(arrived: Iterable[UUID]) -> list[WaitingRow]:
    """Waiting rows that waited for any of `arrived` and now lack nothing, oldest first; each is locked."""
    rows = WaitingRow.objects.filter(awaits__awaited__in=set(arrived)).distinct().values("pk")
    waiting = list(
        WaitingRow.objects.filter(pk__in=rows)
        .order_by("received_at", "pk")
        .prefetch_related("awaits")
        .select_for_update()
    )
    wanted = {one.awaited for row in waiting for one in row.awaits.all()}
    here = look_up(dict.fromkeys(PHONE_MADE, wanted))
    present = set().union(*here.values()) if here else set()
    return [row for row in waiting if all(one.awaited in present for one in row.awaits.all())]
