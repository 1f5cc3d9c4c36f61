"""A town as opinions meet in it: one at a time, with its villages' names."""

from dataclasses import dataclass
from typing import Self

from django.db.models import CharField

from cadres.models import Unit
from cadres.units import within
from fieldapi.fixed import Fixed, Given
from households.division_names import stem
from likeness.comparing import Said
from likeness.reading import plain
from likeness.words import known_words
from opinions.models import Category

TOWN, VILLAGE = 9, 12  # digits of a code

TURN = Fixed(
    lambda: (
        Unit.objects.select_for_update(no_key=True).filter(pk=Given("town", CharField())).values_list("pk")
    )
)


def town_of(unit: str) -> str:
    """The code of the town, or the code itself above that level: who is in no town meets only the like."""
    return unit[:TOWN]


def one_at_a_time(town: str) -> None:
    """Let whoever places or moves opinions of a town wait for each other, until the transaction ends.

    Taken before any opinion's or group's lock. Of two opinions placed at once, neither would see the other.
    """
    TURN.run(town=town)


@dataclass(frozen=True)
class Town:
    code: str
    villages: dict[str, str]  # name without 村 or 社区 as `plain` writes it, by code
    categories: frozenset[str]  # the active ones

    @classmethod
    def of(cls, code: str) -> Self:
        """Two queries."""
        named = Unit.objects.filter(**within(code, field="code")).values_list("code", "name")
        stems = {unit: plain(stem(name)) for unit, name in named if len(unit) == VILLAGE}
        sure = {unit: name for unit, name in stems.items() if len(name) > 1 and name not in known_words()}
        active = Category.objects.filter(active=True).values_list("code", flat=True)
        return cls(code, sure, frozenset(active))

    def said(self, text: str, unit: str) -> Said:
        """An opinion of this town as it is compared."""
        return Said(text, home=unit if len(unit) >= VILLAGE else "", villages=self.villages)
