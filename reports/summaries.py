"""The monthly summary: every figure of the catalogue, put where the contract has it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from django.utils.translation import get_language

from cadres.models import Unit, User
from cadres.units import LEVELS
from fieldapi.calendar import Month
from opinions.models import Category
from reports.counting import Values, nothing, work_out
from reports.figures import FIGURES, NONE_GIVEN, Figure
from reports.grouping import BY_CADRE, TOGETHER, by_child
from reports.windows import DAY, Scope, Window, days_window, month_window, year_window

STATES = ("open", "closed")
INCLUDES = ("previous", "year_to_date", "by_unit", "by_cadre")


@dataclass(frozen=True)
class Period:
    """What a summary is asked for: a month, or any days (then `month` is None); or the year up to their end."""

    first: date
    last: date
    month: Month | None = None
    of_year: bool = False

    @classmethod
    def of_month(cls, month: Month) -> Self:
        return cls(month.first, month.last, month)

    @property
    def preceding(self) -> Self:
        """The month before; for days, as many days right before."""
        if self.month:
            return self.of_month(self.month.preceding)
        return type(self)(self.first - (self.last - self.first) - DAY, self.first - DAY)

    @property
    def year_to_date(self) -> Self:
        return replace(self, first=self.last.replace(month=1, day=1), of_year=True)

    def window(self, scope: Scope, today: date) -> Window:
        if self.month is None:
            return days_window(scope, self.first, self.last, today)
        return (year_window if self.of_year else month_window)(scope, self.month, today)

    def as_json(self) -> dict[str, str]:
        if self.month and not self.of_year:
            return {"month": str(self.month)}
        return {"from": str(self.first), "to": str(self.last)}


def summary_of(scope: Scope, period: Period, today: date, include: tuple[str, ...] = ()) -> dict[str, Any]:
    """A summary as the contract shows it. What is not included is empty.

    Statements: 2 to 5 for the figures, as many again for `previous` and `year_to_date`; a dozen by unit or cadre.
    """
    names = _category_names()
    window = period.window(scope, today)
    unit = Unit.objects.only("code", "name").get(code=scope.unit)
    return {
        "unit": {"code": unit.code, "name": unit.name},
        **_dated(period, window),
        **_figures(window, names),
        "previous": _other(period.preceding, scope, today, names) if "previous" in include else {},
        "year_to_date": _other(period.year_to_date, scope, today, names) if "year_to_date" in include else {},
        "by_unit": list(_by_unit(window, names)) if "by_unit" in include else [],
        "by_cadre": list(_by_cadre(window, names)) if "by_cadre" in include else [],
    }


def _other(period: Period, scope: Scope, today: date, names: Mapping[str, str]) -> dict[str, Any]:
    window = period.window(scope, today)
    return {**_dated(period, window), **_figures(window, names)}


def _dated(period: Period, window: Window) -> dict[str, Any]:
    return {**period.as_json(), "state": STATES[window.closed]}


def _figures(window: Window, names: Mapping[str, str]) -> dict[str, Any]:
    return placed(work_out(window).get(TOGETHER, {}), names)


def _by_unit(window: Window, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Every unit right below, then the rows of the unit itself, if there are any: together they are the whole."""
    scope, grouping = window.scope, by_child(window.scope.unit)
    values = work_out(window, grouping)
    below = Unit.objects.filter(code__in=scope.codes, level=LEVELS[grouping.length]).exclude(code=scope.unit)
    for code, name in below.order_by("code").values_list("code", "name"):
        yield {"unit": {"code": code, "name": name}, "own": False, **placed(values.get(code, {}), names)}
    if scope.unit in values:
        name = Unit.objects.get(code=scope.unit).name
        yield {"unit": {"code": scope.unit, "name": name}, "own": True, **placed(values[scope.unit], names)}


def _by_cadre(window: Window, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Everybody with a row in the window. Tasks without a handler are nobody's."""
    values = work_out(window, BY_CADRE)
    people = User.objects.filter(pk__in=[pk for pk in values if pk]).order_by("unit", "full_name", "id")
    for pk, name, unit in people.values_list("pk", "full_name", "unit"):
        yield {
            "cadre": {"id": str(pk), "full_name": name, "unit": unit},
            **placed(values[pk], names),
        }


def placed(values: Values, names: Mapping[str, str]) -> dict[str, Any]:
    """`visits.total` becomes {"visits": {"total": …}}."""
    placed: dict[str, Any] = {}
    for figure in FIGURES:
        *above, last = figure.name.split(".")
        place = placed
        for name in above:
            place = place.setdefault(name, {})
        place[last] = _shown(figure, values.get(figure.name, nothing(figure)), names)
    return placed


def _shown(figure: Figure, value: Any, names: Mapping[str, str]) -> Any:
    if figure.by != "category":
        return value
    listed = sorted(value.items(), key=lambda item: (-item[1], item[0] or ""))
    return [{"category": code, "name": names.get(code or NONE_GIVEN, ""), "count": n} for code, n in listed]


def _category_names() -> dict[str, str]:
    english = (get_language() or "").startswith("en")
    rows = Category.objects.values_list("code", "name", "name_en")
    return {code: english_name if english and english_name else name for code, name, english_name in rows}
