"""The open opinions a new one meets, and the groups that people have kept apart.

Each statement looks rows up by their keys and joins nothing whose number it cannot know: so its cost is the same
however many are stored, and whatever the database believes about them.
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
from opinions.models import Group, Opinion

TAKING_IN = ("open", "assigned", "in_progress")  # states of a task whose group takes in more


def _unended() -> QuerySet[Opinion, Any]:
    """With the answer by which people put it where it is, if they did."""
    yes = Q(group_suggestions__group=F("group"), group_suggestions__state=Suggestion.State.ACCEPTED)
    rows = (
        Opinion.objects.standing()
        .annotate(yes=FilteredRelation("group_suggestions", condition=yes))
        .filter(Among(F("pk"), GivenList("ids", UUIDField())), group__isnull=False)
        .filter(resolved_on__isnull=True, declined_on__isnull=True)
    )
    return rows.values_list("pk", "group", "text", "unit", "yes")


def _taking_in() -> QuerySet[Group, Any]:
    rows = Group.objects.filter(Among(F("pk"), GivenList("ids", UUIDField())))
    return rows.filter(Q(task__isnull=True) | Q(task__state__in=TAKING_IN)).values_list("pk", "unit")


def _refused() -> QuerySet[Suggestion, Any]:
    rows = Suggestion.objects.filter(Among(F("group"), GivenList("groups", UUIDField())))
    return rows.filter(state=Suggestion.State.REFUSED).values_list("group", "opinion__group")


UNENDED, TAKING, REFUSED = Fixed(_unended), Fixed(_taking_in), Fixed(_refused)


@dataclass(frozen=True)
class Met:
    """Open opinions by group, the groups' units, and which of the opinions people put where they are."""

    groups: dict[UUID, dict[UUID, Said]] = field(default_factory=lambda: defaultdict(dict))
    units: dict[UUID, str] = field(default_factory=dict)
    by_hand: set[UUID] = field(default_factory=set)


def meet(town: Town, near: Collection[UUID]) -> Met:
    """Those of them that are still open, in groups that take in more. Two statements, where there are any."""
    rows = UNENDED.run(ids=near) if near else []
    units = dict(TAKING.run(ids={group for _, group, *_ in rows})) if rows else {}
    met = Met(units=units)
    for pk, group, text, unit, yes in rows:
        if group in units:
            met.groups[group][pk] = town.said(text, unit)
            if yes:
                met.by_hand.add(pk)
    return met


def kept_apart(group: UUID, others: Collection[UUID]) -> set[UUID]:
    """The groups that people have kept apart from this one: they refused one's opinion for the other. One statement."""
    pairs = REFUSED.run(groups=[group, *others])
    return set(chain.from_iterable(pair for pair in pairs if group in pair)) - {group}
