"""Looking through rows for what somebody should be told of: some hundreds at a time, and once each."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import TypeVar

from django.db import models

from matters.cards import BATCH
from matters.models import Task
from notices.models import Notice
from opinions.models import Group

LOOKED_BACK = timedelta(days=60)
"""What has waited longer has been told of, or was there before anybody was told of anything."""
Row = TypeVar("Row", Task, Group)


def batches(rows: models.QuerySet[Row]) -> Iterator[list[Row]]:
    """All of the rows by their ids, some hundreds at a time."""
    some = list(rows.order_by("pk")[:BATCH])
    while some:
        yield some
        some = list(rows.filter(pk__gt=some[-1].pk).order_by("pk")[:BATCH]) if len(some) == BATCH else []


def untold(kind: str, rows: Iterable[Row], occasion: Callable[[Row], str]) -> list[Row]:
    """Those nobody has been told of on this occasion."""
    asked = list(rows)
    told = Notice.objects.filter(kind=kind, row_id__in=[row.pk for row in asked])
    known = set(told.values_list("row_id", "occasion")) if asked else set()
    return [row for row in asked if (row.pk, occasion(row)) not in known]
