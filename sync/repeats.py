"""Rows that a push brings again just as they came: known by a fingerprint, neither read nor judged anew.

After a lost answer a phone sends all of it again, mostly letter by letter. What differs in a letter, or came by another
way, is compared column by column (see `sameness.py`).
"""

from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from django.db import connection

from cadres.models import User
from fieldapi.ids import SHAPE
from fieldapi.json import dumps
from sync.known import SOURCES, one_of
from sync.parcels import FlatRow


def fingerprint(by: User, said: Any) -> str:
    """128 bits of what a user sent as a row, in hexadecimal digits."""
    return blake2b(by.pk.bytes + dumps(said), digest_size=16).hexdigest()


def brought_again(rows: Iterable[FlatRow]) -> list[FlatRow]:
    """Those of the rows that stand as they were sent, and that nothing waits for; the others learn if they are new.

    Of the large tables only: rows of the others hold no fingerprint. One statement, or none.
    """
    known = [row for row in rows if row.fingerprint and isinstance(row.id, str) and SHAPE.fullmatch(row.id)]
    standing, awaited = _look(known)
    again = []
    for row in known:
        digits = _digits(row.id)
        held = standing.get((row.table, digits))
        row.is_new = held is None and digits not in awaited
        if held == row.fingerprint and digits not in awaited:
            again.append(row)
    return again


def _look(rows: Iterable[FlatRow]) -> tuple[dict[tuple[str, str], str], set[str]]:
    """The fingerprints under the ids of rows that are here, by table and id ("" for none); ids that others wait for."""
    ids: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        ids[row.table].add(_digits(row.id))
    if not ids:
        return {}, set()
    parts, values = [], []
    for table, asked in [*ids.items(), ("awaited", set().union(*ids.values()))]:
        source, key = SOURCES[table]
        held = "NULL" if table == "awaited" else "fingerprint"
        condition, sent = one_of(key, "uuid", list(asked))
        parts.append(
            f"SELECT '{table}', CAST({key} AS text), CAST({held} AS text) FROM {source} WHERE {condition}"
        )
        values += sent
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        found = [(table, _digits(key), _digits(held or "")) for table, key, held in cursor.fetchall()]
    standing = {(table, key): held for table, key, held in found if table != "awaited"}
    return standing, {key for table, key, _ in found if table == "awaited"}


def _digits(written: str) -> str:
    return written.replace("-", "")
