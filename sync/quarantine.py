"""Quarantine: what a signed-in phone sent and the server would not take, kept whole."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from cadres.models import User
from fieldapi.errors import Refused
from fieldapi.ids import new_id
from fieldapi.json import dumps
from sync.models import QuarantinedRow

NOT_KEPT = frozenset({401, 405, 406, 408, 413, 415, 429, 500, 503})
"""Statuses of refusals that a phone mends or tries again by itself. Everything else is kept."""


def keep(
    by: User, device: UUID | None, table: str, row_id: object, body: Any, refused: Refused, at: datetime
) -> UUID:
    """Keep what was sent, once per sender, table, id and content; the entry's id.

    The same content again gets the same entry and writes nothing.
    """
    text = dumps(body).decode()
    key = {
        "sender": by,
        "table": table,
        "row_hash": hashed(row_id),
        "content": sha256(text.encode()).hexdigest(),
    }
    standing = QuarantinedRow.objects.filter(**key).values_list("pk", flat=True).first()
    if standing is not None:
        return standing
    entry = QuarantinedRow(
        id=new_id(),
        row_id=str(row_id).replace("\x00", "\\u0000"),
        body=text,
        problem=dumps(refused.problem()).decode(),
        code=refused.code,
        unit=by.unit_id,
        device=device,
        received_at=at,
        **key,
    )
    with transaction.atomic():
        QuarantinedRow.objects.bulk_create([entry], ignore_conflicts=True)
    return QuarantinedRow.objects.values_list("pk", flat=True).get(**key)


def hashed(row_id: object) -> str:
    return sha256(str(row_id).encode("utf-8", "surrogatepass")).hexdigest()
