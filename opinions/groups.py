"""Opinions go from group to group: nothing is lost of where they were, and emptied groups say where to look."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from opinions.models import FormerGroup, Group, Opinion


def move(opinions: QuerySet[Opinion], *, into: UUID, at: datetime) -> None:
    """Into a group, where they wait for its answer; the groups with a task that they leave stay on their way.

    Inside the caller's transaction, which holds the opinions. Two statements, and one where a task is left.
    """
    leaving = opinions.filter(group__task__isnull=False).exclude(group=into)
    left = [
        FormerGroup(opinion_id=pk, group_id=former, left_at=at)
        for pk, former in leaving.values_list("pk", "group")
    ]
    FormerGroup.objects.bulk_create(left, ignore_conflicts=True)
    opinions.update(group=into, declined_on=None, version=F("version") + 1, changed_at=at)


def say_where_they_went(left: Collection[UUID], taker: UUID) -> None:
    """Of groups that opinions have left, those now empty lead to the one that took the last.

    So do those that led to them: an empty group always leads to one that is not. Inside the caller's transaction,
    which holds the groups. Three queries.
    """
    standing = Opinion.objects.standing().filter(group=OuterRef("pk"))
    emptied = Group.objects.filter(~Exists(standing), pk__in=left).exclude(pk=taker)
    ids = list(emptied.values_list("pk", flat=True))
    Group.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids)).update(merged_into=taker)
    Group.objects.filter(pk=taker).update(merged_into=None)
