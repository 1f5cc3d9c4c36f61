"""Reading a spreadsheet that people filled in: one row in, its values or its faults out. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import attrgetter
from typing import IO

from fieldapi.errors import Refused
from fieldapi.tables import delimited, xlsx
from fieldapi.tables.cells import Value, read
from fieldapi.tables.headings import ROWS_LOOKED_AT, Column, Headings, find
from fieldapi.tables.numbers import Unreadable
from fieldapi.tables.sheet import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    Line,
    Merge,
    Sheet,
    plain,
)

OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Fault:
    """What is wrong with one value: the column's name, a stable code, what a reader may want to know.

    `column` is "" for a fault of the whole row. Phone and identity numbers never stand in `detail`.
    """

    column: str
    code: str
    detail: str = ""


@dataclass
class Row:
    """One row below the headings, numbered as in the file (a CSV row by its first line).

    `values` has the columns the file has and whose value could be read, None where the cell is empty;
    a column the file lacks is not there at all. Whoever reads on adds faults of their own.
    """

    line: int
    values: dict[str, Value | None]
    faults: list[Fault] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """A file's rows, its headings in their order, and what was left aside: headings, other sheets."""

    filename: str
    headings: tuple[str, ...]
    rows: list[Row]
    unknown: list[str]
    unread_sheets: list[str]


def read_table(
    filename: str, stream: IO[bytes], columns: Sequence[Column], *, max_rows: int = MAX_ROWS
) -> Table:
    """Read CSV or XLSX, told apart by content (`filename` is only handed on).

    Of several sheets the first that names the most columns is read. Rows without any text are passed over,
    and so are headings repeated on every printed page. Raises Refused: not_a_table, xls_not_supported,
    table_encrypted, bad_encoding (line), table_too_large (limit, of: bytes, rows, columns, content, tags or
    parts), column_missing (columns, found).
    """
    sheet, headings, unread = _choose(_sheets(stream), columns)
    lines = list(_below(headings, sheet.read(), max_rows))
    _fill_down(lines, sheet.merges)
    rows = [_row(line, headings, columns, typed=sheet.typed) for line in lines]
    return Table(filename, headings.texts, rows, headings.unknown(), unread)


def _sheets(stream: IO[bytes]) -> Iterable[Sheet]:
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Refused("table_too_large", limit=MAX_BYTES, of="bytes")
    if data.startswith(OLE2):
        raise Refused("table_encrypted" if ENCRYPTED in data else "xls_not_supported")
    return xlsx.sheets(data) if data.startswith(ZIP) else delimited.sheets(data)


def _choose(sheets: Iterable[Sheet], columns: Sequence[Column]) -> tuple[Sheet, Headings, list[str]]:
    """The sheet with the best headings, and the names of the others that hold anything."""
    held: list[tuple[Sheet, Headings]] = []
    refusal = None
    for sheet in sheets:
        try:
            if top := list(islice(sheet.read(), ROWS_LOOKED_AT)):
                held.append((sheet, find(top, columns)))
        except Refused as fault:
            refusal = refusal or fault
    if not held:
        raise refusal or Refused("not_a_table")
    sheet, headings = max(held, key=lambda pair: pair[1].worth(columns))
    if missing := headings.missing(columns):
        raise refusal or _lacking(missing, headings)
    return sheet, headings, [other.name for other, _ in held if other is not sheet and other.name]


def _lacking(missing: Sequence[Column], headings: Headings) -> Refused:
    names = [column.heading for column in missing]
    found = [text for text in headings.texts if text]
    return Refused("column_missing", detail="、".join(names), columns=names, found=found)


def _below(headings: Headings, lines: Iterator[Line], max_rows: int) -> Iterator[Line]:
    for line in lines:
        if line.number == headings.number:
            break
    count = 0
    for line in lines:
        texts = tuple(plain(cell).strip() for cell in line.cells)
        if any(texts) and texts != headings.texts:
            count += 1
            if count > max_rows:
                raise Refused("table_too_large", limit=max_rows, of="rows")
            yield line


def _fill_down(lines: Sequence[Line], merges: Sequence[Merge]) -> None:
    """Give every row of a merged area what its first row holds in the area's leftmost column."""
    for column, areas in groupby(sorted(merges), key=attrgetter("column")):
        if column < MAX_COLUMNS:
            _fill_column(lines, column, areas)


def _fill_column(lines: Sequence[Line], column: int, areas: Iterator[Merge]) -> None:
    area, held = next(areas), None
    for line in lines:
        while line.number > area.last:
            if (following := next(areas, None)) is None:
                return
            area, held = following, None
        if line.number == area.first:
            held = line.cells[column] if column < len(line.cells) else None
        elif line.number > area.first and held is not None:
            line.cells.extend([None] * (column + 1 - len(line.cells)))
            line.cells[column] = held


def _row(line: Line, headings: Headings, columns: Sequence[Column], *, typed: bool) -> Row:
    row = Row(line.number, {}, cells=line.cells)
    for column in columns:
        place = headings.places.get(column.name)
        if place is None:
            continue
        try:
            value = read(line.cells[place] if place < len(line.cells) else None, column, typed=typed)
        except Unreadable as fault:
            row.faults.append(Fault(column.name, fault.code, fault.detail))
            continue
        row.values[column.name] = value
        if column.required and value in (None, []):
            row.faults.append(Fault(column.name, "required"))
    return row
