"""What nobody has made a task of: new groups as they come, and once more when they have waited long."""

import time
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef

from cadres.desks import desks_of
from fieldapi.access import Role
from fieldapi.calendar import local_day, start_of
from matters.rounds import LOOKED_BACK, batches, untold
from matters.working_calendar import working_days_of
from notices.models import Round
from notices.tell import News, tell
from opinions.models import Group, Opinion

WAITED_LONG = 3
"""Working days without a task."""
LATE_COMMIT_MS = 600_000
"""A group may be seen so long after its id was made."""


def tell_of_new_items(before: Round | None) -> None:
    """Groups that have begun since the last look: their ids are in the order in which they were made.

    The first look of all begins with the present.
    """
    now = time.time_ns() // 1_000_000
    seen = before.row_id.int >> 80 if before and before.row_id else now
    rows = wanting(Group.objects.filter(pk__gt=UUID(int=(seen - LATE_COMMIT_MS) << 80)))
    last = None
    for groups in batches(rows):
        _tell_supervisors("item_new", groups, "new")
        last = groups[-1].pk
    if before is None or (last and last != before.row_id):
        place = last or UUID(int=now << 80)
        Round.objects.update_or_create(name="items", defaults={"row_id": place})


def tell_of_waiting_items(today: date) -> None:
    rows = Group.objects.filter(opened_at__gte=start_of(today - LOOKED_BACK), opened_at__lt=start_of(today))
    for groups in batches(wanting(rows)):
        calendars = working_days_of({group.unit_id for group in groups})
        waiting = [
            group
            for group in groups
            if calendars[group.unit_id].between(local_day(group.opened_at), today) >= WAITED_LONG
        ]
        _tell_supervisors("item_waiting", waiting, "waiting")


def wanting(groups: models.QuerySet[Group]) -> models.QuerySet[Group]:
    """Those without a task, of whose opinions one still wants something."""
    opinions = Opinion.objects.standing().filter(group=OuterRef("pk"))
    unended = opinions.filter(resolved_on__isnull=True, declined_on__isnull=True)
    return groups.filter(Exists(unended), task__isnull=True)


def _tell_supervisors(kind: str, groups: Iterable[Group], occasion: str) -> None:
    fresh = untold(kind, groups, lambda group: occasion)
    desks = desks_of({group.unit_id for group in fresh}, Role.SUPERVISOR) if fresh else {}
    tell(
        News(kind, desks.get(group.unit_id, ()), "groups", group.pk, group.unit_id, group.title, occasion)
        for group in fresh
    )
