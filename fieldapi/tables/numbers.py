"""Phone and identity numbers as people type them, brought to one form. Pure."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
LANDLINE = re.compile(r"0\d{9,11}|[48]00\d{7}|[2-8]\d{6,7}", re.ASCII)
FOREIGN = re.compile(r"\+(?!86)[1-9]\d{7,14}", re.ASCII)
IDENTITY = re.compile(r"\d{17}[\dX]", re.ASCII)
# What a spreadsheet shows of a number too long for it, and what it then writes into a CSV.
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d+", re.ASCII | re.IGNORECASE)

# GB 11643-1999: weights of the first 17 digits, and the check character for each remainder modulo 11.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
# A spreadsheet keeps 15 significant digits of a number; of 18 digits the last three become zeros.
ROUNDED_TAIL = "000"


class Unreadable(ValueError):
    """A value that cannot be taken as it is: a stable code, and what a reader may want to know."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def fold(text: str) -> str:
    """Full width to half width, without invisible characters, quotes that mark text, and outer spaces."""
    wide = unicodedata.normalize("NFKC", text)
    visible = "".join(char for char in wide if unicodedata.category(char) != "Cf")
    return visible.strip().lstrip("'`‘’").strip()


def phone(text: str) -> str:
    """A Chinese mobile or landline number as bare digits, or a foreign one with its `+`.

    Spaces, dashes, brackets and +86 are dropped; a landline written +86 831… gets its 0 back.
    Raises Unreadable: masked_value, number_damaged (1.38E+10), bad_phone (also two numbers in one cell).
    """
    folded = fold(text)
    if "*" in folded:
        raise Unreadable("masked_value")
    if SCIENTIFIC.fullmatch(folded):
        raise Unreadable("number_damaged", folded)
    digits = re.sub(r"[\s()·.]|[-‐-―−]", "", folded)
    home = re.sub(r"^(?:\+|00)86", "", digits)
    if home != digits and re.fullmatch(r"[2-9]\d{8,10}", home, re.ASCII):
        home = "0" + home
    elif re.fullmatch("86" + MOBILE.pattern, home, re.ASCII):
        home = home[2:]
    if not any(shape.fullmatch(home) for shape in (MOBILE, LANDLINE, FOREIGN)):
        raise Unreadable("bad_phone")
    return home


def id_number(text: str, *, surely_text: bool = True) -> str:
    """An identity number of 18 characters with the right check character, `X` in upper case.

    `surely_text` is false where a spreadsheet may have rounded it unseen (CSV): then a number ending in
    000 counts as damaged even if its check character fits, as one rounded number in eleven does.
    Raises Unreadable: masked_value, id_number_damaged, bad_id_number.
    """
    folded = re.sub(r"[\s-]", "", fold(text)).upper()
    if "*" in folded:
        raise Unreadable("masked_value")
    if SCIENTIFIC.fullmatch(folded):
        raise Unreadable("id_number_damaged")
    fits = IDENTITY.fullmatch(folded) is not None and _born(folded) and _check(folded) == folded[-1]
    rounded = folded.isdecimal() and len(folded) == 18 and folded.endswith(ROUNDED_TAIL)
    if rounded and not (fits and surely_text):
        raise Unreadable("id_number_damaged")
    if not fits:
        raise Unreadable("bad_id_number")
    return folded


def sought(form: Callable[[str], str], typed: str) -> str:
    """What to look for: the number in the form it is stored in, or as typed where it is no such number."""
    try:
        return form(typed)
    except Unreadable:
        return typed


def _check(identity: str) -> str:
    return CHECKS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, identity, strict=False)) % 11]


def _born(identity: str) -> bool:
    """Whether digits 7 to 14 are a day that exists."""
    try:
        return date(int(identity[6:10]), int(identity[10:12]), int(identity[12:14])).year >= 1850
    except ValueError:
        return False
