"""Figures that count different households, cadres or villages."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Length, Substr

from cadres.models import Unit
from reports.figures import FIGURES
from reports.grouping import TOGETHER, Grouping, rate
from reports.lists import Part, RecordList, Rows
from reports.statements import Statement, rows_of
from reports.windows import Window

VILLAGE_LENGTH = 12  # of its code
KEYED = tuple(figure for figure in FIGURES if not figure.counted)
Lists = tuple[RecordList, ...]
Asked = dict[tuple[str, Lists], RecordList | None]


def keys_counted(window: Window, by: Grouping | None) -> Iterator[tuple[str, dict[Any, Any]]]:
    """Each figure's name, and its value by group. One statement without `by`; else one for each set of keys."""
    asked = _asked()
    if by is None:
        rows = rows_of(_statement, window)
        sizes = {told: {TOGETHER: size} for told, (_, size, _) in zip(asked, rows, strict=True)}
        shared = {told: {TOGETHER: both} for told, (_, _, both) in zip(asked, rows, strict=True)}
    else:
        named = {told: _by_group(*told, window, by) for told in asked}
        sizes = {told: _sizes(keys) for told, keys in named.items()}
        shared = {
            told: _sizes(named[told] & named[told[0], (among,)]) for told, among in asked.items() if among
        }
    for figure in KEYED:
        told = figure.key, figure.lists
        if figure.among is None:
            yield figure.name, sizes[told]
        else:
            whole = sizes[figure.key, (figure.among,)]
            yield figure.name, {group: rate(shared[told].get(group, 0), whole[group]) for group in whole}


def _asked() -> Asked:
    """Each set of keys that a figure needs, once; and in which other list's keys it is looked for."""
    asked: Asked = {}
    for figure in KEYED:
        told = figure.key, figure.lists
        asked[told] = figure.among or asked.get(told)
        if figure.among:
            asked.setdefault((figure.key, (figure.among,)), None)
    return asked


def _statement(window: Window) -> Statement:
    """A row for each set of keys: its place, how many there are, and how many of them the other list names too."""
    arms: list[str] = []
    values: list[Any] = []
    for (key, lists), among in _asked().items():
        both = "0"
        if among:
            others, more = _written(_named(key, (among,), window))
            both = f'COUNT("key") FILTER (WHERE "key" IN ({others}))'
            values += more
        named, more = _written(_named(key, lists, window))
        values += more
        arms.append(f"SELECT {len(arms)}, COUNT(*), {both} FROM ({named}) AS named")
    return f"{' UNION ALL '.join(arms)} ORDER BY 1", values


def _written(rows: Rows) -> Statement:
    sql, values = rows.query.get_compiler(connection=connection).as_sql()
    return sql, list(values)


def _named(key: str, lists: Lists, window: Window) -> Rows:
    """The different keys that the records of some lists name, as `key`."""
    parts = _ordinary(lists, window)
    if key == "village":
        return _villages(parts, window)
    arms = [
        part.rows.annotate(key=part.fact(key)).filter(key__isnull=False).values_list("key") for part in parts
    ]
    return arms[0].union(*arms[1:]) if len(arms) > 1 else arms[0].distinct()


def _villages(parts: Iterable[Part], window: Window) -> Rows:
    """Asked unit by unit: an index tells of each of the scope's few whether it has any row."""
    named = Q()
    for part in parts:
        named |= Q(Exists(part.rows.annotate(of=part.fact("unit")).filter(of=OuterRef("pk"))))
    units = Unit.objects.filter(window.scope.holds("code"), named).annotate(length=Length("pk"))
    below = units.filter(length__gte=VILLAGE_LENGTH).annotate(key=Substr("pk", 1, VILLAGE_LENGTH))
    return below.values_list("key").distinct()


def _by_group(key: str, lists: Lists, window: Window, by: Grouping) -> set[tuple[Any, Any]]:
    """(group, key)"""
    fact = "unit" if key == "village" else key
    arms = [
        part.rows.annotate(in_group=by.of(part), key=part.fact(fact))
        .filter(key__isnull=False)
        .values_list("in_group", "key")
        for part in _ordinary(lists, window)
    ]
    named = set(arms[0].union(*arms[1:]) if len(arms) > 1 else arms[0].distinct())
    if key != "village":
        return named
    return {(group, unit[:VILLAGE_LENGTH]) for group, unit in named if len(unit) >= VILLAGE_LENGTH}


def _sizes(named: set[tuple[Any, Any]]) -> dict[Any, int]:
    return Counter(group for group, _ in named)


def _ordinary(lists: Lists, window: Window) -> list[Part]:
    return [part for each in lists for part in each.parts(window, added=False)]
