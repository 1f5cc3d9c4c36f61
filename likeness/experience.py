"""What people's answers to suggestions teach: how much a trait tells.

A trait that opinions shared when people said "the same" tells more than usual; one they shared when people said
"another thing" (a turn of phrase of the valley, the name of its only road) tells less.
"""

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import NamedTuple

from likeness.comparing import Said

DOUBT = 10  # answers that a trait is taken to have had before, as usual as any
BEFORE = (1, 9)  # accepted and refused before the first day: one suggestion in ten is right
LEAST, MOST = 0.6, 1.4


class Answers(NamedTuple):
    """How many suggestions people accepted and refused."""

    accepted: int = 0
    refused: int = 0

    @property
    def total(self) -> int:
        return self.accepted + self.refused


def experience(own: Mapping[str, Answers], everybody: Answers) -> dict[str, float]:
    """What each trait tells by its own answers, beside all answers ever given: LEAST to MOST, 1 as long as usual."""
    usual = (everybody.accepted + BEFORE[0]) / (everybody.total + sum(BEFORE))
    return {
        trait: min(MOST, max(LEAST, sqrt((got.accepted / usual + DOUBT) / (got.total + DOUBT))))
        for trait, got in own.items()
    }


def shared(opinion: Said, group: Iterable[Said]) -> frozenset[str]:
    """The traits an opinion's lead has in common with that of the group's member nearest to it."""
    nearest = max(group, key=lambda member: opinion.closeness(member).perhaps, default=None)
    return frozenset(opinion.lead.weights.keys() & nearest.lead.weights.keys()) if nearest else frozenset()
