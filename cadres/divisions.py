"""Divisions from a file of the national codes: judged line by line, written in a few statements."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from cadres.models import Unit
from cadres.units import ancestors, level_of, parent_of
from fieldapi import clock
from fieldapi.journal import note_down

COLUMNS = {"code", "name"}  # `level` may stand there too; it follows from the code
LONGEST_NAME = 100


class NotAList(ValueError):
    """The file as a whole is no list of divisions; the message says why."""


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


def read_lines(raw: bytes) -> list[Line]:
    """CSV with the columns code, name and perhaps level, UTF-8 (with or without BOM) or GB18030."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError as fault:
            raise NotAList("the file is neither UTF-8 nor GB18030") from fault
    rows = csv.DictReader(io.StringIO(text), restval="")
    try:
        missing = COLUMNS - {name.strip() for name in rows.fieldnames or ()}
        if missing:
            raise NotAList(f"the first line lacks {', '.join(sorted(missing))}")
        return [
            Line(rows.line_num, *((row.get(name) or "").strip() for name in ("code", "name", "level")))
            for row in rows
        ]
    except csv.Error as fault:
        raise NotAList(f"line {rows.line_num}: {fault}") from fault


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
    if not line.name:
        return "the name is missing"
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
