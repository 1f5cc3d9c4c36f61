"""Works figures out: one statement counts the records of every list, one more those that tell keys apart.

What is told only where it is asked for has a statement of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import CharField, Count, Sum, Value

from reports.figures import FIGURES, OPTIONAL, Figure
from reports.grouping import TOGETHER, Grouping, rate
from reports.keys import keys_counted
from reports.lists import Part, RecordList, Rows, Untold
from reports.statements import Statement, rows_of
from reports.windows import Window

Figures = Sequence[Figure]
COUNTED: dict[str, Figures] = {
    include: [figure for figure in FIGURES if figure.counted and figure.include == include]
    for include in ("", *OPTIONAL)
}
"""The figures that are found by counting rows, by what they are included with."""
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


ONE_GROUP = Value(TOGETHER, CharField())


def work_out(window: Window, by: Grouping | None = None, include: Iterable[str] = ()) -> dict[Any, Values]:
    """Every figure's value, by group (the one group TOGETHER without `by`). Groups without any row are missing."""
    found: dict[Any, Values] = defaultdict(dict)
    for name in ("", *(name for name in OPTIONAL if name in include)):
        rows = _cells(COUNTED[name], window, by) if by else rows_of(STATEMENTS[name], window)
        _reduce(COUNTED[name], rows, found)
    for name, values in keys_counted(window, by):
        for group, value in values.items():
            found[group][name] = value
    return found


def work_out_some(figures: Figures, window: Window, by: Grouping) -> dict[Any, Values]:
    """The values of figures that are found by counting rows. One statement."""
    found: dict[Any, Values] = defaultdict(dict)
    _reduce(figures, _cells(figures, window, by), found)
    return found


def _reduce(figures: Figures, rows: Iterable[tuple[Any, ...]], found: dict[Any, Values]) -> None:
    cells: dict[Any, list[Cell]] = defaultdict(list)
    for row in rows:
        cell = Cell(*row)
        cells[cell.group].append(cell)
    for group, of_group in cells.items():
        for figure in figures:
            found[group][figure.name] = _reduced(figure, _concerning(figure, of_group))


def nothing(figure: Figure) -> Any:
    """A figure's value where there are no rows."""
    if figure.by:
        return dict.fromkeys(figure.each, 0)
    return None if figure.may_be_none else 0


def _statement(figures: Figures, window: Window) -> Statement:
    sql, values = _cells(figures, window).query.get_compiler(connection=connection).as_sql()
    return sql, list(values)


STATEMENTS = {include: partial(_statement, figures) for include, figures in COUNTED.items()}


def _cells(figures: Figures, window: Window, by: Grouping | None = None) -> Rows:
    """Every list that a figure needs, counted in one statement. Lists with added rows only where these count."""
    asked = {(each.name, figure.added): each for figure in figures for each in figure.lists}
    arms = [
        _counting(part, each, by, added, _apart(each, figures))
        for (_, added), each in asked.items()
        for part in each.parts(window, added=added)
    ]
    return arms[0].union(*arms[1:], all=True)


def _apart(of: RecordList, figures: Figures) -> set[str]:
    """The facts by which a list's rows must be told apart to work its figures out."""
    mine = [figure for figure in figures if of in figure.lists]
    told = {name.partition("__")[0] for figure in mine for name in figure.where}
    by = {figure.by for figure in mine if figure.by}
    return told | by | {REDUCED_BY[figure.how] for figure in mine if figure.how in REDUCED_BY}


def _counting(part: Part, of: RecordList, by: Grouping | None, added: bool, apart: set[str]) -> Rows:
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
