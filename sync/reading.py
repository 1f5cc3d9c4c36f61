"""What a phone sent, unpacked into rows: each nested row is read as if it had been sent alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from rest_framework.exceptions import ValidationError

import matters.record
import media.record
import opinions.record
import opinions.replies
import visits.record
from cadres.models import User
from fieldapi.errors import Fault, Refused, faults_of
from fieldapi.ids import parse_id
from matters.models import MatterHousehold, MatterOpinion, PracticalMatter, TaskAction, VisitTask
from media.models import Photo
from opinions.models import Opinion, Reply
from sync import columns
from visits.models import Amendment, Companion, Visit


@dataclass(frozen=True)
class Table:
    """A table phones write: its row, its reader, its columns as the row holds them, and who made a row.

    One reader serves all requests: reading leaves nothing behind in it, and making one costs more than reading.
    """

    model: type[models.Model]
    reader: columns.PhoneRow
    columns_of: Callable[[Mapping[str, Any]], dict[str, Any]]
    maker: str = "by_id"
    key: str = "id"
    joined: tuple[str, ...] = ()  # what its maker is read from


def link_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{name}_id": value for name, value in values.items() if name != "made_by"}


def link_table(model: type[models.Model], reader: columns.PhoneRow, parent: str) -> Table:
    return Table(model, reader, link_columns, "maker_id", "row_id", (parent,))


def amendment_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("made_at", "reason", "changes")} | {"visit_id": values["visit"]}


def action_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "task_id": values["task"],
        "verb": values["verb"],
        "args": values["args"] or {},
        "made_at_sent": values["made_at"],
    }


TABLES = {
    "visits": Table(Visit, columns.VisitColumns(), visits.record.columns_of, "cadre_id"),
    "opinions": Table(Opinion, columns.OpinionColumns(), opinions.record.columns_of),
    "practical_matters": Table(
        PracticalMatter, columns.MatterColumns(), matters.record.columns_of, "recorded_by_id"
    ),
    "photos": Table(Photo, columns.PhotoColumns(), media.record.columns_of),
    "replies": Table(Reply, columns.ReplyColumns(), opinions.replies.columns_of),
    "amendments": Table(Amendment, columns.AmendmentColumns(), amendment_columns),
    "task_actions": Table(TaskAction, columns.TaskActionColumns(), action_columns),
    "visit_companions": link_table(Companion, columns.CompanionColumns(), "visit"),
    "visit_tasks": link_table(VisitTask, columns.VisitTaskColumns(), "visit"),
    "matter_households": link_table(MatterHousehold, columns.MatterHouseholdColumns(), "matter"),
    "matter_opinions": link_table(MatterOpinion, columns.MatterOpinionColumns(), "matter"),
}
NESTED = {"opinions": "opinions", "matters": "practical_matters", "photos": "photos"}
"""A visit's lists, and the tables their rows belong to."""


@dataclass(eq=False, slots=True)
class Sent:
    """One row, read: `values` has every column of the phone's."""

    table: str
    id: UUID
    values: dict[str, Any]
    ignored: dict[str, Any]
    pointer: str = ""
    links_apart: bool = False  # whom it is linked with is told by rows of their own

    @property
    def columns(self) -> dict[str, Any]:
        return TABLES[self.table].columns_of(self.values)


@dataclass
class Bundle:
    """What stands or falls as one: a row with the rows nested in it. `body` is what was sent, whole."""

    root: Sent
    body: dict[str, Any]
    nested: list[Sent] = field(default_factory=list)
    device: Any = None  # what the phone says of itself, in the body or once for a whole batch
    is_new: bool = False  # nothing stood under its ids or waited for them a moment ago
    fingerprints: Mapping[str, str] = field(default_factory=dict)  # of rows that a push brought, by pointer

    @property
    def rows(self) -> list[Sent]:
        return [self.root, *self.nested]

    @property
    def ignored_fields(self) -> list[str]:
        return [f"{row.pointer}/{name}" for row in self.rows for name in row.ignored]


def read_bundle(
    by: User,
    table: str,
    row_id: object,
    body: Any,
    parent: Mapping[str, UUID] | None = None,
    device: Any = None,
    links_apart: bool = False,
) -> Bundle:
    """Check a body. Refuses `bad_id`, `other_user`, and `bad_input` with a pointer per fault.

    `parent` are columns the address says (`{"opinion": id}` of a reply).
    """
    key = parse_id(row_id)
    if not isinstance(body, dict):
        raise Refused("bad_input", "")
    if "id" in body and body["id"] != str(key):
        raise Refused("bad_id", "/id")
    faults: list[Fault] = []
    root = _read(table, key, body, "", faults, links_apart)
    nested = [row for row in _nested(key, body, faults, links_apart) if row] if table == "visits" else []
    if root is None or faults:
        raise Refused("bad_input", errors=faults)
    root.values.update(parent or {})
    made_by = root.values["made_by"]
    if made_by is not None and made_by != by.pk:
        raise Refused("other_user", "/made_by")
    return Bundle(root, body, nested, body.get("device") or device)


def _read(
    table: str, key: UUID, body: Any, pointer: str, faults: list[Fault], links_apart: bool
) -> Sent | None:
    try:
        values = dict(TABLES[table].reader.run_validation(body))
    except ValidationError as fault:
        faults += faults_of(fault.detail, pointer)
        return None
    return Sent(table, key, values, values.pop(columns.IGNORED), pointer, links_apart)


def _nested(
    visit: UUID, body: Mapping[str, Any], faults: list[Fault], links_apart: bool
) -> list[Sent | None]:
    rows = []
    visit_id = str(visit)
    for name, table in NESTED.items():
        listed = body.get(name)
        for place, row in enumerate(listed if isinstance(listed, list) else ()):
            pointer = f"/{name}/{place}"
            try:
                key = parse_id(row.get("id") if isinstance(row, dict) else None, f"{pointer}/id")
                if row.get("visit") not in (None, "", visit_id):
                    raise Refused("bad_id", f"{pointer}/visit")
            except Refused as refused:
                faults += refused.errors
                continue
            rows.append(_read(table, key, {**row, "visit": visit_id}, pointer, faults, links_apart))
    return rows
