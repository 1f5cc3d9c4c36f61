"""Rows that stand under the ids a batch names, whole: one statement for each table of which it brings rows again."""

from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, UUIDField

from fieldapi.fixed import Among, Fixed, GivenList
from opinions.models import Opinion
from sync.reading import TABLES
from visits.models import Visit
from visits.shown import with_kinds

IDS = GivenList("ids", UUIDField())
OF_VISITS = Among(F("visit"), GivenList("visits", UUIDField()))


def _rows(table: str) -> QuerySet[Any]:
    """Those of a table, each with what its maker is read from; visits know which kinds of parts they have."""
    read = TABLES[table]
    rows: QuerySet[Any] = read.model._default_manager.filter(Among(F(read.key), IDS))
    if read.model is Visit:
        return with_kinds(rows)
    return rows.select_related(*read.joined) if read.joined else rows


STORED: dict[str, Fixed[Any]] = {table: Fixed(partial(_rows, table)) for table in TABLES}
OPINIONS = Fixed(lambda: Opinion.objects.filter(Q(Among(F("pk"), IDS)) | Q(OF_VISITS)))


def stored(table: str, ids: Collection[UUID]) -> dict[UUID, Any]:
    """The table's rows of these ids, by these."""
    key = TABLES[table].key
    return {getattr(row, key): row for row in STORED[table].run(ids=ids)} if ids else {}


def stored_opinions(ids: Collection[UUID], visits: Collection[UUID]) -> dict[UUID, Opinion]:
    """Those of these ids, and those that stand with `visits`."""
    return {row.pk: row for row in OPINIONS.run(ids=ids, visits=visits)} if ids or visits else {}
