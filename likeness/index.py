"""Finding the few stored opinions worth comparing with a new one, at a cost that does not grow with their number.

An opinion is filed under its most telling pairs of characters. Under each there are SLOTS places; whoever comes
later takes the place of an earlier one. So a look-up reads at most MOST_CLUES × SLOTS rows. What many opinions
share is soon crowded and finds the latest few; what is rare, and so tells most, keeps everybody.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from hashlib import blake2b
from math import log
from typing import TypeVar

from likeness.comparing import Said

M = TypeVar("M", bound=Hashable)

MOST_CLUES = 40
SLOTS = 16
MOST_MET = 14
RARE, COMMON = 1.3, 0.7  # what a trait tells that nobody has used, and one whose slots are full
TELLS = [RARE - (RARE - COMMON) * log(1 + used) / log(1 + SLOTS) for used in range(SLOTS + 1)]


def clues(said: Said) -> dict[str, int]:
    """Up to MOST_CLUES pairs, those of the lead before others, telling ones before common ones; each its number.

    The numbers have 63 bits.
    """
    leads = [trait for trait in said.lead.weights if len(trait) == 2]
    rest = [trait for trait in said.whole.weights if len(trait) == 2 and trait not in said.lead.weights]
    ordered = sorted(leads, key=said.lead.weights.__getitem__, reverse=True)
    ordered += sorted(rest, key=said.whole.weights.__getitem__, reverse=True)
    return {trait: _number(trait) for trait in ordered[:MOST_CLUES]}


def slot(clue: int, opinion: Hashable) -> int:
    """The same place every time, another one for most other opinions."""
    return _number(f"{clue} {opinion}") % SLOTS


def telling(mine: Mapping[str, int], met: Iterable[int]) -> dict[str, float]:
    """How much each clue's pair tells, by how often its number is among those `met`: what few have said tells more."""
    used = Counter(met)
    return {trait: TELLS[used[number]] for trait, number in mine.items()}


def most_shared(found: Iterable[M]) -> list[M]:
    """Of the opinions found, once per shared clue, those found most often."""
    counts = Counter(found)
    return sorted(counts, key=lambda one: (-counts[one], str(one)))[:MOST_MET]


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 1
