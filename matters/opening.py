"""A group's task is opened: from then on somebody must answer it."""

from uuid import UUID

from django.db import transaction

from cadres.models import User
from fieldapi.errors import Refused
from grouping.towns import one_at_a_time, town_of
from matters.joining import open_task
from matters.models import Task
from opinions.models import Group, Opinion


@transaction.atomic
def open_group_task(*, by: User, group: Group) -> Task:
    """A task of all the group's opinions, with its title and category; of two at once, one is refused.

    Refuses `wrong_state` with the state of the task it has already, `no_opinions` for a group that was emptied.
    """
    one_at_a_time(town_of(group.unit_id))
    members: list[UUID] = list(Opinion.objects.standing().filter(group=group).values_list("pk", flat=True))
    row = Group.objects.select_for_update(of=("self",), no_key=True).get(pk=group.pk)
    if task := Task.objects.filter(group=row).first():
        raise Refused("wrong_state", state=task.state, task=task.pk)
    return open_task(by=by, title=row.title, opinions=members, group=row)
