"""The worker's part: each new opinion finds its group, its suggestions and its likely categories.

An opinion without a group has not been placed; that is all the state there is, so a lost or doubled run harms
nothing. Opinions are placed in the order they were received, and no stored one is looked at again.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from cadres.units import ancestors
from fieldapi import clock
from fieldapi.journal import Entry, note_down_all
from grouping.learning import likely_categories
from grouping.models import Clue, Suggestion
from grouping.towns import Town, one_at_a_time, town_of
from likeness.comparing import Said
from likeness.index import clues, most_shared, slot
from likeness.placing import Offer, place
from likeness.reading import lead_and_rest
from opinions.models import Group, Opinion, OpinionQuerySet

AT_ONCE = 1_000  # per run
TOGETHER = 50  # per transaction
STILL_OPEN = ("open", "assigned", "in_progress")  # states of a task whose group takes in more


def place_new() -> int:
    """Place what is not placed yet, oldest first, up to AT_ONCE; how many were."""
    waiting = unplaced().order_by("received_at", "id").values_list("unit", "pk")[:AT_ONCE]
    by_town: dict[str, list[UUID]] = defaultdict(list)
    for unit, pk in waiting:
        by_town[town_of(unit)].append(pk)
    placed = 0
    for code, ids in by_town.items():
        town = Town.of(code)
        for start in range(0, len(ids), TOGETHER):
            placed += place_in(town, ids[start : start + TOGETHER])
    return placed


def unplaced() -> OpinionQuerySet:
    """Opinions nobody has placed, that still want something."""
    return Opinion.objects.standing().filter(
        group__isnull=True, resolved_on__isnull=True, declined_on__isnull=True
    )


@transaction.atomic
def place_in(town: Town, ids: Iterable[UUID]) -> int:
    """Place these opinions of a town in the order they were received; those placed meanwhile are left out."""
    one_at_a_time(town.code)
    mine = Opinion.objects.filter(pk__in=ids, group__isnull=True).order_by("pk")
    rows = list(mine.select_for_update(of=("self",), no_key=True))
    entries = [_place(town, row) for row in sorted(rows, key=lambda row: (row.received_at, row.pk))]
    note_down_all(None, [entry for entry in entries if entry])
    return len(rows)


def _place(town: Town, opinion: Opinion) -> Entry | None:
    """The journal's line where it joined others without asking anyone."""
    now = clock.now()
    said = town.reads(opinion)
    mine = clues(said)
    placing = place(said, _met(town, mine))
    group = _join(placing.group, opinion, now) if placing.group else _begin(opinion, now)
    likely = likely_categories(opinion.text, town.categories)
    Opinion.objects.filter(pk=opinion.pk).update(
        group=group, suggested=likely, version=F("version") + 1, changed_at=now
    )
    _file(town, mine, opinion.pk)
    _suggest(opinion, _not_refused(group, placing.offers), now)
    return Entry("groups.join", group, opinion.unit_id, {"opinions": [opinion.pk]}) if placing.group else None


def _met(town: Town, mine: list[int]) -> dict[UUID, dict[UUID, Said]]:
    """The open opinions that share most clues, by group. Two queries."""
    found = Clue.objects.filter(town=town.code, clue__in=mine).values_list("opinion", flat=True)
    rows = (
        Opinion.objects.standing()
        .filter(pk__in=most_shared(found), resolved_on__isnull=True, declined_on__isnull=True)
        .filter(Q(group__task__isnull=True) | Q(group__task__state__in=STILL_OPEN), group__isnull=False)
    )
    met: dict[UUID, dict[UUID, Said]] = defaultdict(dict)
    for pk, group, text, unit in rows.values_list("pk", "group", "text", "unit"):
        met[group][pk] = town.said(text, unit)
    return met


def _join(group: UUID, opinion: Opinion, now: datetime) -> UUID:
    unit = Group.objects.values_list("unit", flat=True).get(pk=group)
    shared = common_unit([unit, opinion.unit_id])
    Group.objects.filter(pk=group).update(unit=shared, version=F("version") + 1, changed_at=now)
    return group


def _begin(opinion: Opinion, now: datetime) -> UUID:
    return Group.objects.create(
        unit_id=opinion.unit_id,
        title=title_of(opinion.text),
        category_id=opinion.category_id,
        opened_at=now,
        changed_at=now,
    ).pk


def _file(town: Town, mine: list[int], opinion: UUID) -> None:
    Clue.objects.bulk_create(
        [
            Clue(town=town.code, clue=clue, slot=slot(clue, opinion), opinion_id=opinion)
            for clue in sorted(mine)
        ],
        update_conflicts=True,
        unique_fields=["town", "clue", "slot"],
        update_fields=["opinion"],
    )


def _not_refused(group: UUID, offers: list[Offer[UUID, UUID]]) -> list[Offer[UUID, UUID]]:
    """Without the groups that people have kept apart from the one it is in now."""
    others = [offer.group for offer in offers]
    if not others:
        return []
    refused = Suggestion.objects.filter(state=Suggestion.State.REFUSED)
    apart = {*refused.filter(opinion__group=group, group__in=others).values_list("group", flat=True)}
    apart |= {
        *refused.filter(group=group, opinion__group__in=others).values_list("opinion__group", flat=True)
    }
    return [offer for offer in offers if offer.group not in apart]


def _suggest(opinion: Opinion, offers: list[Offer[UUID, UUID]], now: datetime) -> None:
    if offers:
        Suggestion.objects.bulk_create(
            Suggestion(opinion=opinion, group_id=offer.group, score=round(offer.score, 4), changed_at=now)
            for offer in offers
        )


def common_unit(units: Iterable[str]) -> str:
    """The lowest unit that holds them all."""
    return max(set.intersection(*(set(ancestors(unit)) for unit in units)), key=len)


def title_of(text: str) -> str:
    """The opinion's first line or sentence, at most 50 characters."""
    lead, _ = lead_and_rest(text)
    return lead if len(lead) <= 50 else f"{lead[:49]}…"
