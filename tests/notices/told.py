"""Notices tests begin with, and how they look at those the product has written."""

from typing import Any

from cadres.models import User
from fieldapi.ids import new_id
from notices.models import Notice
from notices.tell import News, tell
from tests.samples import VILLAGE


def a_notice(person: User, kind: str = "task_given", **columns: Any) -> Notice:
    """Something this person is told of, written as the product writes it."""
    row_id = columns.pop("row_id", None) or new_id()
    defaults: dict[str, Any] = {"resource": "tasks", "unit": VILLAGE, "title": "路灯", "occasion": "1"}
    tell([News(kind=kind, people=[person.pk], row_id=row_id, **(defaults | columns))])
    return Notice.objects.get(person=person, row_id=row_id, kind=kind)


def told(*kinds: str) -> list[tuple[str, str]]:
    """(person, kind) of every notice there is, of these kinds if any are named, by person."""
    rows = Notice.objects.filter(kind__in=kinds) if kinds else Notice.objects.all()
    return sorted(rows.values_list("person__username", "kind"))
