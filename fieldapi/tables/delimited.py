"""CSV as it comes out of Excel, WPS and other programs: bytes to text to rows. Pure."""

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from functools import partial

from fieldapi.errors import Refused
from fieldapi.tables.sheet import MAX_COLUMNS, Cell, Line, Sheet

DELIMITERS = ",;\t"
# What offices also name .csv or .xls: web pages, XML workbooks of 2003, PDF, RTF.
OTHER_FILES = re.compile(r"\s*<[!?a-z]|%PDF-|\{\\rtf", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
AS_TEXT = re.compile(r'="([^"]*)"')


def sheets(data: bytes) -> Iterator[Sheet]:
    """The file as each delimiter would cut it: which one is meant, the headings will tell."""
    text = decode(data)
    if OTHER_FILES.match(text) or CONTROLS.search(text[:2_000]):
        raise Refused("not_a_table")
    for delimiter in DELIMITERS:
        yield Sheet(name="", read=partial(_read, text, delimiter), typed=False)


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, in UTF-16 with a byte-order mark, or in GB18030. Raises Refused."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return _decode_as(data, "utf-16")
    if data.startswith(BOM_UTF8):
        return _decode_as(data, "utf-8-sig")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        hopeful = data.decode("utf-8", errors="replace")
    # GB18030 reads most of a damaged UTF-8 file too, as nonsense: what is mostly good UTF-8 is UTF-8.
    foreign = sum(char > "\x7f" for char in hopeful)
    return _decode_as(data, "gb18030" if hopeful.count("\ufffd") * 2 > foreign else "utf-8")


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as fault:
        code = "not_a_table" if b"\0" in data[:2_000] and encoding != "utf-16" else "bad_encoding"
        good = data[: fault.start].decode(encoding, errors="replace")
        raise Refused(code, line=good.count("\n") + 1) from fault


def _read(text: str, delimiter: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 1
    try:
        for row in reader:
            while row and not row[-1]:
                row.pop()
            if len(row) > MAX_COLUMNS:
                raise Refused("table_too_large", limit=MAX_COLUMNS, of="columns")
            if row:
                yield Line(number, [_cell(text) for text in row])
            number = reader.line_num + 1
    except csv.Error as fault:  # a field beyond 131 072 characters: a quote that never closes
        raise Refused("not_a_table", line=number) from fault


def _cell(text: str) -> Cell:
    """The cell without what programs add against formulas: `'=1+1` (ours) and `="0831"` (others')."""
    if text.startswith("'") and text[1:].startswith(FORMULA_STARTS):
        return text[1:]
    if text.startswith('="') and (marked := AS_TEXT.fullmatch(text)):
        return marked[1]
    return text or None
