"""A push's flat rows as parcels: each stands or falls as one, in the order in which they depend on each other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fieldapi.errors import Fault, Refused
from sync.feed.tables import TABLES
from sync.flat import body_of

PARTS = {"opinions": "opinions", "practical_matters": "matters", "photos": "photos"}
"""Tables whose rows go with their visit, and the list of the visit's body in which they stand."""
LINKS = {
    "visit_companions": ("visits", "visit", "user", "companions"),
    "visit_tasks": ("visits", "visit", "task", "tasks"),
    "matter_households": ("practical_matters", "matter", "household", "households"),
    "matter_opinions": ("practical_matters", "matter", "opinion", "opinions"),
}
"""Tables that link: whose row they go with, the column that names it, the other's column, the list they make."""
STAGES = (
    ("visits",),
    ("opinions",),
    ("practical_matters",),
    ("photos", "replies", "amendments", *LINKS),
    ("task_actions",),
)


class FlatRow:
    """One row of a push. `said` is what the phone sent, usually its columns."""

    def __init__(self, table: str, said: Any, is_deletion: bool = False):
        self.table, self.said, self.is_deletion = table, said, is_deletion
        self.id: Any = said.get("id") if isinstance(said, dict) else said
        self.key = table, str(self.id)
        self.fingerprint: str | None = None  # of what the user sent, once it is asked for
        self.is_new = False  # nothing stands under its id or waits for it, as far as is known


@dataclass
class Parcel:
    """A row with those that go with it. `body` is what a PUT would send; `pointers` tell where each part stands."""

    row: FlatRow
    body: Any
    parts: list[tuple[FlatRow, str]] = field(default_factory=list)
    links: list[FlatRow] = field(default_factory=list)

    @property
    def rows(self) -> Iterator[tuple[FlatRow, str]]:
        """All but the links, with their pointers into the body."""
        yield self.row, ""
        yield from self.parts


def unpacked(changes: Any) -> list[FlatRow]:
    """The rows of `{table: {created, updated, deleted}}`. Refuses `bad_input` where it is not of that shape."""
    if not isinstance(changes, dict):
        raise Refused("bad_input", "/changes")
    faults, rows = [], []
    for table, lists in changes.items():
        if not isinstance(lists, dict):
            faults.append(Fault(f"/changes/{table}", "bad_input"))
            continue
        for name in ("created", "updated", "deleted"):
            listed = lists.get(name)
            if not isinstance(listed, list | None):
                faults.append(Fault(f"/changes/{table}/{name}", "not_a_list"))
                continue
            rows += [FlatRow(table, said, name == "deleted") for said in listed or () if not faults]
    if faults:
        raise Refused("bad_input", errors=faults)
    return rows


def parcelled(rows: Iterable[FlatRow]) -> list[Parcel]:
    """Every row in one parcel; no two rows may have the same table and id."""
    parcels = {row.key: Parcel(row, _body(row)) for row in rows}
    _fold_links(parcels)
    _fold_parts(parcels)
    return sorted(parcels.values(), key=lambda parcel: parcel.row.key[1])


def alone(row: FlatRow) -> Parcel:
    return Parcel(row, _body(row))


def in_stages(parcels: Iterable[Parcel]) -> Iterator[list[Parcel]]:
    """Parcels that depend on no other of their stage or a later one."""
    waiting = list(parcels)
    for tables in STAGES:
        if stage := [parcel for parcel in waiting if parcel.row.table in tables]:
            yield stage


def _body(row: FlatRow) -> Any:
    return body_of(TABLES[row.table], row.said) if isinstance(row.said, dict) else row.said


def _named(said: Any, column: str) -> str:
    return said[column] if isinstance(said, dict) and isinstance(said.get(column), str) else ""


def _fold_links(parcels: dict[tuple[str, str], Parcel]) -> None:
    for key in [key for key in parcels if key[0] in LINKS]:
        link = parcels[key]
        table, parent, other, name = LINKS[key[0]]
        whole = parcels.get((table, _named(link.body, parent)))
        linked = _named(link.body, other)
        if whole is None or not linked or not isinstance(whole.body, dict):
            continue
        listed = whole.body.setdefault(name, [])
        ids = whole.body.setdefault("link_ids", {})
        if isinstance(listed, list) and isinstance(ids, dict) and linked not in listed:
            listed.append(linked)
            ids[linked] = link.row.id
            whole.links.append(parcels.pop(key).row)


def _fold_parts(parcels: dict[tuple[str, str], Parcel]) -> None:
    for key in [key for key in parcels if key[0] in PARTS]:
        part = parcels[key]
        visit = parcels.get(("visits", _named(part.body, "visit")))
        if visit is None or not isinstance(visit.body, dict):
            continue
        listed = visit.body.setdefault(PARTS[key[0]], [])
        if isinstance(listed, list):
            visit.parts.append((part.row, f"/{PARTS[key[0]]}/{len(listed)}"))
            visit.links += part.links
            listed.append(parcels.pop(key).body)


def asked(body: Any) -> Mapping[str, Any]:
    """The push's body as an object. Refuses `bad_input`."""
    if not isinstance(body, dict):
        raise Refused("bad_input", "")
    return body
