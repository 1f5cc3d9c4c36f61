"""Finding the heading row of a table, whatever stands above it, and what each column means. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, zip_longest
from typing import Literal

from fieldapi.tables.sheet import Line, plain

Kind = Literal["text", "code", "phone", "id_number", "day", "number", "choice", "list", "flag"]

ROWS_LOOKED_AT = 15
PROBLEM = "问题"
OURS = frozenset({"问题", "problem"})
REMARK = re.compile(r"[(\[【〔{《][^)\]】〕}》]*[)\]】〕}》]")
PARTS = re.compile(r"[/|\n]")


@dataclass(frozen=True)
class Column:
    """What a table may or must hold under one heading.

    `name` is the key of its values and always a heading too; the first of `synonyms` is the heading we
    write. `choices` (kinds choice and list) maps what people write to the value it stands for; letter
    case, width and spaces don't matter. `hint` goes into the template.
    """

    name: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    kind: Kind = "text"
    choices: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""

    @property
    def heading(self) -> str:
        return self.synonyms[0] if self.synonyms else self.name

    @cached_property
    def meanings(self) -> Mapping[str, str]:
        """The choices by their keys; a value always stands for itself."""
        return {key(value): value for value in self.choices.values()} | {
            key(wording): value for wording, value in self.choices.items()
        }


@dataclass(frozen=True)
class Headings:
    """The headings found: the number of their (last) row, their texts, and where each column stands."""

    number: int
    texts: tuple[str, ...]
    places: Mapping[str, int]

    def missing(self, columns: Sequence[Column]) -> list[Column]:
        """The required columns left out; all of them where nothing at all was recognised."""
        return [
            column
            for column in columns
            if not self.places or (column.required and column.name not in self.places)
        ]

    def worth(self, columns: Sequence[Column]) -> tuple[bool, int, int]:
        """Headings that leave out nothing required go first, then those that name more columns we know,
        then more columns at all."""
        return not self.missing(columns), len(self.places), sum(map(bool, self.texts))

    def unknown(self) -> list[str]:
        """Headings that mean nothing here, our own problem column aside."""
        known = set(self.places.values())
        return [
            text
            for place, text in enumerate(self.texts)
            if text and place not in known and key(text) not in OURS
        ]


def key(text: str) -> str:
    """A heading or a choice without width, letter case, spaces, asterisks and punctuation."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def find(lines: Sequence[Line], columns: Sequence[Column]) -> Headings:
    """The row of `lines` (at least one), or the two rows, worth most as headings; the first of equals."""
    return max(_readings(lines, columns), key=lambda headings: headings.worth(columns))


def _readings(lines: Sequence[Line], columns: Sequence[Column]) -> Iterator[Headings]:
    """Each row as headings, then each two rows as groups above their members."""
    meanings = _meanings(columns)
    texts = [(line.number, [plain(cell).strip() for cell in line.cells]) for line in lines]
    for number, row in texts:
        yield _read(number, [[text] for text in row], meanings)
    for (_, above), (number, below) in pairwise(texts):
        yield _read(number, _joined(above, below), meanings)


def _meanings(columns: Sequence[Column]) -> dict[str, tuple[int, str]]:
    """From a heading's key to the column meant and how good a name for it this is (0 is best)."""
    meanings: dict[str, tuple[int, str]] = {}
    for column in columns:
        for rank, name in enumerate(dict.fromkeys((column.name, *column.synonyms))):
            meanings[key(name)] = min(meanings.get(key(name), (rank, column.name)), (rank, column.name))
    return meanings


def _read(number: int, wordings: list[list[str]], meanings: Mapping[str, tuple[int, str]]) -> Headings:
    """Give each column the place whose wording names it best, and each place one column."""
    found = []
    for place, wording in enumerate(wordings):
        sayings = [(said, text) for text in wording for said in _sayings(text)]
        for doubt, (said, text) in enumerate(sayings):
            if said in meanings:
                found.append((doubt, *meanings[said], place, text))
    texts = [wording[0] if wording else "" for wording in wordings]
    places: dict[str, int] = {}
    for _, _, name, place, text in sorted(found):
        if name not in places and place not in places.values():
            places[name] = place
            texts[place] = text
    return Headings(number, tuple(texts), places)


def _sayings(text: str) -> Iterator[str]:
    """What a heading may say, surest first: all of it, then its parts without remarks in brackets."""
    folded = unicodedata.normalize("NFKC", text)
    yield key(folded)
    for part in PARTS.split(REMARK.sub("", folded)):
        yield key(part)


def _joined(above: list[str], below: list[str]) -> list[list[str]]:
    """Wordings of each place, surest first: group and member together, the member, the group alone."""
    wordings, group = [], ""
    for alone, member in zip_longest(above, below, fillvalue=""):
        group = alone or group
        wordings.append([group + member, member] if member else [alone] if alone else [])
    return wordings
