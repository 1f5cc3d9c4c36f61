"""Which group an opinion belongs to, of those it meets."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from likeness.comparing import PERHAPS, Closeness, Said

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


def place(newcomer: Said, groups: Mapping[G, Mapping[M, Said]], by_hand: Collection[M] = ()) -> Placing[G, M]:
    """`groups` are the members met, by group; `by_hand` those that people put there. Their order does not matter."""
    surest: tuple[float, str, G | None] = (1.0, "", None)
    offers: list[Offer[G, M]] = []
    for group, members in groups.items():
        near = {member: newcomer.closeness(said) for member, said in members.items()}
        nearest = max(near, key=lambda member: (near[member].perhaps, str(member)))
        if near[nearest].perhaps >= PERHAPS:
            offers.append(Offer(group, nearest, near[nearest].perhaps))
        surest = max(surest, (_sure(near, by_hand), str(group), group))
    joined = surest[2]
    offers = sorted((one for one in offers if one.group != joined), key=_best_first)
    return Placing(joined, offers[:MOST_OFFERED])


def _sure(near: Mapping[M, Closeness], by_hand: Collection[M]) -> float:
    """Of those the machine put together, the nearest and the average decide, and one about another place says no.

    One that a person put there speaks for itself: that is how people say how wide a group is.
    """
    alike = [one for member, one in near.items() if member not in by_hand]
    if any(one.apart for one in alike):
        return 0.0
    sure = [one.sure for one in alike]
    together = (max(sure) + sum(sure) / len(sure)) / 2 if sure else 0.0
    return max([together, *(near[member].sure for member in near if member in by_hand)])


def _best_first(offer: Offer[G, M]) -> tuple[float, str]:
    return -offer.score, str(offer.group)
