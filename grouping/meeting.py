"""The open opinions a new one meets, and the groups that people have kept apart.

Each statement looks rows up by their keys and joins at most one row to each: so its cost is the same however many
are stored, and whatever the database believes about them.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import F, FilteredRelation, Q, QuerySet, UUIDField

from fieldapi.fixed import Among, Fixed, GivenList
from grouping.models import Suggestion
from grouping.towns import Town
from likeness.comparing import Said
from opinions.models import Opinion

TAKING_IN = ("open", "assigned", "in_progress")  # states of a task whose group takes in more


def _open() -> QuerySet[Opinion, Any]:
    """With the answer by which people put it where it is, if they did."""
    yes = Q(group_suggestions__group=F("group"), group_suggestions__state=Suggestion.State.ACCEPTED)
    rows = (
        Opinion.objects.standing()
        .annotate(yes=FilteredRelation("group_suggestions", condition=yes))
        .filter(Among(F("pk"), GivenList("ids", UUIDField())), group__isnull=False)
        .filter(Q(group__task__isnull=True) | Q(group__task__state__in=TAKING_IN))
        .filter(resolved_on__isnull=True, declined_on__isnull=True)
    )
    return rows.values_list("pk", "group", "group__unit", "text", "unit", "yes")


def _refused() -> QuerySet[Suggestion, Any]:
    rows = Suggestion.objects.filter(Among(F("group"), GivenList("groups", UUIDField())))
    refused = rows.filter(
        decided_at__isnull=False, state=Suggestion.State.REFUSED
    )  # of an index of decided ones
    return refused.values_list("group", "opinion__group")


OPEN, REFUSED = Fixed(_open), Fixed(_refused)


@dataclass(frozen=True)
class Met:
    """Open opinions by group, the groups' units, and which of the opinions people put where they are."""

    groups: dict[UUID, dict[UUID, Said]] = field(default_factory=lambda: defaultdict(dict))
    units: dict[UUID, str] = field(default_factory=dict)
    by_hand: set[UUID] = field(default_factory=set)


def meet(town: Town, near: Collection[str]) -> Met:
    """Those of them that are still open, in groups that take in more. One statement, where there are any."""
    met = Met()
    for pk, group, group_unit, text, unit, yes in OPEN.run(ids=map(UUID, near)) if near else ():
        met.units[group] = group_unit
        met.groups[group][pk] = town.said(text, unit)
        if yes:
            met.by_hand.add(pk)
    return met


def kept_apart(group: UUID, others: Collection[UUID]) -> set[UUID]:
    """The groups that people have kept apart from this one: they refused one's opinion for the other. One statement."""
    pairs = REFUSED.run(groups=[group, *others])
    return set(chain.from_iterable(pair for pair in pairs if group in pair)) - {group}
