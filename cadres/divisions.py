"""Divisions from a table of the national codes: judged line by line, written in a few statements."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO

from django.db import transaction

from cadres.models import Unit
from cadres.units import LEVELS, ancestors, level_of, parent_of
from fieldapi import clock
from fieldapi.errors import words
from fieldapi.journal import note_down
from fieldapi.tables import Column, Row, read_table

LEVEL_WORDS = {
    "省": "province",
    "市": "city",
    "县": "county",
    "区": "county",
    "乡镇": "town",
    "街道": "town",
    "村": "village",
    "社区": "village",
    "组": "hamlet",
}
COLUMNS = (
    Column("code", ("区划代码", "代码", "编码", "行政区划代码"), required=True, kind="code"),
    Column("name", ("名称", "区划名称", "单位名称"), required=True),
    Column(
        "level",
        ("级别", "层级"),
        kind="choice",
        choices={level: level for level in LEVELS.values()} | LEVEL_WORDS,
    ),
)
TOWN = Column("town", ("乡镇", "镇", "街道", "所属乡镇", "镇街", "乡镇街道"))
"""Beside a column of villages: which town's is meant."""
MOST_LINES = 1_000_000  # the whole nation down to the villages
LONGEST_NAME = 100


@dataclass(frozen=True)
class Line:
    number: int
    code: str
    name: str
    level: str


@dataclass
class Outcome:
    """How many units are new, renamed and as they were; and the lines left out with their faults."""

    new: int = 0
    renamed: int = 0
    same: int = 0
    faults: list[str] = field(default_factory=list)


def import_table(name: str, stream: IO[bytes]) -> Outcome:
    """Take in a CSV or XLSX file with code, name and perhaps level. Refuses what `read_table` refuses."""
    table = read_table(name, stream, COLUMNS, max_rows=MOST_LINES)
    readable = [row for row in table.rows if not row.faults]
    outcome = import_units(map(_line, readable))
    for row in table.rows:
        told = [f"{fault.column}: {words(fault.code)} {fault.detail}".strip() for fault in row.faults]
        outcome.faults += [f"line {row.line}: {', '.join(told)}"] if told else []
    return outcome


def _line(row: Row) -> Line:
    return Line(row.line, *(str(row.values.get(column.name) or "") for column in COLUMNS))


@transaction.atomic
def import_units(lines: Iterable[Line]) -> Outcome:
    """Add the units that are not there, rename those named otherwise. Doing it twice changes nothing."""
    outcome = Outcome()
    stored = {
        code: (name, version) for code, name, version in Unit.objects.values_list("pk", "name", "version")
    }
    sound = _sound(lines, set(stored), outcome.faults)
    at = clock.now()
    new = [
        Unit(code=code, name=name, level=level_of(code), changed_at=at)
        for code, name in sound.items()
        if code not in stored
    ]
    renamed = [
        Unit(code=code, name=name, version=stored[code][1] + 1, changed_at=at)
        for code, name in sound.items()
        if code in stored and stored[code][0] != name
    ]
    Unit.objects.bulk_create(new, batch_size=1000)
    Unit.objects.bulk_update(renamed, ["name", "version", "changed_at"], batch_size=500)
    outcome.new, outcome.renamed = len(new), len(renamed)
    outcome.same = len(sound) - len(new) - len(renamed)
    if new or renamed:
        above = _above_all([unit.pk for unit in (*new, *renamed)])
        note_down(None, "units.import", above, unit=above, new=outcome.new, renamed=outcome.renamed)
    return outcome


def _sound(lines: Iterable[Line], there: set[str], faults: list[str]) -> dict[str, str]:
    """Code to name of the lines without a fault, parents first; `there`: the codes stored already."""
    sound: dict[str, str] = {}
    for line in sorted(lines, key=lambda line: (len(line.code), line.code, line.number)):
        if why := _fault(line, sound, there):
            faults.append(f"line {line.number}: {line.code} {line.name[:LONGEST_NAME]}: {why}")
        else:
            sound[line.code] = line.name
    return sound


def _fault(line: Line, sound: dict[str, str], there: set[str]) -> str:
    try:
        level, parent = level_of(line.code), parent_of(line.code)
    except ValueError:
        return "a code has 2, 4, 6, 9, 12 or 15 digits"
    if len(line.name) > LONGEST_NAME:
        return f"the name has more than {LONGEST_NAME} characters"
    if line.level not in ("", level):
        return f"a code of this length is a {level}"
    if sound.get(line.code, line.name) != line.name:
        return f"the code stands there twice, also as {sound[line.code]}"
    if parent is not None and parent not in sound and parent not in there:
        return f"its parent {parent} is not there"
    return ""


def _above_all(codes: list[str]) -> str:
    """The deepest unit's code that all of `codes` lie in or are; "" where they share none."""
    shared = set.intersection(*(set(ancestors(code)) for code in codes))
    return max(shared, key=len, default="")
