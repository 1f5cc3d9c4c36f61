"""What a batch finds here: everything it refers to, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from cadres.models import User
from fieldapi import clock
from households.cover import Served, served
from matters.arguments import photos_named
from matters.models import PracticalMatter, Task
from opinions.models import Opinion
from sync import links
from sync.known import Key, look_up
from sync.lists import Lists, lists_of
from sync.models import QuarantinedRow, WaitingRow
from sync.quarantine import hashed, key_of
from sync.reading import TABLES, Bundle, Sent
from sync.stored import stored, stored_opinions
from sync.waiting import PHONE_MADE, link_id
from visits.models import Companion, Visit
from visits.presence import FOR_ANYBODY
from visits.record import Doorstep, doorsteps

NAMED = {
    "visit": "visits",
    "opinion": "opinions",
    "matter": "practical_matters",
    "task": "tasks",
    "category": "categories",
    "unit": "units",
    "user": "users",
}
"""Columns that name one row, and the table it stands in."""
LISTED = {
    ("visits", "companions"): "users",
    ("visits", "tasks"): "tasks",
    ("practical_matters", "opinions"): "opinions",
}
"""Columns that name several."""


class Surroundings:
    """Rows already here, by what the batch calls them. Each kind is read when first asked for, whole."""

    def __init__(self, by: User, bundles: Sequence[Bundle]):
        self.by = by
        self.rows = [row for bundle in bundles for row in bundle.rows]
        self.known = look_up(_asked(bundles))
        self.stored: dict[str, dict[UUID, Any]] = {}
        for table in TABLES:
            self.stored[table] = self._stored(table)

    @cached_property
    def visits(self) -> dict[UUID, Visit]:
        return self._named("visit", Visit.objects.all())

    @cached_property
    def opinions(self) -> dict[UUID, Opinion]:
        return self._named("opinion", Opinion.objects.select_related("group__task"))

    @cached_property
    def matters(self) -> dict[UUID, PracticalMatter]:
        return self._named("matter", PracticalMatter.objects.all())

    @cached_property
    def tasks(self) -> dict[UUID, Task]:
        """Those that the sender sees."""
        return self._named("task", Task.objects.visible_to(self.by, today=clock.today()), of="photos")

    @cached_property
    def histories(self) -> dict[UUID, list[Served]]:
        """The sender's pairings with every household the batch is about."""
        spoken_for = {one.household_id for one in self.opinions.values() if one.household_id}
        asked = _households(self.rows) | spoken_for
        return served(self.by, asked) if asked else {}

    @cached_property
    def doors(self) -> dict[UUID, Doorstep]:
        for_anybody = {
            row.values["household"]
            for row in self.rows
            if row.table == "visits" and row.values["kind"] in FOR_ANYBODY
        }
        return doorsteps(self.by, _households(self.rows), self.histories, for_anybody - {None})

    @cached_property
    def linked(self) -> dict[str, set[links.Pair]]:
        """What is linked already with the rows that links sent alone belong to."""
        return links.standing(self.rows)

    @cached_property
    def replayed(self) -> dict[tuple[str, str, str], UUID | None]:
        """Contents of the sender's that were taken by a replay, as `Turned.key` names them, and under which id."""
        entries = QuarantinedRow.objects.filter(
            sender=self.by, row_hash__in=self.known["kept"], state=QuarantinedRow.State.REPLAYED
        )
        return {(one.table, one.row_hash, one.content): one.taken_as for one in entries}

    def made_of(self, bundle: Bundle) -> Any:
        """The row that a person's correction made of this very content, under its id or a new one; None if none was."""
        root = bundle.root
        if not self.has("kept", hashed(root.id)):
            return None
        taken_as = self.replayed.get(key_of(bundle))
        if taken_as is None:
            return None
        rows = self.stored[root.table] if taken_as == root.id else stored(root.table, [taken_as])
        return rows.get(taken_as)

    def has(self, table: str, key: Key | None) -> bool:
        return key in self.known[table]

    def may_add_to(self, visit: Visit) -> bool:
        """The visit is the sender's own, or one the sender went along on."""
        return visit.cadre_id == self.by.pk or visit.pk in self.joined

    @cached_property
    def joined(self) -> set[UUID]:
        """Of somebody else's visits, those that the sender went along on."""
        others = [pk for pk, visit in self.visits.items() if visit.cadre_id != self.by.pk]
        along = Companion.objects.filter(visit__in=others, user=self.by)
        return set(along.values_list("visit", flat=True))

    @cached_property
    def waiting(self) -> dict[tuple[str, UUID], WaitingRow]:
        """Rows of this batch's ids that are put aside already."""
        if not self.known["waiting"]:
            return {}
        rows = WaitingRow.objects.filter(row_id__in=self.known["waiting"]).prefetch_related("awaits")
        return {(row.table, row.row_id): row for row in rows}

    def may_answer(self, opinion: Opinion) -> bool:
        """Who took it down, who ever served the household, the handler of its task, a desk above it."""
        task = getattr(opinion.group, "task", None)
        return (
            opinion.by_id == self.by.pk
            or opinion.household_id in self.histories
            or (task is not None and task.handler_id == self.by.pk)
            or (self.by.sees_subtree and self.by.governs(opinion.unit_id))
        )

    @cached_property
    def lists(self) -> Lists:
        """What the lists of stored rows hold, of those that the batch brings again."""
        return lists_of(self.rows, self.stored)

    @cached_property
    def opinions_with(self) -> dict[UUID, list[Opinion]]:
        """Those that stand with the visits that the batch brings again."""
        found: dict[UUID, list[Opinion]] = {visit: [] for visit in self.stored["visits"]}
        for opinion in self.stored["opinions"].values():
            found.setdefault(opinion.visit_id, []).append(opinion)
        return found

    def _stored(self, table: str) -> dict[Any, Any]:
        ids = {row.id for row in self.rows if row.table == table} & self.known[table]
        if table == "opinions":
            visits = [pk for pk, visit in self.stored["visits"].items() if visit.has_opinions]
            return stored_opinions(ids, visits)
        return stored(table, ids)

    def _named(self, column: str, found: QuerySet[Any], of: str | None = None) -> dict[UUID, Any]:
        """Rows from outside the batch that rows of it (those of one table) belong to."""
        named = {row.values.get(column) for row in self.rows if of in (None, row.table)}
        wanted = named & self.known[NAMED[column]]
        return found.in_bulk(list(wanted)) if wanted else {}


def _asked(bundles: Iterable[Bundle]) -> dict[str, set[Key]]:
    asked: dict[str, set[Key]] = defaultdict(set)
    for bundle in bundles:
        for row in bundle.rows:
            _ask_for(row, bundle, asked)
        asked["kept"].add(hashed(bundle.root.id))
        if bundle.root.table != "visits":
            asked["waiting"].add(bundle.root.id)
    return asked


def _ask_for(row: Sent, bundle: Bundle, asked: dict[str, set[Key]]) -> None:
    """What a row is called, unless it is new, and what it names outside its bundle."""
    if not bundle.is_new:
        asked[row.table].add(row.id)
        if row.table in PHONE_MADE:
            asked["awaited"].add(row.id)
    for column, table in NAMED.items():
        key = row.values.get(column)
        if key is not None and (row is bundle.root or column != "visit"):
            asked[table].add(key)
    for (listing, column), table in LISTED.items():
        if row.table == listing:
            asked[table].update(row.values[column] or ())
    if row.table == "task_actions":
        asked["photos"].update(photos_named(row.values["verb"], row.values["args"]))
    if row.table == "practical_matters":
        asked["waiting"].update(link_id(row.id, key) for key in row.values["opinions"] or ())


def _households(rows: Iterable[Sent]) -> set[UUID]:
    one = {row.values["household"] for row in rows if row.values.get("household") is not None}
    return one | {
        key for row in rows if row.table == "practical_matters" for key in row.values["households"] or ()
    }
