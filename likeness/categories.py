"""What an opinion is about, learned one confirmed opinion at a time.

Complement naive Bayes over characters and pairs of characters: a category is likely where the *other* categories
seldom use what the text uses, which is fair to categories that have few examples. All it keeps are counts, so
learning one opinion costs the same after ten as after a million, and can be taken back exactly.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from math import exp, log
from typing import Self

from likeness.reading import plain, stretches
from likeness.words import known_words, words_about

READ = 300  # characters
SMOOTHING = 0.2
SHARPNESS = 0.5  # of the shares: below 1, as neighbouring characters are no independent witnesses
MOST = 3

Uses = dict[str, int]  # category → how many of its opinions


def traits_of(text: str) -> frozenset[str]:
    """The characters and pairs of characters of a text."""
    runs = stretches(plain(text)[:READ])
    return frozenset(
        run[at : at + size] for run in runs for size in (1, 2) for at in range(len(run) - size + 1)
    )


@dataclass
class Counts:
    """How often each category used the traits asked about (`uses`), and any trait at all (`totals`)."""

    uses: Mapping[str, Uses] = field(default_factory=dict)
    totals: Uses = field(default_factory=dict)
    vocabulary: int = 0  # how many traits were ever used

    def with_starter(self, categories: Collection[str], traits: Iterable[str]) -> Self:
        """And what the starter words teach about these categories and traits."""
        taught = {category: _starter(category) for category in categories}
        totals, uses = Counter(self.totals), dict(self.uses)
        for category, starter in taught.items():
            totals[category] += starter.total()
        for trait in traits:
            more = {category: starter[trait] for category, starter in taught.items() if trait in starter}
            if more:
                uses[trait] = Counter(uses.get(trait, {})) + Counter(more)
        return type(self)(uses, totals, self.vocabulary + len(_starter_traits()))


@dataclass(frozen=True)
class Suggestion:
    """`share`: 0 to 1, of all categories together 1."""

    category: str
    share: float


def suggest(traits: Iterable[str], counts: Counts) -> list[Suggestion]:
    """Up to three categories, likeliest first; none where nothing known speaks for any."""
    known = [uses for trait in traits if (uses := counts.uses.get(trait)) and any(uses.values())]
    if not known:
        return []
    all_uses = sum(counts.totals.values())
    used = [sum(uses.values()) for uses in known]
    scores = {}
    for category, total in counts.totals.items():
        if total:
            of_others = len(known) * log(all_uses - total + SMOOTHING * counts.vocabulary)
            rare = (log(n - uses.get(category, 0) + SMOOTHING) for n, uses in zip(used, known, strict=True))
            scores[category] = (of_others - sum(rare)) * SHARPNESS
    return _shares(scores)


def _shares(scores: Mapping[str, float]) -> list[Suggestion]:
    best = max(scores.values())
    weights = {category: exp(score - best) for category, score in scores.items()}
    total = sum(weights.values())
    first = sorted(weights, key=lambda category: (-weights[category], category))[:MOST]
    return [Suggestion(category, weights[category] / total) for category in first]


@cache
def _starter(category: str) -> Counter[str]:
    """Each known word about it, as an opinion of one word."""
    return Counter(trait for word in words_about(category) for trait in traits_of(word))


@cache
def _starter_traits() -> frozenset[str]:
    return frozenset(trait for word in known_words() for trait in traits_of(word))
