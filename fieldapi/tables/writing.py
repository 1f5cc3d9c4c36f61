"""Writing tables that people open in a spreadsheet; whatever is written here, `read_table` reads. Pure."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

from fieldapi.json import instant
from fieldapi.tables.delimited import FORMULA_STARTS
from fieldapi.tables.headings import OURS, PROBLEM, Column, key
from fieldapi.tables.reading import Table
from fieldapi.tables.sheet import Broken, Cell

ROWS_AT_ONCE = 500
NUMBER = re.compile(r"-\d{1,15}(?:\.\d+)?", re.ASCII)
LONGEST_TEXT = 32_767
AS_TEXT = "@"


def write_csv(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, above: Sequence[str] = ()
) -> Iterator[bytes]:
    """UTF-8 with a byte-order mark, in pieces, so that memory does not grow with the rows.

    Text that a spreadsheet would run as a formula gets a `'` in front, which `read_table` takes off;
    numbers stay numbers. None is an empty cell, days and times are ISO 8601, times with +08:00.
    """
    piece = io.StringIO(newline="")
    piece.write("\ufeff")
    writer = csv.writer(piece)
    writer.writerows([_harmless(line)] for line in above)
    writer.writerow([_harmless(heading) for heading in headings])
    for count, row in enumerate(rows, start=1):
        writer.writerow([_harmless(value) for value in row])
        if count % ROWS_AT_ONCE == 0:
            yield _emptied(piece)
    yield _emptied(piece)


def _emptied(piece: io.StringIO) -> bytes:
    text = piece.getvalue()
    piece.seek(0)
    piece.truncate()
    return text.encode()


def _harmless(value: object) -> object:
    if isinstance(value, Broken):
        value = value.text
    if isinstance(value, str):
        return "'" + value if value.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(value) else value
    if isinstance(value, datetime):
        return _time(value)
    return value


def _time(value: datetime) -> str:
    """Local, as everywhere, where it says of which zone it is."""
    return instant(value) if value.tzinfo else value.isoformat()


def write_xlsx(
    stream: IO[bytes],
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    above: Sequence[str] = (),
) -> None:
    """One sheet, streamed through a temporary file; the rows down to the headings stand still.

    Every text is text, also one that looks like a formula, and so is what people type below (else Excel
    rounds identity numbers). Numbers too long for a spreadsheet and times with an offset become text;
    text beyond Excel's 32 767 characters ends in `…`, and what XML cannot hold becomes U+FFFD.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    for place in range(1, len(headings) + 1):
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.number_format, dimension.width = AS_TEXT, 18
    sheet.freeze_panes = f"A{len(above) + 2}"
    text_cell = partial(WriteOnlyCell, sheet)
    for row in chain(([text] for text in above), [headings], rows):
        sheet.append([_xlsx_cell(value, text_cell) for value in row])
    book.save(stream)


def _xlsx_cell(value: object, text_cell: Callable[[str], WriteOnlyCell]) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) < 10**15:
        return value
    if isinstance(value, date) and not (isinstance(value, datetime) and value.tzinfo):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", _text(value))
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1] + "…"
    cell = text_cell(text)
    cell.data_type, cell.number_format = "s", AS_TEXT
    return cell


def _text(value: object) -> str:
    match value:
        case Broken():
            return value.text
        case datetime():
            return _time(value)
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def template(columns: Sequence[Column]) -> tuple[list[str], list[str]]:
    """What stands above an empty table, and its headings: `*` marks the required ones."""
    hints = [f"{column.heading}：{column.hint}" for column in columns if column.hint]
    headings = [("*" if column.required else "") + column.heading for column in columns]
    return (["\n".join(hints)] if hints else []), headings


def to_correct(table: Table, problems: Mapping[int, str]) -> tuple[list[str], list[list[Cell]]]:
    """The rows with a problem (by their line) as they came, what is wrong with each in a last column.

    Corrected, the file can be imported as it is: that column is passed over.
    """
    width = max([len(table.headings), *(len(row.cells) for row in table.rows)])
    texts = [*table.headings, *[""] * (width - len(table.headings))]
    kept = [place for place in range(width) if key(texts[place]) not in OURS]
    rows = [
        [*(row.cells[place] if place < len(row.cells) else None for place in kept), problems[row.line]]
        for row in table.rows
        if row.line in problems
    ]
    return [*(texts[place] for place in kept), PROBLEM], rows
