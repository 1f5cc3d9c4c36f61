"""Groups whose opinions have gone: nothing of them is lost, and they say where to look."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from opinions.models import Group, Opinion


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
