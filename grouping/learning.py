"""What people taught, kept as counts of traits: what opinions are about, and which of them are the same."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from django.db import transaction
from django.db.models import CharField, F

from fieldapi.fixed import Among, Fixed, GivenList
from grouping.models import Suggestion, TraitUse
from likeness.categories import Counts, Uses, suggest, traits_of
from likeness.experience import Answers, experience
from opinions.models import Opinion

AT_ONCE = 500
ALL = ""  # the trait whose row holds the totals, and the key under which it counts the traits

KNOWN = Fixed(
    lambda: TraitUse.objects.filter(Among(F("trait"), GivenList("traits", CharField()))).values_list(
        "trait", "uses", "accepted", "refused"
    )
)


@dataclass(frozen=True)
class Known:
    """What is known of the traits of one text."""

    traits: Collection[str]
    uses: Mapping[str, Uses]
    answers: Mapping[str, Answers]

    @classmethod
    def of(cls, texts: Iterable[str]) -> dict[str, Self]:
        """By text; one query, however many they are."""
        traits = {text: traits_of(text) for text in texts}
        rows = {trait: told for trait, *told in KNOWN.run(traits=[ALL, *frozenset().union(*traits.values())])}
        return {text: cls._among(rows, own) for text, own in traits.items()}

    @classmethod
    def _among(cls, rows: Mapping[str, Sequence[Any]], traits: Collection[str]) -> Self:
        own = {trait: rows[trait] for trait in [ALL, *traits] if trait in rows}
        answers = {trait: Answers(*told) for trait, (_, *told) in own.items() if any(told)}
        return cls(traits, {trait: uses for trait, (uses, *_) in own.items()}, answers)

    def likely_categories(self, active: Collection[str]) -> list[dict[str, Any]]:
        """Up to three of the active categories, likeliest first: `[{code, score}]`."""
        totals = self.uses.get(ALL, {})
        uses = {trait: _only(active, uses) for trait, uses in self.uses.items() if trait != ALL}
        counts = Counts(uses, _only(active, totals), totals.get(ALL, 0))
        found = suggest(self.traits, counts.with_starter(active, self.traits))
        return [{"code": one.category, "score": round(one.share, 4)} for one in found]

    def experience(self) -> dict[str, float]:
        """How much more or less than usual some of the traits tell."""
        return experience(self.answers, self.answers[ALL]) if self.answers else {}


def _only(active: Collection[str], uses: Uses) -> Uses:
    return {category: count for category, count in uses.items() if category in active}


@dataclass
class Change:
    """To be added to what is known of a trait."""

    uses: Counter[str] = field(default_factory=Counter)
    answers: Counter[Suggestion.State] = field(default_factory=Counter)


def learn_confirmed() -> int:
    """Learn from opinions whose category a person chose, in the order they were received; how many."""
    with transaction.atomic():
        news = Opinion.objects.filter(category__isnull=False, taught="").order_by("received_at", "id")
        rows = list(news.select_for_update(of=("self",), no_key=True, skip_locked=True)[:AT_ONCE])
        teach([(row, row.category_id) for row in rows])
    return len(rows)


def teach(lessons: Sequence[tuple[Opinion, str | None]]) -> None:
    """Count each opinion for this category and no longer for the one it was counted for.

    Inside the caller's transaction, which holds the opinions. Three queries, and one per distinct category.
    """
    changes: dict[str, Change] = defaultdict(Change)
    taught: dict[str, list[Any]] = defaultdict(list)
    for opinion, category in lessons:
        if (category or "") != opinion.taught:
            _count(changes, opinion, category)
            taught[category or ""].append(opinion.pk)
    _add(changes)
    for code, ids in taught.items():
        Opinion.objects.filter(pk__in=ids).update(taught=code)


def _count(changes: dict[str, Change], opinion: Opinion, category: str | None) -> None:
    traits = traits_of(opinion.text)
    for code, step in ((opinion.taught, -1), (category, 1)):
        if code:
            changes[ALL].uses[code] += step * len(traits)
            for trait in traits:
                changes[trait].uses[code] += step


def teach_answers(answers: Iterable[tuple[Collection[str], Suggestion.State]]) -> None:
    """Count what people said of opinions that share these traits. Inside the caller's transaction; three queries."""
    changes: dict[str, Change] = defaultdict(Change)
    for traits, state in answers:
        for trait in [ALL, *traits]:
            changes[trait].answers[state] += 1
    _add(changes)


def _add(changes: dict[str, Change]) -> None:
    """Who holds the row of totals counts alone."""
    if not changes:
        return
    TraitUse.objects.get_or_create(trait=ALL)
    totals = TraitUse.objects.select_for_update().get(trait=ALL)
    known = TraitUse.objects.in_bulk(changes.keys() - {ALL})
    rows = [known.get(trait) or TraitUse(trait=trait) for trait in sorted(changes.keys() - {ALL})]
    changes[ALL].uses[ALL] = len(rows) - len(known)
    for row in [totals, *rows]:
        change = changes[row.trait]
        row.uses = _sum(row.uses, change.uses)
        row.accepted += change.answers[Suggestion.State.ACCEPTED]
        row.refused += change.answers[Suggestion.State.REFUSED]
    TraitUse.objects.bulk_create(
        [totals, *rows],
        update_conflicts=True,
        unique_fields=["trait"],
        update_fields=["uses", "accepted", "refused"],
    )


def _sum(uses: Uses, more: Mapping[str, int]) -> Uses:
    summed = dict(uses)
    for code, step in more.items():
        summed[code] = summed.get(code, 0) + step
    return {code: count for code, count in summed.items() if count > 0}
