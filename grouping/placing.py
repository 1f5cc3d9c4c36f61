"""The worker's part: each new opinion finds its group, its suggestions and its likely categories.

An opinion without a group has not been placed; that is all the state there is, so a lost or doubled run harms
nothing. Opinions are placed in the order they were received, and no stored one is looked at again.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, UUIDField

from cadres.units import ancestors
from fieldapi import clock
from fieldapi.fixed import Among, Fixed, Given, GivenList
from fieldapi.journal import Entry, note_down_all
from fieldapi.store import store
from grouping.filing import file, filed
from grouping.learning import Known
from grouping.models import Suggestion
from grouping.towns import Town, one_at_a_time, town_of
from likeness.comparing import Said
from likeness.index import clues, most_shared, telling
from likeness.placing import Offer, place
from likeness.reading import lead_and_rest
from opinions.models import Group, Opinion, OpinionQuerySet

AT_ONCE = 1_000  # per run
TOGETHER = 50  # per transaction
TAKING_IN = ("open", "assigned", "in_progress")  # states of a task whose group takes in more


def _still_open() -> QuerySet[Opinion, Any]:
    accepted = Suggestion.objects.filter(
        opinion=OuterRef("pk"), group=OuterRef("group"), state=Suggestion.State.ACCEPTED
    )
    rows = (
        Opinion.objects.standing()
        .annotate(by_hand=Exists(accepted))
        .filter(Among(F("pk"), GivenList("ids", UUIDField())), group__isnull=False)
        .filter(resolved_on__isnull=True, declined_on__isnull=True)
        .filter(Q(group__task__isnull=True) | Q(group__task__state__in=TAKING_IN))
    )
    return rows.values_list("pk", "group", "text", "unit", "group__unit", "by_hand")


def _kept_apart() -> QuerySet[Suggestion, Any]:
    """Refused suggestions between a group and any of the others."""
    group, others = Given("group", UUIDField()), GivenList("others", UUIDField())
    rows = Suggestion.objects.filter(state=Suggestion.State.REFUSED).filter(
        Q(Among(F("group"), others), opinion__group=group)
        | Q(Among(F("opinion__group"), others), group=group)
    )
    return rows.values_list("group", "opinion__group")


def _still_unplaced() -> QuerySet[Opinion, Opinion]:
    rows = Opinion.objects.filter(Among(F("pk"), GivenList("ids", UUIDField())), group__isnull=True)
    return rows.order_by("pk").select_for_update(of=("self",), no_key=True)


STILL_OPEN, KEPT_APART = Fixed(_still_open), Fixed(_kept_apart)
STILL_UNPLACED = Fixed(_still_unplaced)


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
    commit_without_waiting()
    one_at_a_time(town.code)
    rows = STILL_UNPLACED.run(ids=list(ids))
    entries = [_place(town, row) for row in sorted(rows, key=lambda row: (row.received_at, row.pk))]
    note_down_all(None, [entry for entry in entries if entry])
    return len(rows)


def commit_without_waiting() -> None:
    """This transaction need not be on disk when it ends: what a crash takes back is placed again."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")


def _place(town: Town, opinion: Opinion) -> Entry | None:
    """The journal's line where it joined others without asking anyone."""
    now = clock.now()
    said = town.reads(opinion)
    mine = clues(said)
    there = filed(town.code, mine.values())
    met = _met(town, most_shared(other for _, other in there))
    known = Known.of(opinion.text)
    rare = telling(mine, (clue for clue, _ in there))
    placing = place(said.weighed(rare).weighed(known.experience()), met.groups, met.by_hand)
    joined = placing.group
    group = _join(joined, met.units[joined], opinion, now) if joined else _begin(opinion, now)
    likely = known.likely_categories(town.categories)
    Opinion.objects.filter(pk=opinion.pk).update(
        group=group, suggested=likely, version=F("version") + 1, changed_at=now
    )
    file(town.code, mine.values(), opinion.pk)
    store(
        Suggestion(opinion=opinion, group_id=offer.group, score=round(offer.score, 4), changed_at=now)
        for offer in _not_refused(group, placing.offers)
    )
    return Entry("groups.join", group, opinion.unit_id, {"opinions": [opinion.pk]}) if joined else None


@dataclass(frozen=True)
class Met:
    """Open opinions by group, the groups' units, and which of the opinions people put where they are."""

    groups: dict[UUID, dict[UUID, Said]] = field(default_factory=lambda: defaultdict(dict))
    units: dict[UUID, str] = field(default_factory=dict)
    by_hand: set[UUID] = field(default_factory=set)


def _met(town: Town, near: list[UUID]) -> Met:
    """Those that are still open. One statement, where there are any."""
    met = Met()
    for pk, group, text, unit, met.units[group], by_hand in STILL_OPEN.run(ids=near) if near else ():
        met.groups[group][pk] = town.said(text, unit)
        if by_hand:
            met.by_hand.add(pk)
    return met


def _join(group: UUID, unit: str, opinion: Opinion, now: datetime) -> UUID:
    shared = common_unit([unit, opinion.unit_id])
    Group.objects.filter(pk=group).update(unit=shared, version=F("version") + 1, changed_at=now)
    return group


def _begin(opinion: Opinion, now: datetime) -> UUID:
    group = Group(
        unit_id=opinion.unit_id,
        title=title_of(opinion.text),
        category_id=opinion.category_id,
        opened_at=now,
        changed_at=now,
    )
    store([group])
    return group.pk


def _not_refused(group: UUID, offers: list[Offer[UUID, UUID]]) -> list[Offer[UUID, UUID]]:
    """Without the groups that people have kept apart from the one it is in now. One statement, where any."""
    if not offers:
        return []
    others = [offer.group for offer in offers]
    apart = set(chain.from_iterable(KEPT_APART.run(group=group, others=others)))
    return [offer for offer in offers if offer.group not in apart]


def common_unit(units: Iterable[str]) -> str:
    """The lowest unit that holds them all."""
    return max(set.intersection(*(set(ancestors(unit)) for unit in units)), key=len)


def title_of(text: str) -> str:
    """The opinion's first line or sentence, at most 50 characters."""
    lead, _ = lead_and_rest(text)
    return lead if len(lead) <= 50 else f"{lead[:49]}…"
