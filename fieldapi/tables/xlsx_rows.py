"""The rows of one sheet of a workbook: cells with the values last calculated, and merged areas. Pure."""

import re
from datetime import datetime
from math import isfinite
from xml.sax.xmlreader import AttributesImpl

from openpyxl.utils.datetime import from_excel

from fieldapi.errors import Refused
from fieldapi.tables.sheet import MAX_COLUMNS, Broken, Cell, Line, Merge
from fieldapi.tables.xlsx_parts import Spoken

REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
WHOLE = re.compile(r"-?[0-9]+")


class Rows(Spoken):
    """xl/worksheets/sheetN.xml. `take` gives the rows completed since it was last called."""

    def __init__(self, texts: list[str], days: frozenset[str], epoch: datetime) -> None:
        super().__init__()
        self.texts, self.days, self.epoch = texts, days, epoch
        self.merges: list[Merge] = []
        self.done: list[Line] = []
        self.number, self.column = 0, -1
        self.cells: list[Cell] = []
        self.kind, self.style = "n", "0"
        self.value: str | None = None
        self.calculated = False

    def take(self) -> list[Line]:
        done, self.done = self.done, []
        return done

    def opened(self, name: str, attrs: AttributesImpl) -> None:
        if name == "c":
            self._begin_cell(attrs)
        elif name == "f":
            self.calculated = True
        elif name == "row":
            given = attrs.get("r", "")
            self.number = int(given) if REFERENCE.fullmatch("A" + given) else self.number + 1
            self.cells, self.column = [], -1
        elif name == "mergeCell":
            self._merge(*REFERENCE.findall(attrs.get("ref", "")))
        else:
            super().opened(name, attrs)

    def closed(self, name: str, text: str) -> None:
        if name == "v":
            self.value = text
        elif name == "c":
            self._end_cell()
        elif name == "row" and self.cells:
            self.done.append(Line(self.number, self.cells))
            self.cells = []
        else:
            super().closed(name, text)

    def _begin_cell(self, attrs: AttributesImpl) -> None:
        place = REFERENCE.fullmatch(attrs.get("r", ""))
        self.column = _column(place[1]) if place else self.column + 1
        self.kind, self.style = attrs.get("t", "n"), attrs.get("s", "0")
        self.value, self.calculated = None, False

    def _end_cell(self) -> None:
        cell = self._cell(self.said() if self.kind == "inlineStr" else self.value or "")
        if cell is None:
            return
        if self.column < 0:  # rows inside cells
            raise Refused("not_a_table")
        if self.column >= MAX_COLUMNS:
            raise Refused("table_too_large", limit=MAX_COLUMNS, of="columns")
        self.cells.extend([None] * (self.column + 1 - len(self.cells)))
        self.cells[self.column] = cell

    def _cell(self, value: str) -> Cell:
        if not value:
            return Broken("formula_not_calculated") if self.calculated and self.kind != "str" else None
        match self.kind:
            case "s":
                known = WHOLE.fullmatch(value) and len(value) < 9 and 0 <= int(value) < len(self.texts)
                return (self.texts[int(value)] or None) if known else Broken("cell_error", value)
            case "n":
                return self._number(value)
            case "b":
                return value == "1"
            case "e":
                return Broken("cell_error", value)
            case _:  # text typed into the cell, the text of a formula, an ISO 8601 day
                return value

    def _number(self, value: str) -> Cell:
        """A whole number stays exact however it is written; the cell's style tells a day."""
        try:
            number = float(value)
            if self.style in self.days:
                return from_excel(number, self.epoch)
        except (ValueError, OverflowError):
            return Broken("cell_error", value)
        if not isfinite(number):
            return Broken("cell_error", value)
        if WHOLE.fullmatch(value):
            return int(value)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number

    def _merge(self, *corners: tuple[str, str]) -> None:
        if len(corners) == 2 and corners[0][1] != corners[1][1]:
            (column, first), (_, last) = corners
            self.merges.append(Merge(_column(column), int(first), int(last)))


def _column(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
