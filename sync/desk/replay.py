"""What a desk decides about a quarantined row: it goes through the door again, corrected or not, or is discarded."""

from typing import Any
from uuid import UUID

from django.db import transaction

from cadres.models import User
from fieldapi import clock, json
from fieldapi.errors import Refused
from fieldapi.ids import SHAPE, parse_id
from fieldapi.journal import note_down
from sync.door import receive
from sync.due import PATIENCE
from sync.intake import WAITING, Verdict
from sync.known import is_here
from sync.models import QuarantinedRow
from sync.push import DELETED
from sync.quarantine import NAMED_BY_ADDRESS
from sync.reading import NESTED, TABLES, Bundle, read_bundle
from sync.sameness import content_of

State = QuarantinedRow.State


@transaction.atomic
def replay(*, by: User, entry: QuarantinedRow, body: Any = None) -> Verdict:
    """Take the row as its sender's, as of when it came; `body` in place of what was sent, if given.

    Where the id it was sent under can never stand (no UUID, or other content stands there), `body` has a new one.
    Raises what it is refused for now: then it stays in quarantine. Refuses `wrong_state` once it is decided.
    """
    row = _undecided(entry)
    bundle = _bundle(row, body)
    verdict = receive(row.sender, row.device, [bundle], row.received_at)[0]
    if verdict.refused is not None:
        raise verdict.refused
    if verdict.outcome == WAITING and row.received_at < clock.now() - PATIENCE:
        raise Refused("waited_too_long")  # what it refers to is still not here
    if str(bundle.root.id) != row.row_id:
        QuarantinedRow.objects.filter(pk=row.pk).update(stands_as=bundle.root.id)
    _decide(by, row, State.REPLAYED, "", corrected=body)
    return verdict


@transaction.atomic
def discard(*, by: User, entry: QuarantinedRow, reason: str) -> None:
    """It is not to be taken, for a reason; the entry stays. Refuses `wrong_state` once it is decided."""
    _decide(by, _undecided(entry), State.DISCARDED, reason, reason=reason)


def _undecided(entry: QuarantinedRow) -> QuarantinedRow:
    rows = QuarantinedRow.objects.select_related("sender").select_for_update(of=("self",))
    row = rows.get(pk=entry.pk)
    if row.state != State.KEPT:
        raise Refused("wrong_state", state=row.state, allowed=[State.KEPT])
    return row


def _bundle(row: QuarantinedRow, body: Any) -> Bundle:
    if row.table not in TABLES:
        raise Refused("table_unknown", "")
    sent = json.loads(row.body)
    if content_of(sent) == DELETED and body is None:
        raise Refused("phones_only_create", "")
    said = sent if body is None else body
    name = NAMED_BY_ADDRESS.get(row.table)
    parent = {name: parse_id(_of(said, name) or _of(sent, name), f"/{name}")} if name else {}
    key = _id(row, said)
    if key != row.row_id:
        said = _moved(said, row.row_id)
    return read_bundle(row.sender, row.table, key, said, parent, _of(sent, "device"))


def _id(row: QuarantinedRow, said: Any) -> Any:
    """The id it was sent under, or the new one that is said where that one cannot stand."""
    named = _of(said, "id")
    return named if named and not _can_stand(row) else row.row_id


def _moved(said: Any, old: str) -> Any:
    """Rows nested in a visit go with it to its new id, and need not repeat it."""
    moved = dict(said)
    for name in NESTED:
        if isinstance(moved.get(name), list):
            moved[name] = [_without_visit(part, old) for part in moved[name]]
    return moved


def _without_visit(part: Any, old: str) -> Any:
    if _of(part, "visit") != old:
        return part
    return {name: value for name, value in part.items() if name != "visit"}


def _can_stand(row: QuarantinedRow) -> bool:
    if not SHAPE.fullmatch(row.row_id):
        return False
    return not is_here(row.table, UUID(row.row_id))


def _of(body: Any, name: str) -> Any:
    return body.get(name) if isinstance(body, dict) else None


def _decide(by: User, row: QuarantinedRow, state: str, words: str, **detail: Any) -> None:
    QuarantinedRow.objects.filter(pk=row.pk).update(
        state=state, decided_by=by, decided_at=clock.now(), decision_reason=words
    )
    verb = "replay" if state == State.REPLAYED else "discard"
    note_down(by, f"quarantine.{verb}", row.pk, unit=row.unit, table=row.table, row=row.row_id, **detail)
