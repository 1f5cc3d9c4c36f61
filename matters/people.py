"""Whom a task concerns on a day: who works on it, and who is on post for the households that raised it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from cadres.models import Absence, User
from fieldapi.access import Role
from households.cover import acting
from households.models import Pairing
from matters.models import Task
from opinions.models import Opinion

WORKERS = (Role.CADRE, Role.SUPERVISOR)
"""Who may work on a task."""


def working_on(tasks: Collection[Task], day: date) -> dict[UUID, list[UUID]]:
    """Of each task the handler; while there is none, everybody of its office who is there that day.

    In the place of a handler who serves a household that raised it in post A, and is away, post B acts.
    A task that nobody works on is missing. One query; three more where a handler is away.
    """
    handlers = {task.handler_id for task in tasks if task.handler_id}
    offices = {task.office_id for task in tasks if task.office_id}
    if not handlers and not offices:
        return {}
    away = Absence.objects.on(day).filter(cadre=OuterRef("pk"))
    rows = User.objects.filter(Q(pk__in=handlers) | Q(office__in=offices), active=True, role__in=WORKERS)
    there: dict[UUID, bool] = {}
    staff: dict[UUID, list[UUID]] = defaultdict(list)
    for pk, office, is_away in (
        rows.annotate(away=Exists(away)).order_by("pk").values_list("pk", "office", "away")
    ):
        there[pk] = not is_away
        if office:
            staff[office].append(pk)
    in_place = _in_the_place_of_handlers(
        [task for task in tasks if task.handler_id and there.get(task.handler_id) is False], day
    )
    people: dict[UUID, list[UUID]] = {}
    for task in tasks:
        if task.handler_id in there:
            people[task.pk] = in_place.get(task.pk) or [task.handler_id]
        elif task.office_id in staff:
            office = staff[task.office_id]
            people[task.pk] = [pk for pk in office if there[pk]] or office
    return people


def _in_the_place_of_handlers(tasks: Collection[Task], day: date) -> dict[UUID, list[UUID]]:
    """`posts.cover_of` for the handlers of many tasks, who are away that day."""
    if not tasks:
        return {}
    raised = households_of(tasks)
    served = set(
        Pairing.objects.on(day)
        .filter(post="A", cadre__in={task.handler_id for task in tasks})
        .filter(household__in=set().union(*raised.values()))
        .values_list("cadre", "household")
    )
    acts = acting_for({household for _, household in served}, day)
    found: dict[UUID, list[UUID]] = {}
    for task in tasks:
        theirs = sorted(pk for pk in raised[task.pk] if (task.handler_id, pk) in served)
        covers = [acts[pk] for pk in theirs if acts.get(pk, task.handler_id) != task.handler_id]
        found[task.pk] = covers[:1]
    return found


def households_of(tasks: Collection[Task]) -> dict[UUID, set[UUID]]:
    """The households that raised each task. One query."""
    groups = {task.group_id: task.pk for task in tasks}
    raised: dict[UUID, set[UUID]] = {task.pk: set() for task in tasks}
    rows = Opinion.objects.standing().filter(group__in=groups, household__isnull=False)
    for group, household in rows.values_list("group", "household"):
        raised[groups[group]].add(household)
    return raised


def acting_for(households: Iterable[UUID], day: date) -> dict[UUID, UUID]:
    """Who acts for each household that day: post A, or B while A is away. One query, none for no households."""
    asked = set(households)
    return {pk: user.pk for pk, user in acting(asked, day).items()} if asked else {}
