"""Which group an opinion belongs to, of those it meets."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from likeness.comparing import PERHAPS, Said

MOST_OFFERED = 5

G = TypeVar("G", bound=Hashable)  # a group's name
M = TypeVar("M", bound=Hashable)  # a member's


@dataclass(frozen=True)
class Offer(Generic[G, M]):
    """A group it perhaps belongs to, with the nearest member and how near that is, 0 to 1."""

    group: G
    member: M
    score: float


@dataclass(frozen=True)
class Placing(Generic[G, M]):
    """The group it surely belongs to, or None for a new one; and those to ask a person about, best first."""

    group: G | None
    offers: list[Offer[G, M]]


def place(newcomer: Said, groups: Mapping[G, Mapping[M, Said]]) -> Placing[G, M]:
    """`groups` are the members met, by group. The nearest member and the average one decide together.

    One member about another place keeps the newcomer out of a group. The same whatever the order of `groups`.
    """
    surest: tuple[float, str, G | None] = (1.0, "", None)
    offers: list[Offer[G, M]] = []
    for group, members in groups.items():
        near = {member: newcomer.closeness(said) for member, said in members.items()}
        nearest = max(near, key=lambda member: (near[member].perhaps, str(member)))
        if near[nearest].perhaps >= PERHAPS:
            offers.append(Offer(group, nearest, near[nearest].perhaps))
        if not any(one.apart for one in near.values()):
            surest = max(surest, (_together([one.sure for one in near.values()]), str(group), group))
    joined = surest[2]
    offers = sorted((one for one in offers if one.group != joined), key=_best_first)
    return Placing(joined, offers[:MOST_OFFERED])


def _together(sure: Sequence[float]) -> float:
    return (max(sure) + sum(sure) / len(sure)) / 2


def _best_first(offer: Offer[G, M]) -> tuple[float, str]:
    return -offer.score, str(offer.group)
