"""A push: every row gets its verdict, and what is refused is kept."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from cadres.models import User
from fieldapi import clock
from fieldapi.errors import Fault, Refused
from fieldapi.ids import SHAPE, parse_id
from sync.door import receive
from sync.feed.tables import TABLES
from sync.intake import CONFLICT, CREATED, REFUSED, SAME, WAITING, Verdict
from sync.known import is_here, look_up
from sync.parcels import FlatRow, Parcel, alone, in_stages, parcelled
from sync.quarantine import NAMED_BY_ADDRESS, Turned, keep_all
from sync.reading import Bundle, read_bundle
from sync.repeats import brought_again, fingerprint
from sync.waiting import PHONE_MADE

DELETED = {"deleted": True}
"""What is kept of a row that a phone wants deleted."""


@dataclass
class Result:
    """What became of one row."""

    row: FlatRow
    outcome: str
    refused: Refused | None = None
    pointer: str = ""  # where the row stands in what was refused
    ignored: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"table": self.row.table, "id": self.row.id, "outcome": self.outcome}
        if self.refused:
            told["problem"] = self._problem(self.refused)
        if self.ignored:
            told["ignored_fields"] = self.ignored
        return told

    def _problem(self, refused: Refused) -> dict[str, Any]:
        """Pointers are into the row itself; a row without a fault falls with the row it goes with."""
        own = [
            Fault(fault.pointer.removeprefix(self.pointer), fault.code, fault.detail)
            for fault in refused.errors
            if fault.pointer == self.pointer or fault.pointer.startswith(f"{self.pointer}/")
        ]
        code = refused.code if own or not self.pointer else "falls_with_visit"
        return Refused(code, errors=own, detail=refused.detail, **refused.facts).problem()


class Push:
    """One push of one user on one phone."""

    def __init__(self, by: User, device: UUID | None, said: Any):
        self.by, self.device, self.said = by, device, said
        self.results: dict[int, Result] = {}  # by the row's identity: one for each
        self.turned: list[tuple[Turned, list[Result]]] = []
        self.clock_offset: timedelta | None = None  # as in a verdict

    def take(self, rows: Sequence[FlatRow]) -> list[Result]:
        """A result for each row, in their order. The number of statements depends on the tables, not on the rows."""
        writable = []
        for row in rows:
            if row.table not in TABLES:
                self._turn(row, REFUSED, Refused("table_unknown", "", table=row.table))
            elif row.is_deletion or not TABLES[row.table].written_by_phones:
                writable.append(row)
        self._refuse_changes(writable)
        self._pass_over_repeats([row for row in rows if id(row) not in self.results])
        self._create([row for row in rows if id(row) not in self.results])
        self._keep()
        return [self.results[id(row)] for row in rows]

    def _pass_over_repeats(self, rows: Sequence[FlatRow]) -> None:
        for row in rows:
            if row.table in PHONE_MADE:
                row.fingerprint = fingerprint(self.by, row.said)
        for row in brought_again(rows):
            self._settle(Result(row, SAME))

    def _refuse_changes(self, rows: Sequence[FlatRow]) -> None:
        """Deletions, and rows of tables phones only read. To delete what is not here is to leave it so."""
        here = _here(row for row in rows if row.is_deletion)
        for row in rows:
            if row.is_deletion and str(row.id) not in here[row.table]:
                self._settle(Result(row, SAME))
            else:
                self._turn(row, CONFLICT, Refused("phones_only_create", ""))

    def _create(self, rows: Sequence[FlatRow]) -> None:
        """A row that comes twice with the same content is judged once; with another, after the first."""
        first: dict[tuple[str, str], FlatRow] = {}
        twice: list[FlatRow] = []
        again: list[FlatRow] = []
        for row in rows:
            standing = first.setdefault(row.key, row)
            if standing is not row:
                (twice if standing.said == row.said else again).append(row)
        self._judge(parcelled(first.values()))
        for row in again:
            self._judge([alone(row)])
        for row in twice:
            like = self.results[id(first[row.key])]
            outcome = SAME if like.outcome == CREATED else like.outcome
            self._settle(Result(row, outcome, like.refused, like.pointer, like.ignored))

    def _judge(self, parcels: Sequence[Parcel]) -> None:
        links: list[FlatRow] = []
        for stage in in_stages(parcels):
            links += self._stage(stage)
        if links:  # of rows that stood already
            self._stage([alone(row) for row in links])

    def _stage(self, parcels: Sequence[Parcel]) -> list[FlatRow]:
        """Take parcels at once; the links of those that stand already are still to be judged."""
        read: list[tuple[Parcel, Bundle]] = []
        for parcel in parcels:
            try:
                read.append((parcel, self._read(parcel)))
            except Refused as refused:
                self._refuse(parcel, refused)
        verdicts = receive(self.by, self.device, [bundle for _, bundle in read]) if read else []
        left = []
        for (parcel, _), verdict in zip(read, verdicts, strict=True):
            self.clock_offset = self.clock_offset or verdict.clock_offset
            if verdict.refused is not None:
                self._refuse(parcel, verdict.refused)
            else:
                self._accept(parcel, verdict)
                left += parcel.links if _leaves_links(verdict) else []
        return left

    def _read(self, parcel: Parcel) -> Bundle:
        parse_id(parcel.row.id, "/id")
        name, body = NAMED_BY_ADDRESS.get(parcel.row.table), parcel.body
        parent = {}
        if name and isinstance(body, dict):
            parent[name] = parse_id(body.get(name), f"/{name}")
        bundle = read_bundle(
            self.by, parcel.row.table, parcel.row.id, body, parent, self.said, links_apart=True
        )
        bundle.fingerprints = {pointer: row.fingerprint for row, pointer in parcel.rows if row.fingerprint}
        bundle.is_new = all(row.is_new for row, _ in parcel.rows)
        return bundle

    def _accept(self, parcel: Parcel, verdict: Verdict) -> None:
        ignored = {row.pointer: list(row.ignored) for row in verdict.bundle.rows if row.ignored}
        for row, pointer in parcel.rows:
            outcome = verdict.outcome
            if outcome != WAITING:
                outcome = CREATED if pointer in verdict.made else SAME
            self._settle(Result(row, outcome, ignored=ignored.get(pointer, [])))
        if not _leaves_links(verdict):
            waiting = {str(aside.row_id) for aside in verdict.rows.links_aside}
            for row in parcel.links:
                waits = verdict.outcome == WAITING or row.id in waiting
                self._settle(Result(row, WAITING if waits else CREATED))

    def _refuse(self, parcel: Parcel, refused: Refused) -> None:
        """The parcel falls as one. A part that stands with other content under its id is a conflict of its own."""
        differing = {fault.pointer for fault in refused.errors if fault.code == "content_differs"}
        told = []
        for row, pointer in parcel.rows:
            if pointer and pointer in differing:
                self._turn(row, CONFLICT, Refused("content_differs", ""))
            else:
                told.append(Result(row, CONFLICT if pointer in differing else REFUSED, refused, pointer))
        told += [Result(row, REFUSED, refused, "/link_ids") for row in parcel.links]
        self._turn_away(parcel.row, parcel.body, refused, told)

    def _turn(self, row: FlatRow, outcome: str, refused: Refused) -> None:
        body = DELETED if row.is_deletion else alone(row).body if row.table in TABLES else row.said
        self._turn_away(row, body, refused, [Result(row, outcome, refused)])

    def _turn_away(self, row: FlatRow, body: Any, refused: Refused, results: list[Result]) -> None:
        if self.said and isinstance(body, dict):
            body = {**body, "device": self.said}
        self.turned.append((Turned(row.table, row.id, body, refused), results))
        for result in results:
            self._settle(result)

    def _settle(self, result: Result) -> None:
        self.results[id(result.row)] = result

    def _keep(self) -> None:
        if self.turned:
            entries = keep_all(self.by, self.device, [turned for turned, _ in self.turned], clock.now())
            for (turned, results), entry in zip(self.turned, entries, strict=True):
                turned.refused.facts["quarantine"] = entry.pk
                if entry.taken_as is not None and is_here(entry.table, entry.taken_as):
                    for result in results:  # this content has come to stand, corrected
                        result.outcome, result.refused = SAME, None


def _leaves_links(verdict: Verdict) -> bool:
    """The links that came with a row are judged alone: it is here already, perhaps without them."""
    return verdict.outcome == SAME or verdict.links_left


def rejected(results: Iterable[Result]) -> dict[str, list[Any]]:
    """What the phone keeps and offers again, in WatermelonDB's form."""
    listed = defaultdict(list)
    for result in results:
        if result.outcome == REFUSED:
            listed[result.row.table].append(result.row.id)
    return dict(listed)


def _here(rows: Iterable[FlatRow]) -> dict[str, set[str]]:
    """By table, the ids that stand or wait."""
    asked = defaultdict(set)
    for row in rows:
        if isinstance(row.id, str) and SHAPE.fullmatch(row.id):
            asked[row.table].add(UUID(row.id))
    here: dict[str, set[str]] = defaultdict(set)
    for table, ids in asked.items():
        model, key = TABLES[table].model, TABLES[table].key
        if key != "code":
            found = model._default_manager.filter(**{f"{key}__in": ids}).values_list(key, flat=True)
            here[table] |= {str(pk) for pk in found}
    waiting = look_up({"waiting": set().union(*asked.values())}) if asked else {}
    for table, ids in asked.items():
        here[table] |= {str(pk) for pk in ids & waiting.get("waiting", set())}
    return here
