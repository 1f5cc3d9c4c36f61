"""What a summary looks at: whose rows, which days, and which of those months were closed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any, Self
from uuid import UUID

from django.db.models import F, Lookup

from cadres.models import ClosedMonth, Unit
from cadres.units import ancestors, within
from fieldapi.calendar import Month
from households.models import HouseholdChange

DAY = timedelta(days=1)
NO_CATEGORY = "-"


@dataclass(frozen=True)
class Scope:
    """Rows of a unit with all below it (or `own`: of the unit itself only), of one office, cadre or category."""

    unit: str
    # Of the unit and everything below it; of the unit alone for its own rows. None where the rows are found by
    # something else first, as those of one cadre are.
    codes: tuple[str, ...]
    office: UUID | None = None
    cadre: UUID | None = None
    category: str | None = None  # `NO_CATEGORY`: only what has none

    @classmethod
    def of(cls, unit: str, *, own: bool = False, **narrowed: Any) -> Self:
        """Without codes where there is no such unit."""
        codes = Unit.objects.filter(code=unit) if own else Unit.objects.within(unit)
        return cls(unit, tuple(codes.order_by("code").values_list("code", flat=True)), **narrowed)

    @property
    def own(self) -> bool:
        return self.codes == (self.unit,)

    @cached_property
    def listed(self) -> str:
        """The codes as PostgreSQL writes an array: digits need no quotes."""
        return f"{{{','.join(self.codes)}}}"

    def holds(self, column: str) -> "Among":
        """A condition: the unit code in `column` lies in this scope."""
        return Among(F(column), self)


class Among(Lookup[Any]):
    """A unit code of a scope.

    PostgreSQL is told every code: an index on (unit, day) then leads straight to these days of each unit, where
    a range of codes would walk through all the years between.
    """

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        code, params = self.process_lhs(compiler, connection)
        bounds = within(self.rhs.unit)
        if self.rhs.own:
            return f"{code} = %s", [*params, self.rhs.unit]
        return f"({code} >= %s AND {code} < %s)", [*params, bounds["unit__gte"], *params, bounds["unit__lt"]]

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        if not self.rhs.codes:
            return self.as_sql(compiler, connection)
        code, params = self.process_lhs(compiler, connection)
        return f"{code} = ANY(%s)", [*params, self.rhs.listed]


@dataclass(frozen=True)
class Stretch:
    """Days looked at together. `closed` lists the units of the scope whose records of these months are frozen."""

    first: date
    last: date
    today: date
    of_month: bool = True  # else days of any length, in which late rows stand on their own day
    closed: tuple[str, ...] = ()
    all_closed: bool = False

    @cached_property
    def moved_since(self) -> bool:
        """Whether any household lives elsewhere now than at the end of these days. One query, and no more."""
        return self.over and HouseholdChange.objects.filter(verb="move", on__gt=self.last).exists()

    @property
    def over(self) -> bool:
        """Whether the last day is over."""
        return self.last < self.today

    @cached_property
    def open_from(self) -> date:
        """The first day that is not yet over at the stretch's end."""
        return min(self.last + DAY, self.today)


@dataclass(frozen=True)
class Window:
    """A scope and its days, in stretches from the earliest on."""

    scope: Scope
    stretches: tuple[Stretch, ...]
    with_added: bool = False  # the year to date: what was added after closing counts with the rest

    @property
    def closed(self) -> bool:
        return all(stretch.all_closed for stretch in self.stretches)


def month_window(scope: Scope, month: Month, today: date) -> Window:
    return Window(scope, tuple(_stretches(scope.unit, [month], today)))


def year_window(scope: Scope, month: Month, today: date) -> Window:
    """From January to `month`, each month as it counted, and what was added later."""
    months = [Month(month.first.replace(month=number)) for number in range(1, month.first.month + 1)]
    return Window(scope, tuple(_stretches(scope.unit, months, today)), with_added=True)


def days_window(scope: Scope, first: date, last: date, today: date) -> Window:
    return Window(scope, (Stretch(first, last, today, of_month=False),))


def _stretches(unit: str, months: list[Month], today: date) -> Iterator[Stretch]:
    """The months, those next to each other with the same closings taken together. At most two queries."""
    closings = _closings(unit, months)
    for closed, alike in groupby(months, key=closings.__getitem__):
        together = list(alike)
        yield Stretch(
            together[0].first,
            together[-1].last,
            today,
            closed=closed,
            all_closed=unit in closed,
        )


def _closings(unit: str, months: list[Month]) -> dict[Month, tuple[str, ...]]:
    """For each month the highest closed units in the subtree of `unit`; `unit` itself when it is closed with all."""
    asked = ClosedMonth.objects.filter(month__in=[month.first for month in months])
    whole = set(asked.filter(unit__in=ancestors(unit)).values_list("month", flat=True))
    parts: dict[date, set[str]] = {}
    if len(whole) < len(months):
        below = asked.filter(**within(unit)).exclude(month__in=whole)
        for code, first in below.values_list("unit", "month"):
            parts.setdefault(first, set()).add(code)
    return {
        month: (unit,) if month.first in whole else _highest(parts.get(month.first, ())) for month in months
    }


def _highest(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes that have none of the others above them."""
    found: list[str] = []
    for code in sorted(codes):
        if not found or not code.startswith(found[-1]):
            found.append(code)
    return tuple(found)
