"""From a cell to the value its column wants, or the reason why not. Pure."""

import re
from collections.abc import Callable
from datetime import date, datetime

from fieldapi.tables.headings import Column, key
from fieldapi.tables.numbers import SCIENTIFIC, Unreadable, fold, id_number, phone
from fieldapi.tables.sheet import Broken, Cell, plain

Value = str | int | float | bool | date | list[str]

# A spreadsheet keeps 15 significant digits: of a longer number some are lost.
TOO_LONG = 10**15
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
UNSEEN = dict.fromkeys((0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF))
FULL_WIDTH = (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
TIDY = UNSEEN | {0x3000: " ", 0x00A0: " "} | {wide: wide - 0xFEE0 for wide in FULL_WIDTH}

TIME = r"(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
DAYS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})" + TIME, re.ASCII),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})" + TIME, re.ASCII),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})" + TIME, re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?" + TIME, re.ASCII),
    re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII),
)
NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?", re.ASCII)
SEPARATORS = re.compile(r"[、,;/|\n]")
YES = frozenset(("是", "有", "对", "√", "✓", "✔", "y", "yes", "true", "1"))
NO = frozenset(("否", "无", "没有", "不是", "×", "✗", "✘", "n", "no", "false", "0"))


def read(cell: Cell, column: Column, *, typed: bool) -> Value | None:
    """The value of a cell under `column`, None for an empty one. `typed` as in Sheet.

    Raises Unreadable: cell_error, formula_not_calculated, bad_character, number_damaged, bad_day,
    bad_number, bad_choice, bad_flag, and what `phone` and `id_number` raise.
    """
    if isinstance(cell, Broken):
        raise Unreadable(cell.code, cell.text)
    if isinstance(cell, int | float) and abs(cell) >= TOO_LONG:
        raise Unreadable("id_number_damaged" if column.kind == "id_number" else "number_damaged")
    if isinstance(cell, date) and column.kind == "day":
        return cell.date() if isinstance(cell, datetime) else cell
    text = plain(cell).translate(TIDY).replace("\r\n", "\n").replace("\r", "\n").strip()
    if bad := CONTROLS.search(text):
        raise Unreadable("bad_character", f"U+{ord(bad[0]):04X}")
    if not text:
        return None
    if column.kind == "id_number":
        return id_number(text, surely_text=typed)
    return READERS[column.kind](text, column)


def _text(text: str, column: Column) -> str:
    """As it stands: names and addresses keep their Chinese punctuation."""
    return text


def _code(text: str, column: Column) -> str:
    folded = fold(text)
    if SCIENTIFIC.fullmatch(folded):
        raise Unreadable("number_damaged", folded)
    return folded


def _phone(text: str, column: Column) -> str:
    return phone(text)


def _day(text: str, column: Column) -> date:
    folded = fold(text)
    for shape in DAYS:
        if match := shape.fullmatch(folded):
            try:
                return date(*map(int, match.groups()))
            except ValueError:
                break
    raise Unreadable("bad_day", text)


def _number(text: str, column: Column) -> int | float:
    digits = fold(text)
    if not NUMBER.fullmatch(digits):
        raise Unreadable("bad_number", text)
    number = float(digits.replace(",", ""))
    return int(number) if number.is_integer() else number


def _choice(text: str, column: Column) -> str:
    if (value := column.meanings.get(key(text))) is None:
        raise Unreadable("bad_choice", text)
    return value


def _list(text: str, column: Column) -> list[str]:
    """Each value once, in the order given. A space separates only where the words around it mean nothing."""
    values: list[str] = []
    unknown = []
    for part in SEPARATORS.split(fold(text)):
        for item in [part] if key(part) in column.meanings else part.split():
            value = column.meanings.get(key(item))
            if value is None:
                unknown.append(item)
            elif value not in values:
                values.append(value)
    if unknown:
        raise Unreadable("bad_choice", "、".join(unknown))
    return values


def _flag(text: str, column: Column) -> bool:
    word = fold(text).casefold()
    if word not in YES | NO:
        raise Unreadable("bad_flag", text)
    return word in YES


READERS: dict[str, Callable[[str, Column], Value]] = {
    "text": _text,
    "code": _code,
    "phone": _phone,
    "day": _day,
    "number": _number,
    "choice": _choice,
    "list": _list,
    "flag": _flag,
}
