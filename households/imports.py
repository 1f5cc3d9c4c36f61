"""Taking in a spreadsheet: judged row by row, good rows stored, bad rows kept to be corrected, undone as a whole.

What a row means is its kind's matter (`household_rows`, `pairing_rows`, `user_rows`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any, Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError

from cadres.models import Unit, User
from fieldapi import clock, json
from fieldapi.errors import Refused, words
from fieldapi.journal import note_down
from fieldapi.tables import Column, Fault, Row, Table, read_table, to_correct
from households.models import ImportBatch

Told = list[dict[str, Any]]
"""What is told only once: new users' one-time passwords."""

CREATED, UNCHANGED, BAD = "created", "unchanged", "bad"


@dataclass
class Judged:
    """A row of the file and what becomes of it. `row_id` is of the row made, or of the equal one found."""

    row: Row
    row_id: UUID | None = None
    made: Any = None  # what its kind will store

    @property
    def outcome(self) -> str:
        if self.row.faults:
            return BAD
        return UNCHANGED if self.made is None else CREATED

    def fault(self, column: str, code: str, detail: str = "") -> None:
        self.row.faults.append(Fault(column, code, detail))


class Kind(Protocol):
    """What one kind of spreadsheet holds."""

    @property
    def name(self) -> str: ...

    @property
    def columns(self) -> Sequence[Column]: ...

    def judge(self, by: User, unit: str, rows: Sequence[Row]) -> list[Judged]:
        """Every row, in order, in a constant number of queries; nothing is written, what is judged is locked."""

    def store(self, by: User, made: Sequence[Judged], batch: UUID) -> Told:
        """Insert in bulk and journal."""

    def take_back(self, by: User, ids: Sequence[UUID], batch: UUID) -> None:
        """Delete rows of an import. Refuses in_use, or leaves it to the database's protected references."""


def take_in(
    *, by: User, kind: Kind, unit: str, file_name: str, stream: IO[bytes], dry_run: bool
) -> tuple[ImportBatch, Told]:
    """Judge a file and, unless it is a dry run, store its good rows: the import, and passwords told only now.

    Nothing that is stored is ever overwritten: a row that differs from it is bad.
    Refuses unit_unknown and what `read_table` refuses; a row's faults are in the report.
    """
    if not Unit.objects.within(by.unit_id).filter(pk=unit).exists():
        raise Refused("unit_unknown", "/unit")
    digest = sha256()
    for piece in iter(lambda: stream.read(65536), b""):
        digest.update(piece)
    stream.seek(0)
    table = read_table(file_name, stream, kind.columns)
    batch = ImportBatch(
        kind=kind.name,
        unit=unit,
        file_name=file_name[:200],
        sha256=digest.hexdigest(),
        dry_run=dry_run,
        by=by,
        at=clock.now(),
    )
    with transaction.atomic():
        judged = kind.judge(by, unit, table.rows)
        made = [one for one in judged if one.outcome == CREATED]
        told = [] if dry_run else kind.store(by, made, batch.pk)
        if not dry_run:
            batch.created_ids = json.dumps([one.row_id for one in made]).decode()
            note_down(by, f"{kind.name}.import_file", batch.pk, unit=unit, created=len(made))
        counted = Counter(one.outcome for one in judged)
        batch.created, batch.unchanged, batch.bad = (counted[word] for word in (CREATED, UNCHANGED, BAD))
        batch.report = json.dumps(report_of(kind, table, judged)).decode()
        batch.bad_rows = _to_correct(kind, table, judged)
        batch.save(force_insert=True)
    return batch, told


def report_of(kind: Kind, table: Table, judged: Sequence[Judged]) -> dict[str, Any]:
    """What was left aside, and a line per row."""
    headings = {column.name: column.heading for column in kind.columns}
    return {
        "unknown_headings": table.unknown,
        "unread_sheets": table.unread_sheets,
        "rows": [
            {
                "line": one.row.line,
                "outcome": one.outcome,
                "id": None if one.outcome == BAD else one.row_id,
                "faults": [
                    {
                        "column": fault.column,
                        "heading": headings.get(fault.column, ""),
                        "code": fault.code,
                        "detail": said(fault),
                    }
                    for fault in one.row.faults
                ],
            }
            for one in judged
        ],
    }


def said(fault: Fault) -> str:
    sentence = words(fault.code)
    return f"{sentence}（{fault.detail}）" if fault.detail else sentence


def _to_correct(kind: Kind, table: Table, judged: Sequence[Judged]) -> str:
    """Headings and bad rows as JSON, with a column that says what is wrong; "" where all were good."""
    headings = {column.name: column.heading for column in kind.columns}
    problems = {
        one.row.line: "；".join(
            f"{headings.get(fault.column, '')}：{said(fault)}".lstrip("：") for fault in one.row.faults
        )
        for one in judged
        if one.row.faults
    }
    if not problems:
        return ""
    texts, rows = to_correct(table, problems)
    cells = [[getattr(cell, "text", cell) for cell in row] for row in rows]
    return json.dumps({"headings": texts, "rows": cells}).decode()


@transaction.atomic
def undo(*, by: User, kind: Kind, batch: ImportBatch) -> ImportBatch:
    """Take back every row an import made. Refuses wrong_state (a dry run, or undone already) and in_use."""
    changed = ImportBatch.objects.filter(pk=batch.pk, undone_at=None, dry_run=False).update(
        undone_at=clock.now()
    )
    if changed != 1:
        raise Refused("wrong_state", state="tried" if batch.dry_run else "undone", allowed=[])
    try:
        kind.take_back(by, [UUID(key) for key in json.loads(batch.created_ids)], batch.pk)
    except ProtectedError as fault:
        raise Refused("in_use") from fault
    note_down(by, "imports.undo", batch.pk, unit=batch.unit, kind=batch.kind)
    batch.refresh_from_db()
    return batch
