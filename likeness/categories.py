"""What an opinion is about, learned one confirmed opinion at a time.

Complement naive Bayes over characters and pairs of characters: a category is likely where the *other* categories
seldom use what the text uses, which is fair to categories that have few examples. All it keeps are counts, so
learning one opinion costs the same after ten as after a million, and can be taken back exactly.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
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
        starter = _starter(frozenset(categories))
        taught = {
            trait: _sum(self.uses.get(trait, {}), starter.uses[trait])
            for trait in traits
            if trait in starter.uses
        }
        totals, vocabulary = _sum(self.totals, starter.totals), self.vocabulary + starter.vocabulary
        return type(self)({**self.uses, **taught}, totals, vocabulary)


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
    told: dict[str, float] = defaultdict(float)
    for uses in known:
        all_uses = sum(uses.values()) + SMOOTHING
        for category, own in uses.items():
            told[category] += log(all_uses / (all_uses - own))
    total, smoothing = sum(counts.totals.values()), SMOOTHING * counts.vocabulary
    scores = {
        category: (told[category] + len(known) * log(total - own + smoothing)) * SHARPNESS
        for category, own in counts.totals.items()
        if own
    }
    return _shares(scores)


def _shares(scores: Mapping[str, float]) -> list[Suggestion]:
    best = max(scores.values())
    weights = {category: exp(score - best) for category, score in scores.items()}
    total = sum(weights.values())
    first = sorted(weights, key=lambda category: (-weights[category], category))[:MOST]
    return [Suggestion(category, weights[category] / total) for category in first]


@lru_cache(8)
def _starter(categories: frozenset[str]) -> Counts:
    """Each known word about one of them, as an opinion of one word; the vocabulary is that of all known words."""
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    for category in categories:
        for word in words_about(category):
            for trait in traits_of(word):
                uses[trait][category] += 1
    totals = sum(uses.values(), Counter())
    return Counts(uses, totals, len({trait for word in known_words() for trait in traits_of(word)}))


def _sum(one: Uses, other: Uses) -> Uses:
    return {**one, **{category: one.get(category, 0) + more for category, more in other.items()}}
