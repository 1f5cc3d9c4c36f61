"""A pull: what one user's phone must change to hold the working set of today."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cadres.models import User
from fieldapi import clock
from sync.feed.candidates import MOST, Keys, candidates
from sync.feed.changes import told_since
from sync.feed.position import Position
from sync.feed.rows import Row, holds, read
from sync.feed.tables import TABLES
from sync.feed.working_set import WorkingSet

RETENTION_DAYS = 90
"""How long changes are remembered: a phone that stays away longer begins anew."""


@dataclass
class Pulled:
    """`updated` and `deleted` by table, the position they lead to, and whether the phone must begin anew."""

    position: Position
    replaces: bool = False
    updated: dict[str, list[Row]] = field(default_factory=dict)
    deleted: dict[str, list[Any]] = field(default_factory=dict)
    holds: dict[str, dict[str, int]] | None = None

    def entries(self) -> Iterator[tuple[str, str, Any]]:
        """(`updated` or `deleted`, table, row or id) one by one."""
        for name, tables in (("updated", self.updated), ("deleted", self.deleted)):
            for table, rows in tables.items():
                for row in rows:
                    yield name, table, row


def pull(
    user: User,
    since: Position | None,
    *,
    anew: bool = False,
    check: bool = False,
    renewed: Iterable[str] = (),
) -> Pulled:
    """What changed since then; everything when there is no `since`, and in place of all the phone has if `anew`.

    `renewed` are tables whose rows are all sent again. Reads one snapshot if inside `one_snapshot`. Four queries when
    nothing has changed, else a number that depends on the tables only.
    """
    pulled = WorkingSet(user, clock.today())
    begins = since is None or anew
    roots, position = told_since(pulled, None if begins else since)
    answer = Pulled(position, replaces=anew)
    if since is not None and not begins and (_cannot_continue(since, position) or "me" in roots):
        begins = answer.replaces = True
    if not begins and since is not None and roots:
        looked_at = candidates(roots, pulled, pulled.on(since.day))
        if sum(map(len, looked_at.values())) > MOST:
            begins = answer.replaces = True
        else:
            _compare(answer, looked_at, pulled)
    for name in TABLES if begins else renewed:
        answer.updated[name] = read(TABLES[name], TABLES[name].all_held(pulled), pulled)
    if check:
        answer.holds = {name: holds(table, pulled) for name, table in TABLES.items()}
    return answer


def _cannot_continue(since: Position, now: Position) -> bool:
    return (
        since.generation != now.generation
        or since.day > now.day
        or since.place > now.place
        or (now.day - since.day).days > RETENTION_DAYS
    )


def _compare(answer: Pulled, looked_at: Keys, pulled: WorkingSet) -> None:
    """Each row looked at is in the working set, or no longer."""
    for name, keys in looked_at.items():
        if keys:
            table = TABLES[name]
            rows = read(table, table.holds(pulled, table.possible(keys)), pulled)
            here = {row["id"] for row in rows}
            answer.updated[name] = rows
            answer.deleted[name] = [key for key in keys if key not in here]


def changes_of(entries: Iterable[tuple[str, str, Any]]) -> Mapping[str, Mapping[str, list[Any]]]:
    """Entries in WatermelonDB's form, every table in it."""
    changes: dict[str, dict[str, list[Any]]] = {
        name: {"created": [], "updated": [], "deleted": []} for name in TABLES
    }
    for name, table, row in entries:
        changes[table][name].append(row)
    return changes
