"""The worker's part: each new opinion finds its group, its suggestions and its likely categories.

An opinion without a group has not been placed; that is all the state there is, so a lost or doubled run harms
nothing. Opinions are placed in the order they were received, and no stored one is looked at again.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import CharField, DateTimeField, F, JSONField, QuerySet, UUIDField

from cadres.units import ancestors
from fieldapi import clock
from fieldapi.fixed import Among, Fixed, Given, GivenList
from fieldapi.fixed_update import FixedUpdate
from fieldapi.journal import Entry, note_down_all
from fieldapi.store import store
from grouping.filing import file, filed
from grouping.learning import Known
from grouping.meeting import kept_apart, meet
from grouping.models import Suggestion
from grouping.towns import Town, one_at_a_time, town_of
from likeness.index import clues, most_shared, telling
from likeness.placing import place
from likeness.reading import lead_and_rest
from opinions.models import Group, Opinion, OpinionQuerySet

AT_ONCE = 1_000  # per run
TOGETHER = 50  # per transaction


class Newcomer(NamedTuple):
    """An opinion to be placed."""

    received_at: datetime
    pk: UUID
    text: str
    unit: str
    category: str | None


def _still_unplaced() -> QuerySet[Opinion, Any]:
    rows = Opinion.objects.filter(Among(F("pk"), GivenList("ids", UUIDField())), group__isnull=True)
    locked = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    return locked.values_list(*Newcomer._fields)


STILL_UNPLACED = Fixed(_still_unplaced)
PLACED = FixedUpdate(
    lambda: Opinion.objects.filter(pk=Given("opinion", UUIDField())),
    lambda: {
        "group": Given("group", UUIDField()),
        "suggested": Given("suggested", JSONField()),
        "version": F("version") + 1,
        "changed_at": Given("now", DateTimeField()),
    },
)
JOINED = FixedUpdate(
    lambda: Group.objects.filter(pk=Given("group", UUIDField())),
    lambda: {
        "unit": Given("unit", CharField()),
        "version": F("version") + 1,
        "changed_at": Given("now", DateTimeField()),
    },
)


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
    rows = sorted(Newcomer(*row) for row in STILL_UNPLACED.run(ids=list(ids)))
    known = Known.of(row.text for row in rows)
    placed = [_place(town, known[row.text], row) for row in rows]
    store(suggestion for one in placed for suggestion in one.suggestions)
    note_down_all(None, [one.entry for one in placed if one.entry])
    return len(rows)


def commit_without_waiting() -> None:
    """This transaction need not be on disk when it ends: what a crash takes back is placed again."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")


@dataclass(frozen=True)
class Placed:
    """What is still to be stored: suggestions, and the journal's line where it joined others without asking anyone."""

    suggestions: list[Suggestion]
    entry: Entry | None


def _place(town: Town, known: Known, opinion: Newcomer) -> Placed:
    now = clock.now()
    said = town.said(opinion.text, opinion.unit)
    mine = clues(said)
    there = filed(town.code, mine.values())
    met = meet(town, most_shared(other for _, other in there))
    rare = telling(mine, (clue for clue, _ in there))
    placing = place(said.weighed(rare).weighed(known.experience()), met.groups, met.by_hand)
    joined, offers = placing.group, placing.offers
    group = _join(joined, met.units[joined], opinion, now) if joined else _begin(opinion, now)
    if joined and offers:
        apart = kept_apart(joined, [offer.group for offer in offers])
        offers = [offer for offer in offers if offer.group not in apart]
    likely = known.likely_categories(town.categories)
    PLACED.run(opinion=opinion.pk, group=group, suggested=likely, now=now)
    file(town.code, mine.values(), opinion.pk)
    suggestions = [
        Suggestion(opinion_id=opinion.pk, group_id=offer.group, score=round(offer.score, 4), changed_at=now)
        for offer in offers
    ]
    entry = Entry("groups.join", group, opinion.unit, {"opinions": [opinion.pk]}) if joined else None
    return Placed(suggestions, entry)


def _join(group: UUID, unit: str, opinion: Newcomer, now: datetime) -> UUID:
    JOINED.run(group=group, unit=common_unit([unit, opinion.unit]), now=now)
    return group


def _begin(opinion: Newcomer, now: datetime) -> UUID:
    group = Group(
        unit_id=opinion.unit,
        title=title_of(opinion.text),
        category_id=opinion.category,
        opened_at=now,
        changed_at=now,
    )
    store([group])
    return group.pk


def common_unit(units: Iterable[str]) -> str:
    """The lowest unit that holds them all."""
    return max(set.intersection(*(set(ancestors(unit)) for unit in units)), key=len)


def title_of(text: str) -> str:
    """The opinion's first line or sentence, at most 50 characters."""
    lead, _ = lead_and_rest(text)
    return lead if len(lead) <= 50 else f"{lead[:49]}…"
