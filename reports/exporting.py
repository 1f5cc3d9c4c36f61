"""Large exports: asked for, written by the worker, kept for a week.

The row tells how far it is. A job may run twice, or again after its worker was killed: it writes the whole file anew
under the same name, and the last one to finish is as good as the first.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django_tasks import task

from cadres.models import User
from fieldapi import clock
from fieldapi.errors import Refused
from fieldapi.journal import note_down
from fieldapi.tables import write_csv, write_xlsx
from reports.models import Export
from reports.sheets import SHEETS, Sheet

KEPT = timedelta(days=7)
SILENT = timedelta(minutes=10)
"""A job that has said nothing for so long has lost its worker."""
MOST_ATTEMPTS = 3
MOST_XLSX_ROWS = 1_048_575  # a sheet's rows, less the headings
ROWS_A_WORD = 10_000
"""After so many rows the job says how far it is."""


def ask_for(*, by: User, kind: str, unit: str, first: date, last: date, format: str) -> Export:
    """Ask for a file. Refuses `unit_unknown` outside the asker's subtree, `bad_period` where it ends too early."""
    if not by.governs(unit):
        raise Refused("unit_unknown", "/unit")
    if last < first:
        raise Refused("bad_period", "/to")
    now = clock.now()
    with transaction.atomic():
        export = Export.objects.create(
            by=by, kind=kind, unit=unit, first=first, last=last, format=format, asked_at=now, touched_at=now
        )
        note_down(by, "exports.create", export.pk, unit=unit, kind=kind, first=first, last=last)
        transaction.on_commit(lambda: write_export.enqueue(str(export.pk)))
    return export


@task()
def write_export(export_id: str) -> None:
    """Write the file of an export that has none yet."""
    unfinished = Export.objects.filter(pk=UUID(export_id), finished_at=None)
    unfinished.update(state=Export.State.RUNNING, attempts=F("attempts") + 1, touched_at=clock.now())
    export = unfinished.first()
    if export is None:
        return
    sheet = SHEETS[export.kind]
    total = sheet.count(export.unit, export.first, export.last)
    Export.objects.filter(pk=export.pk).update(total=total)
    if export.attempts > MOST_ATTEMPTS:
        _finish(export, problem="given_up")
    elif export.format == "xlsx" and total > MOST_XLSX_ROWS:
        _finish(export, problem="too_many_rows")
    else:
        with TemporaryFile() as file:
            _write(export, sheet, file)
            file.seek(0)
            name = f"exports/{export.pk}.{export.format}"
            default_storage.delete(name)
            _finish(export, file=default_storage.save(name, File(file)))


def _write(export: Export, sheet: Sheet, file: IO[bytes]) -> None:
    rows = _telling(export, sheet.read(export.unit, export.first, export.last))
    if export.format == "csv":
        file.writelines(write_csv(sheet.headings, rows))
    else:
        write_xlsx(file, sheet.headings, rows)


def _telling(export: Export, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(rows, start=1):
        if number % ROWS_A_WORD == 0:
            Export.objects.filter(pk=export.pk).update(written=number, touched_at=clock.now())
        yield row


def _finish(export: Export, *, file: str = "", problem: str = "") -> None:
    now = clock.now()
    state = Export.State.FAILED if problem else Export.State.DONE
    done = Export.objects.filter(pk=export.pk, finished_at=None)
    done.update(state=state, problem=problem, file=file, finished_at=now, touched_at=now, written=F("total"))


def write_left_behind() -> None:
    """Put exports before the worker again whose job was lost."""
    lost = Export.objects.filter(finished_at=None, touched_at__lt=clock.now() - SILENT)
    for pk in lost.values_list("pk", flat=True):
        Export.objects.filter(pk=pk).update(touched_at=clock.now())
        write_export.enqueue(str(pk))


def forget_old() -> None:
    """Delete files and rows of exports after a week."""
    old = Export.objects.filter(asked_at__lt=clock.now() - KEPT)
    for export in old:
        if export.file:
            default_storage.delete(export.file)
        export.delete()
