"""Categories: what people confirmed is counted, once for each opinion, and likely ones are told by the counts."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import CharField, F

from fieldapi.fixed import Among, Fixed, GivenList
from grouping.models import TraitUse
from likeness.categories import Counts, Uses, suggest, traits_of
from opinions.models import Opinion

AT_ONCE = 500
ALL = ""  # the trait whose row holds the totals, and the key under which it counts the traits

USES = Fixed(
    lambda: TraitUse.objects.filter(Among(F("trait"), GivenList("traits", CharField()))).values_list(
        "trait", "uses"
    )
)


def likely_categories(text: str, active: Collection[str]) -> list[dict[str, Any]]:
    """Up to three of the active categories, likeliest first: `[{code, score}]`. One query."""
    traits = traits_of(text)
    rows: dict[str, Uses] = dict(USES.run(traits=[ALL, *traits]))
    totals = rows.pop(ALL, {})
    counts = Counts(
        {trait: _only(active, uses) for trait, uses in rows.items()},
        _only(active, totals),
        totals.get(ALL, 0),
    )
    found = suggest(traits, counts.with_starter(active, traits))
    return [{"code": one.category, "score": round(one.share, 4)} for one in found]


def _only(active: Collection[str], uses: dict[str, int]) -> dict[str, int]:
    return {category: count for category, count in uses.items() if category in active}


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
    changes: dict[str, Counter[str]] = defaultdict(Counter)
    taught: dict[str, list[Any]] = defaultdict(list)
    for opinion, category in lessons:
        if (category or "") != opinion.taught:
            _count(changes, opinion, category)
            taught[category or ""].append(opinion.pk)
    if changes:
        _add(changes)
    for code, ids in taught.items():
        Opinion.objects.filter(pk__in=ids).update(taught=code)


def _count(changes: dict[str, Counter[str]], opinion: Opinion, category: str | None) -> None:
    traits = traits_of(opinion.text)
    for code, step in ((opinion.taught, -1), (category, 1)):
        if code:
            changes[ALL][code] += step * len(traits)
            for trait in traits:
                changes[trait][code] += step


def _add(changes: dict[str, Counter[str]]) -> None:
    TraitUse.objects.get_or_create(trait=ALL)
    totals = TraitUse.objects.select_for_update().get(trait=ALL)
    known = TraitUse.objects.in_bulk(changes.keys() - {ALL})
    rows = [known.get(trait) or TraitUse(trait=trait) for trait in sorted(changes.keys() - {ALL})]
    changes[ALL][ALL] = len(rows) - len(known)
    for row in [totals, *rows]:
        row.uses = _sum(row.uses, changes[row.trait].items())
    TraitUse.objects.bulk_create(
        [totals, *rows], update_conflicts=True, unique_fields=["trait"], update_fields=["uses"]
    )


def _sum(uses: dict[str, int], more: Iterable[tuple[str, int]]) -> dict[str, int]:
    summed = dict(uses)
    for code, step in more:
        summed[code] = summed.get(code, 0) + step
    return {code: count for code, count in summed.items() if count > 0}
