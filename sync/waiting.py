"""Rows that refer to a phone-made row not yet here: kept, and taken when the other arrives."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from cadres.models import User
from fieldapi import json
from fieldapi.ids import new_id
from sync.known import look_up
from sync.models import Awaited, WaitingRow
from sync.reading import Bundle, read_bundle

PHONE_MADE = ("visits", "opinions", "practical_matters", "photos")
"""Tables whose rows others wait for."""


@dataclass(frozen=True)
class Aside:
    """A row to be put aside until the ids it refers to are here."""

    table: str
    row_id: UUID
    body: Any
    awaited: Collection[UUID]
    parent: dict[str, str]  # what the address said, which the body need not repeat
    device: Any = None  # what the phone said of itself
    links_apart: bool = False  # as in `Sent`


def of_bundle(bundle: Bundle, awaited: Collection[UUID]) -> Aside:
    root = bundle.root
    return Aside(root.table, root.id, bundle.body, awaited, _parent(bundle), bundle.device, root.links_apart)


def put_aside(by: User, device: UUID | None, rows: Sequence[Aside], at: datetime) -> None:
    """Keep rows, once per table and id: two statements whatever their number."""
    kept = [
        WaitingRow(
            id=new_id(),
            table=row.table,
            row_id=row.row_id,
            sender=by,
            device=device,
            body=json.dumps(
                {
                    "body": row.body,
                    "parent": row.parent,
                    "device": row.device,
                    "links_apart": row.links_apart,
                }
            ).decode(),
            received_at=at,
        )
        for row in rows
    ]
    WaitingRow.objects.bulk_create(kept)
    Awaited.objects.bulk_create(
        Awaited(row=waiting, awaited=key)
        for waiting, row in zip(kept, rows, strict=True)
        for key in row.awaited
    )


def link_id(matter: UUID, opinion: UUID) -> UUID:
    """Under what a matter's link to an opinion waits."""
    return uuid5(matter, str(opinion))


def _parent(bundle: Bundle) -> dict[str, str]:
    return {
        name: str(bundle.root.values[name])
        for name, table in (("opinion", "replies"), ("visit", "amendments"))
        if bundle.root.table == table
    }


def bundle_of(row: WaitingRow, sender: User) -> Bundle:
    """What was put aside, read again. Refuses as `read_bundle` does."""
    kept = json.loads(row.body)
    parent = {name: UUID(value) for name, value in kept["parent"].items()}
    return read_bundle(
        sender,
        row.table,
        str(row.row_id),
        kept["body"],
        parent,
        kept.get("device"),
        links_apart=kept.get("links_apart", False),
    )


def whole(kept: Mapping[str, Any]) -> Any:
    """What was put aside as one body: with what its address said, and the phone of itself."""
    device = {"device": kept["device"]} if kept.get("device") else {}
    return {**kept["body"], **kept["parent"], **device}


def ready(arrived: Iterable[UUID]) -> list[WaitingRow]:
    """Waiting rows that waited for any of `arrived` and now lack nothing, oldest first; each is locked."""
    rows = WaitingRow.objects.filter(awaits__awaited__in=set(arrived)).distinct().values("pk")
    waiting = list(
        WaitingRow.objects.filter(pk__in=rows)
        .order_by("received_at", "pk")
        .prefetch_related("awaits")
        .select_for_update()
    )
    present = here(one.awaited for row in waiting for one in row.awaits.all())
    return [row for row in waiting if all(one.awaited in present for one in row.awaits.all())]


def here(awaited: Iterable[UUID]) -> set[Any]:
    """Those of the ids that have come. One statement."""
    keys = set(awaited)
    return set().union(*look_up(dict.fromkeys(PHONE_MADE, keys)).values())
