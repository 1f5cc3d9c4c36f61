"""Units as people write them in a spreadsheet: by code, by name, by a village's everyday name. Pure but for `below`."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from django.db.models import Q

from cadres.models import Unit
from cadres.units import LENGTHS, ancestors, within
from fieldapi.tables import Unreadable
from fieldapi.tables.headings import key

EVERYDAY = (
    ("村民委员会", "村"),
    ("村委会", "村"),
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("居民委员会", "社区"),
    ("居委会", "社区"),
    ("街道办事处", "街道"),
    ("村民小组", "组"),
)
KIND = re.compile("(村|社区|街道|镇|乡|组|县|市|区|省)$")
PADDED = 12  # digits of the national form of a code


@dataclass
class DivisionNames:
    """The units of a subtree, and those above it, by everything they may be called, surest names first."""

    codes: frozenset[str]
    called: list[Mapping[str, set[str]]]

    @classmethod
    def below(cls, top: str) -> Self:
        """One query."""
        near = Q(**within(top, field="code")) | Q(pk__in=ancestors(top))
        return cls.of(dict(Unit.objects.filter(near).values_list("code", "name")))

    @classmethod
    def of(cls, names: Mapping[str, str]) -> Self:
        called: list[dict[str, set[str]]] = [defaultdict(set) for _ in WORDINGS]
        for code in names:
            for wording, table in zip(WORDINGS, called, strict=True):
                for path in paths(code, names, wording):
                    table[key(path)].add(code)
        return cls(frozenset(names), list(called))

    def find(self, text: str, *, top: str) -> str:
        """The code meant by `text` in the subtree of `top`; `top` itself where a unit above it is named.

        Raises Unreadable: unit_unknown, unit_ambiguous.
        """
        if text.isascii() and text.isdigit():
            return self._nearest({code for code in spelled(text) if code in self.codes}, text, top)
        for wording, table in zip(WORDINGS, self.called, strict=True):
            if found := self._reached(table.get(key(wording(text)), ()), top):
                return self._nearest(found, text, top)
        raise Unreadable("unit_unknown", text)

    def _reached(self, codes: Iterable[str], top: str) -> set[str]:
        return {code for code in codes if code.startswith(top) or top.startswith(code)}

    def _nearest(self, codes: Iterable[str], text: str, top: str) -> str:
        reached = self._reached(codes, top)
        below = {code for code in reached if code.startswith(top)} or {top for _ in reached}
        if not below:
            raise Unreadable("unit_unknown", text)
        if len(below) > 1:
            raise Unreadable("unit_ambiguous", "、".join(sorted(below)))
        return below.pop()


def spelled(digits: str) -> list[str]:
    """The codes that digits may mean: a town's 530626101 is nationally written 530626101000."""
    shorter = [digits[:length] for length in LENGTHS if length < PADDED]
    return [code for code in shorter if digits == code.ljust(PADDED, "0")][:1] or [digits]


def exactly(name: str) -> str:
    return name


def everyday(name: str) -> str:
    """`田坝村民委员会` → `田坝村`."""
    for official, usual in EVERYDAY:
        if name.endswith(official):
            return name.removesuffix(official) + usual
    return name


def stem(name: str) -> str:
    """`田坝村民委员会` → `田坝`."""
    usual = everyday(name)
    return KIND.sub("", usual) or usual


WORDINGS = (exactly, everyday, stem)


def paths(code: str, names: Mapping[str, str], wording: Callable[[str], str]) -> Iterable[str]:
    """A unit's name, and the same behind the names of one, two, … units above it."""
    path = wording(names[code])
    yield path
    for above in reversed(ancestors(code)[:-1]):
        if above not in names:
            return
        path = names[above] + path
        yield path
