"""The phone's door: takes bundles of rows, a verdict for each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction

from cadres.models import User
from fieldapi import clock, json
from fieldapi.errors import Refused
from sync import quarantine, waiting
from sync.intake import Intake, Verdict
from sync.models import WaitingRow
from sync.reading import Bundle
from sync.writing import write

TRIES = 3
DEADLOCK = "40P01"


def receive(
    by: User, device: UUID | None, bundles: Sequence[Bundle], at: datetime | None = None
) -> list[Verdict]:
    """Take bundles sent by one user on one phone; a verdict for each, in their order. They came `at`, or now.

    A race with a twin shows as an IntegrityError; then nothing was written and the whole is judged once more,
    against what the twin has left.
    """
    verdicts = _received(by, device, bundles, at or clock.now())
    still_awaited = {key for verdict in verdicts for key in verdict.waiting_for}
    if still_awaited:  # one of them may have come between the look and the commit
        _wake(still_awaited, verdicts)
    return verdicts


def _received(by: User, device: UUID | None, bundles: Sequence[Bundle], at: datetime) -> list[Verdict]:
    for _ in range(TRIES):
        try:
            intake = Intake(by, device, bundles, at)
            if intake.has_news:
                with transaction.atomic():
                    write(intake)
        except IntegrityError:
            pass
        except OperationalError as fault:
            if getattr(fault.__cause__, "sqlstate", "") != DEADLOCK:
                raise
        else:
            if arrived := intake.awaited_by_others:
                _wake(arrived, intake.verdicts)
            return intake.verdicts
        for bundle in bundles:
            bundle.is_new = False  # as far as is known: a twin was faster
    raise Refused("server_busy")


def _wake(arrived: set[UUID], verdicts: Sequence[Verdict]) -> None:
    wake(arrived)
    for verdict in verdicts:
        verdict.has_moved_on = True


def wake(arrived: set[UUID]) -> None:
    """Let rows that waited for `arrived` take effect; what is refused now goes to quarantine."""
    with transaction.atomic():
        for row in waiting.ready(arrived):
            _take(row)


def _take(row: WaitingRow) -> None:
    """While the database is too busy it goes on waiting, and the scheduler looks again."""
    with transaction.atomic():
        row.delete()
        refused = _refusal(row)
        if refused is None:
            return
        if refused.status in quarantine.NOT_KEPT:
            transaction.set_rollback(True)
            return
        body = waiting.whole(json.loads(row.body))
        quarantine.keep(row.sender, row.device, row.table, row.row_id, body, refused, row.received_at)


def _refusal(row: WaitingRow) -> Refused | None:
    try:
        bundle = waiting.bundle_of(row, row.sender)
        return _received(row.sender, row.device, [bundle], row.received_at)[0].refused
    except Refused as refused:
        return refused
