"""What a batch finds here: everything it refers to, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from cadres.models import User
from households.cover import served
from matters.models import PracticalMatter, Task
from opinions.models import Opinion
from sync.known import Key, look_up
from sync.quarantine import hashed
from sync.reading import TABLES, Bundle, Sent
from sync.waiting import PHONE_MADE
from visits.models import Companion, Visit
from visits.record import doorsteps

NAMED = {
    "visit": "visits",
    "opinion": "opinions",
    "matter": "practical_matters",
    "task": "tasks",
    "category": "categories",
    "unit": "units",
}
"""Columns that name one row, and the table it stands in."""
LISTED = {
    ("visits", "companions"): "users",
    ("visits", "tasks"): "tasks",
    ("practical_matters", "opinions"): "opinions",
}
"""Columns that name several."""


class Surroundings:
    """Rows already here, by what the batch calls them."""

    def __init__(self, by: User, bundles: Sequence[Bundle]):
        self.by = by
        rows = [row for bundle in bundles for row in bundle.rows]
        self.known = look_up(_asked(bundles, rows))
        self.stored = {table: self._stored(table, rows) for table in TABLES if self.known[table]}
        self.visits = self._named("visit", rows, Visit.objects.select_related("household"))
        self.opinions = self._named("opinion", rows, Opinion.objects.select_related("group__task"))
        self.matters = self._named("matter", rows, PracticalMatter.objects.all())
        self.tasks = self._named("task", [row for row in rows if row.table == "photos"], Task.objects.all())
        self.households = _households(rows)
        spoken_for = {opinion.household_id for opinion in self.opinions.values()} - {None}
        asked = self.households | spoken_for
        self.histories = served(by, asked) if asked else {}
        self.doors = doorsteps(by, self.households, self.histories)

    def has(self, table: str, key: Key | None) -> bool:
        return key in self.known[table]

    def may_add_to(self, visit: Visit) -> bool:
        """The visit is the sender's own, or one the sender went along on."""
        return visit.cadre_id == self.by.pk or Companion.objects.filter(visit=visit, user=self.by).exists()

    def may_answer(self, opinion: Opinion) -> bool:
        """Who took it down, who ever served the household, the handler of its task, a desk above it."""
        task = getattr(opinion.group, "task", None)
        return (
            opinion.by_id == self.by.pk
            or opinion.household_id in self.histories
            or (task is not None and task.handler_id == self.by.pk)
            or (self.by.sees_subtree and self.by.governs(opinion.unit_id))
        )

    def _stored(self, table: str, rows: Iterable[Sent]) -> dict[Any, Any]:
        ids = {row.id for row in rows if row.table == table} & self.known[table]
        return TABLES[table].model._default_manager.in_bulk(list(ids)) if ids else {}

    def _named(self, column: str, rows: Iterable[Sent], found: QuerySet[Any]) -> dict[UUID, Any]:
        """Rows from outside the batch that rows of it belong to."""
        wanted = {row.values[column] for row in rows if row.values.get(column)} & self.known[NAMED[column]]
        return found.in_bulk(list(wanted)) if wanted else {}


def _asked(bundles: Iterable[Bundle], rows: Iterable[Sent]) -> dict[str, set[Key]]:
    asked: dict[str, set[Key]] = defaultdict(set)
    for row in rows:
        asked[row.table].add(row.id)
        if row.table in PHONE_MADE:
            asked["awaited"].add(row.id)
        for column, table in NAMED.items():
            if row.values.get(column) is not None:
                asked[table].add(row.values[column])
        for (listing, column), table in LISTED.items():
            if row.table == listing:
                asked[table].update(row.values[column] or ())
    for bundle in bundles:
        asked["kept"].add(hashed(bundle.root.id))
        if bundle.root.table != "visits":
            asked["waiting"].add(bundle.root.id)
    return asked


def _households(rows: Iterable[Sent]) -> set[UUID]:
    one = {row.values["household"] for row in rows if row.values.get("household") is not None}
    return one | {
        key for row in rows if row.table == "practical_matters" for key in row.values["households"] or ()
    }
