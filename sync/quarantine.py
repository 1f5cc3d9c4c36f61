"""Quarantine: what a signed-in phone sent and the server would not take, kept whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from cadres.models import User
from fieldapi.errors import Refused
from fieldapi.ids import new_id
from fieldapi.json import dumps
from sync.known import is_here
from sync.models import QuarantinedRow
from sync.reading import Bundle
from sync.sameness import content_of

NOT_KEPT = frozenset({401, 405, 406, 408, 413, 415, 429, 500, 503})
"""Statuses of refusals that a phone mends or tries again by itself. Everything else is kept."""
NAMED_BY_ADDRESS = {"replies": "opinion", "amendments": "visit"}
"""What the address of a PUT says of a row; it is kept in the body."""


LONGEST_NAME = 30


@dataclass(frozen=True)
class Turned:
    """A row that was turned away: what was sent under its id, and why it was not taken."""

    table: str
    row_id: object
    body: Any
    refused: Refused

    @property
    def key(self) -> tuple[str, str, str]:
        """By what an entry is found again: (table, hash of the id, hash of the content)."""
        return filed(self.table), hashed(self.row_id), content_hash(self.body)


def key_of(bundle: Bundle) -> tuple[str, str, str]:
    """By what an entry of this very content would be found, as `Turned.key`."""
    root, name = bundle.root, NAMED_BY_ADDRESS.get(bundle.root.table)
    address = {name: str(root.values[name])} if name else {}
    return root.table, hashed(root.id), content_hash({**bundle.body, **address})


def keep(
    by: User, device: UUID | None, table: str, row_id: object, body: Any, refused: Refused, at: datetime
) -> UUID:
    """Keep what was sent, once per sender, table, id and content; the entry's id."""
    return keep_all(by, device, [Turned(table, row_id, body, refused)], at)[0].pk


def keep_all(by: User, device: UUID | None, rows: Sequence[Turned], at: datetime) -> list[QuarantinedRow]:
    """Keep many; their entries, in order. One look-up where all are kept already, else two and one insert.

    The same content again gets the same entry and writes nothing; but one that left quarantine, and has come to stand
    nowhere after all, is back in it.
    """
    standing = _standing(by, rows)
    for row in rows:
        if (entry := standing.get(row.key)) is not None:
            _take_back(entry, row)
    fresh = {row.key: _entry(by, device, row, at) for row in rows if row.key not in standing}
    if fresh:
        with transaction.atomic():
            QuarantinedRow.objects.bulk_create(fresh.values(), ignore_conflicts=True)
        standing = _standing(by, rows)  # a twin may have been first
    return [standing[row.key] for row in rows]


def _standing(by: User, rows: Sequence[Turned]) -> dict[tuple[str, str, str], QuarantinedRow]:
    hashes = {row.key[1] for row in rows}
    entries = QuarantinedRow.objects.filter(sender=by, row_hash__in=hashes) if hashes else ()
    return {(entry.table, entry.row_hash, entry.content): entry for entry in entries}


def _take_back(entry: QuarantinedRow, row: Turned) -> None:
    """A row that waited after its replay, and was refused in the end, waits for a person again."""
    if entry.taken_as is None or is_here(entry.table, entry.taken_as):
        return
    entry.state, entry.code = QuarantinedRow.State.KEPT, row.refused.code
    entry.problem = dumps(row.refused.problem()).decode()
    entry.decided_by, entry.decided_at, entry.stands_as = None, None, None
    entry.save(update_fields=["state", "code", "problem", "decided_by", "decided_at", "stands_as"])


def _entry(by: User, device: UUID | None, row: Turned, at: datetime) -> QuarantinedRow:
    return QuarantinedRow(
        id=new_id(),
        sender=by,
        table=filed(row.table),
        row_id=str(row.row_id).replace("\x00", "\\u0000"),
        row_hash=hashed(row.row_id),
        body=dumps(row.body).decode(),
        content=content_hash(row.body),
        problem=dumps(row.refused.problem()).decode(),
        code=row.refused.code,
        unit=by.unit_id,
        device=device,
        received_at=at,
    )


def filed(table: str) -> str:
    """Under what name a table's rows are kept: of one that is none of ours, a name that fits, the same each time."""
    fits = len(table) <= LONGEST_NAME and "\x00" not in table
    return table if fits else f"{table[:20].replace(chr(0), ' ')}…{hashed(table)[:8]}"


def content_hash(body: Any) -> str:
    return sha256(dumps(content_of(body))).hexdigest()


def hashed(row_id: object) -> str:
    return sha256(str(row_id).encode("utf-8", "surrogatepass")).hexdigest()
