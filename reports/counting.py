"""Works figures out: one statement counts the records of every list, one more for each figure that tells keys apart."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import CharField, Count, Exists, OuterRef, Q, Sum, Value
from django.db.models.functions import Substr

from cadres.models import Unit
from cadres.units import LENGTHS
from reports.figures import Figure
from reports.lists import Part, RecordList, Rows, Untold
from reports.windows import Window

DECIMALS = 4
VILLAGE_LENGTH = 12  # of its code
TOGETHER = ""  # the one group of figures that are not grouped
Values = dict[str, Any]  # by the figure's name; a figure `by` has a dict by kind or category


class Cell(NamedTuple):
    """Rows of one list that are alike, counted. Facts by which no figure tells rows apart are None."""

    list: str
    added: bool
    group: Any
    kind: str | None
    category: str | None
    number: int | None
    marked: bool | None
    rows: int
    total: int | None  # of their numbers

    def is_like(self, where: dict[str, Any]) -> bool:
        for name, wanted in where.items():
            fact, _, test = name.partition("__")
            found = getattr(self, fact)
            if (found is None) is not wanted if test == "isnull" else found != wanted:
                return False
        return True


REDUCED_BY = {"mean": "number", "rate": "marked"}
TOLD_APART = ("kind", "category", "number", "marked")


@dataclass(frozen=True)
class Grouping:
    """Figures worked out for each child unit or each cadre at once."""

    fact: str
    length: int = 0  # of the child units' codes

    def of(self, part: Part) -> Any:
        """The group of a part's rows."""
        told = part.fact(self.fact)
        return Substr(told, 1, self.length) if self.length else told


ONE_GROUP = Value(TOGETHER, CharField())


def by_child(unit: str) -> Grouping:
    """By the units right below `unit`; rows of `unit` itself are under its own code."""
    return Grouping("unit", next((length for length in LENGTHS if length > len(unit)), len(unit)))


BY_CADRE = Grouping("cadre")


def work_out(figures: Collection[Figure], window: Window, by: Grouping | None = None) -> dict[Any, Values]:
    """The figures' values, by group (the one group TOGETHER without `by`). Groups without any row are missing.

    One statement, and one for each different set of keys to be counted.
    """
    found: dict[Any, Values] = defaultdict(dict)
    counted = [figure for figure in figures if figure.counted]
    cells: dict[Any, list[Cell]] = defaultdict(list)
    for cell in _cells(counted, window, by):
        cells[cell.group].append(cell)
    for group, of_group in cells.items():
        for figure in counted:
            found[group][figure.name] = _reduced(figure, _concerning(figure, of_group))
    for name, values in _told_apart([figure for figure in figures if not figure.counted], window, by):
        for group, value in values.items():
            found[group][name] = value
    return found


def rate(part: float, whole: int) -> float | None:
    """Four decimals; None when there is nothing to divide by."""
    return round(part / whole, DECIMALS) if whole else None


def nothing(figure: Figure) -> Any:
    """A figure's value where there are no rows."""
    if figure.by:
        return dict.fromkeys(figure.each, 0)
    return None if figure.may_be_none else 0


def _cells(figures: list[Figure], window: Window, by: Grouping | None) -> Iterable[Cell]:
    """Every list that a figure needs, counted in one statement. Lists with added rows only where these count."""
    asked = {(each.name, figure.added): each for figure in figures for each in figure.lists}
    arms = [
        _counting(part, each, _apart(figures, each), by, added)
        for (_, added), each in asked.items()
        for part in each.parts(window, added=added)
    ]
    return (Cell(*row) for row in arms[0].union(*arms[1:], all=True)) if arms else ()


def _apart(figures: Iterable[Figure], of: RecordList) -> set[str]:
    """The facts by which a list's rows must be told apart to work these figures out."""
    mine = [figure for figure in figures if of in figure.lists]
    told = {name.partition("__")[0] for figure in mine for name in figure.where}
    by = {figure.by for figure in mine if figure.by}
    return told | by | {REDUCED_BY[figure.how] for figure in mine if figure.how in REDUCED_BY}


def _counting(part: Part, of: RecordList, apart: set[str], by: Grouping | None, added: bool) -> Rows:
    """The rows of a part, those alike counted together: one arm of the statement."""
    told = {
        "cell_list": Value(of.name, CharField()),
        "cell_added": Value(added),
        "cell_group": by.of(part) if by else ONE_GROUP,
        **{f"cell_{name}": part.fact(name) if name in apart else Untold(name) for name in TOLD_APART},
    }
    total = Sum(part.fact("number")) if "number" in part.facts else Untold("number")
    return part.rows.annotate(**told).values_list(*told).annotate(cell_rows=Count("*"), cell_total=total)


def _concerning(figure: Figure, cells: list[Cell]) -> list[Cell]:
    names = {each.name for each in figure.lists}
    return [
        cell
        for cell in cells
        if cell.list in names and bool(cell.added) is figure.added and cell.is_like(figure.where)
    ]


def _reduced(figure: Figure, cells: list[Cell]) -> Any:
    rows = sum(cell.rows for cell in cells)
    match figure.how:
        case "sum":
            return sum(cell.total or 0 for cell in cells)
        case "mean":
            numbered = sum(cell.rows for cell in cells if cell.number is not None)
            return rate(sum(cell.total or 0 for cell in cells), numbered)
        case "rate":
            return rate(sum(cell.rows for cell in cells if cell.marked), rows)
    if not figure.by:
        return rows
    numbers = Counter(dict.fromkeys(figure.each, 0))
    for cell in cells:
        numbers[getattr(cell, figure.by)] += cell.rows
    return dict(numbers)


def _told_apart(
    figures: list[Figure], window: Window, by: Grouping | None
) -> Iterator[tuple[str, dict[Any, Any]]]:
    """The figures that count different keys. What a share needs is counted once, with its numerator."""
    sizes: dict[tuple[str, tuple[RecordList, ...]], dict[Any, int]] = {}
    for figure in sorted(figures, key=lambda figure: figure.among is None):
        parts = _ordinary(figure.lists, window)
        if figure.among:
            among = (figure.among,)
            whole = sizes[figure.key, among] = _different(figure.key, _ordinary(among, window), by)
            named, both = _shared(figure.key, parts, _ordinary(among, window), by)
            sizes[figure.key, figure.lists] = named
            yield figure.name, {group: rate(both.get(group, 0), count) for group, count in whole.items()}
        elif figure.key == "village":
            yield figure.name, _villages(parts, window, by)
        else:
            asked = (figure.key, figure.lists)
            yield figure.name, sizes[asked] if asked in sizes else _different(figure.key, parts, by)


def _ordinary(lists: Iterable[RecordList], window: Window) -> list[Part]:
    return [part for each in lists for part in each.parts(window, added=False)]


def _villages(parts: list[Part], window: Window, by: Grouping | None) -> dict[Any, int]:
    """How many different villages the parts name, by group."""
    named = _units(parts, window, by) if by is None else _united("unit", parts, by, grouped=True)
    villages = {(group, unit[:VILLAGE_LENGTH]) for group, unit in named if len(unit) >= VILLAGE_LENGTH}
    return Counter(group for group, _ in villages)


def _units(parts: list[Part], window: Window, by: Grouping | None) -> Rows:
    """The same as `_united` for units: an index tells of each of the scope's few whether it has any row."""
    named = Q()
    for part in parts:
        named |= Q(Exists(part.rows.annotate(of=part.fact("unit")).filter(of=OuterRef("pk"))))
    rows = Unit.objects.filter(named, pk__in=window.scope.codes)
    return rows.annotate(in_group=ONE_GROUP).values_list("in_group", "pk")


def _different(key: str, parts: list[Part], by: Grouping | None) -> dict[Any, int]:
    """How many different keys the parts name, by group."""
    if by is None:
        return {TOGETHER: _united(key, parts, by).count()}
    return Counter(group for group, _ in _united(key, parts, by, grouped=True))


def _shared(
    key: str, parts: list[Part], among: list[Part], by: Grouping | None
) -> tuple[dict[Any, int], dict[Any, int]]:
    """How many different keys the parts name, and how many of those `among` names too."""
    if by is None and len(parts) == 1:
        too = Q(key__in=_united(key, among, by))
        sizes = _united(key, parts, by).aggregate(named=Count("*"), both=Count("key", filter=too))
        return {TOGETHER: sizes["named"]}, {TOGETHER: sizes["both"]}
    named, others = (set(_united(key, each, by, grouped=True)) for each in (parts, among))
    return Counter(group for group, _ in named), Counter(group for group, _ in named & others)


def _united(key: str, parts: list[Part], by: Grouping | None, *, grouped: bool = False) -> Rows:
    """The different keys, with `grouped` as (group, key)."""
    arms = []
    for part in parts:
        told = {"in_group": by.of(part) if by else ONE_GROUP} if grouped else {}
        named = part.rows.annotate(**told, key=part.fact(key)).filter(key__isnull=False)
        arms.append(named.values_list(*told, "key"))
    return arms[0].union(*arms[1:]) if len(arms) > 1 else arms[0].distinct()
