"""Which rows must be looked at: those told of, with all that comes and goes with them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q

from fieldapi import json
from fieldapi.ids import SHAPE
from sync.feed.changes import Roots
from sync.feed.scopes import unit_of
from sync.feed.tables import TABLES
from sync.feed.working_set import WorkingSet
from sync.models import QuarantinedRow
from sync.parcels import PARTS

MOST = 20_000
"""With more rows to look at, the whole working set is no dearer."""
WITH_HOUSEHOLD = {
    "visits": "household",
    "opinions": "household",
    "practical_matters": "household_links__household",
    "tasks": "group__opinions__household",
    "groups": "opinions__household",
}
"""What comes or goes with a household that a person serves."""
WITH_TASK = {
    "opinions": "group__task",
    "replies": "opinion__group__task",
    "groups": "task",
    "households": "opinions__group__task",
}
"""What comes or goes with a task that is given to a person or office."""
IN_TURN = ("tasks", "visits", "practical_matters", "opinions")
"""Tables that bring others, each after those that bring it."""
DATED = {"visits": "occurred_at", "opinions": "occurred_at"}

Keys = dict[str, set[Any]]
"""By table, the keys of rows."""


def candidates(roots: Roots, pulled: WorkingSet, then: WorkingSet) -> Keys:
    """Rows that may have changed, come or gone between two working sets of one user."""
    found: Keys = defaultdict(set)
    for kind, ids in roots.items():
        if kind in TABLES:
            found[kind] |= ids
    found["units"] = {unit_of(scope) for scope in found["units"]}
    if found["categories"]:
        found["categories"] = _keys("categories", Q())
    found["households"] |= roots.get("served", set())
    _bring(found, WITH_HOUSEHOLD, roots.get("served", set()), then)
    found["tasks"] |= roots.get("given", set())
    _bring(found, WITH_TASK, roots.get("given", set()), then)
    found["opinions"] |= roots.get("aged", set())
    _bring(found, {"tasks": "group__opinions", "groups": "opinions"}, roots.get("aged", set()), then)
    _decided(found)
    told = found.pop("households")
    for table in IN_TURN:
        _bring(found, TABLES[table].brings, TABLES[table].possible(found[table]), then)
    if labels := found["households"] - told:
        found["households"] = labels - pulled.served_ids  # those served are there, whole
    found["households"] |= told
    _bring(found, TABLES["households"].brings, TABLES["households"].possible(told), then)
    _bring(found, TABLES["pairings"].brings, TABLES["pairings"].possible(found["pairings"]), then)
    return found


def _bring(found: Keys, brings: Mapping[str, str], ids: Iterable[Any], then: WorkingSet) -> None:
    """Add what belongs to `ids`; of a household's long history only what could be held."""
    for table, path in brings.items() if ids else ():
        which = Q(**{f"{path}__in": ids})
        if path == "household" and table in DATED:
            mine = Q(cadre=then.user.pk) if table == "visits" else Q(by=then.user.pk)
            which &= Q(**{f"{DATED[table]}__gte": then.begin}) | mine
        found[table] |= _keys(table, which)


def _keys(table: str, which: Q) -> set[Any]:
    rows = TABLES[table].model._default_manager.filter(which)
    return set(rows.values_list(TABLES[table].key, flat=True))


def _decided(found: Keys) -> None:
    """A phone's row that met another under its id gives way to that one; one that was discarded, or stands under a
    new id, goes.
    """
    entries = QuarantinedRow.objects.filter(pk__in=found["quarantine"]) if found["quarantine"] else ()
    for entry in entries:
        is_gone = entry.state == QuarantinedRow.State.DISCARDED or entry.stands_as is not None
        if entry.table in TABLES and (is_gone or entry.is_conflict):
            found[entry.table] |= _ids([entry.row_id], entry.table)
        if is_gone:
            _discarded_parts(found, json.loads(entry.body))


def _discarded_parts(found: Keys, body: Any) -> None:
    if not isinstance(body, dict):
        return
    for table, name in PARTS.items():
        listed = body.get(name)
        parts = [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []
        found[table] |= _ids([part.get("id") for part in parts], table)


def _ids(sent: Iterable[Any], table: str) -> set[Any]:
    if TABLES[table].key == "code":
        return set(sent)
    return {UUID(key) if SHAPE.fullmatch(key) else key for key in sent if isinstance(key, str)}
