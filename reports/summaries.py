"""The monthly summary: every figure of the catalogue, put where the contract has it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from django.utils.translation import get_language

from cadres.models import Office, Unit, User
from cadres.units import LEVELS
from fieldapi.calendar import Month
from opinions.models import Category
from reports.counting import Values, nothing, work_out, work_out_some
from reports.figures import NONE_GIVEN, OPTIONAL, Figure, told
from reports.grouping import BY_CADRE, BY_CATEGORY, BY_OFFICE, TOGETHER, by_child
from reports.windows import DAY, Scope, Window, days_window, month_window, year_window

STATES = ("open", "closed")
INCLUDES = ("previous", "year_to_date", "by_unit", "by_cadre", "by_office", "by_category", *OPTIONAL)
Include = tuple[str, ...]
Names = Mapping[str, str]


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


def summary_of(scope: Scope, period: Period, today: date, include: Include = ()) -> dict[str, Any]:
    """A summary as the contract shows it. What is not included is empty, or not there.

    Statements: 2 to 5 for the figures, as many again for `previous` and `year_to_date`; a dozen by unit, cadre or
    office; one by category, and one for each optional kind of figure.
    """
    names = _category_names()
    window = period.window(scope, today)
    unit = Unit.objects.only("code", "name").get(code=scope.unit)
    return {
        "unit": {"code": unit.code, "name": unit.name},
        **_dated(period, window),
        **_figures(window, names, include),
        "previous": _other(period.preceding, scope, today, names, include) if "previous" in include else {},
        "year_to_date": (
            _other(period.year_to_date, scope, today, names, include) if "year_to_date" in include else {}
        ),
        **{name: list(by(window, names, include)) if name in include else [] for name, by in LISTS.items()},
    }


def _other(period: Period, scope: Scope, today: date, names: Names, include: Include) -> dict[str, Any]:
    window = period.window(scope, today)
    return {**_dated(period, window), **_figures(window, names, include)}


def _dated(period: Period, window: Window) -> dict[str, Any]:
    return {**period.as_json(), "state": STATES[window.closed]}


def _figures(window: Window, names: Names, include: Include) -> dict[str, Any]:
    return placed(work_out(window, include=include).get(TOGETHER, {}), names, told(include))


def _by_unit(window: Window, names: Names, include: Include) -> Iterator[dict[str, Any]]:
    """Every unit right below, then the rows of the unit itself, if there are any: together they are the whole."""
    scope, grouping = window.scope, by_child(window.scope.unit)
    values, figures = work_out(window, grouping, include), told(include)
    below = Unit.objects.filter(code__in=scope.codes, level=LEVELS[grouping.length]).exclude(code=scope.unit)
    for code, name in below.order_by("code").values_list("code", "name"):
        yield {
            "unit": {"code": code, "name": name},
            "own": False,
            **placed(values.get(code, {}), names, figures),
        }
    if scope.unit in values:
        name = Unit.objects.get(code=scope.unit).name
        own = placed(values[scope.unit], names, figures)
        yield {"unit": {"code": scope.unit, "name": name}, "own": True, **own}


def _by_cadre(window: Window, names: Names, include: Include) -> Iterator[dict[str, Any]]:
    """Everybody with a row in the window. Tasks without a handler are nobody's."""
    values = work_out(window, BY_CADRE, include)
    people = User.objects.filter(pk__in=[pk for pk in values if pk]).order_by("unit", "full_name", "id")
    for pk, name, unit in people.values_list("pk", "full_name", "unit"):
        yield {
            "cadre": {"id": str(pk), "full_name": name, "unit": unit},
            **placed(values[pk], names, told(include)),
        }


def _by_office(window: Window, names: Names, include: Include) -> Iterator[dict[str, Any]]:
    """Every office with a row in the window. Tasks given to none are nobody's."""
    values = work_out(window, BY_OFFICE, include)
    offices = Office.objects.filter(pk__in=[pk for pk in values if pk]).order_by("unit", "name", "id")
    for pk, name, unit in offices.values_list("pk", "name", "unit"):
        yield {
            "office": {"id": str(pk), "name": name, "unit": unit},
            **placed(values[pk], names, told(include)),
        }


def _by_category(window: Window, names: Names, include: Include) -> Iterator[dict[str, Any]]:
    """The figures of tasks for every category that has any; last those of tasks without one."""
    figures = [figure for figure in told(include) if figure.name.startswith("tasks.")]
    values = work_out_some(figures, window, BY_CATEGORY)
    for code in sorted(values, key=lambda code: (code is None, code)):
        yield {
            "category": {"code": code, "name": names.get(code or NONE_GIVEN, "")},
            **placed(values[code], names, figures),
        }


LISTS = {"by_unit": _by_unit, "by_cadre": _by_cadre, "by_office": _by_office, "by_category": _by_category}


def placed(values: Values, names: Names, figures: Iterable[Figure]) -> dict[str, Any]:
    """`visits.total` becomes {"visits": {"total": …}}."""
    placed: dict[str, Any] = {}
    for figure in figures:
        *above, last = figure.name.split(".")
        place = placed
        for name in above:
            place = place.setdefault(name, {})
        place[last] = _shown(figure, values.get(figure.name, nothing(figure)), names)
    return placed


def _shown(figure: Figure, value: Any, names: Names) -> Any:
    if figure.by != "category":
        return value
    listed = sorted(value.items(), key=lambda item: (-item[1], item[0] or ""))
    return [{"category": code, "name": names.get(code or NONE_GIVEN, ""), "count": n} for code, n in listed]


def _category_names() -> dict[str, str]:
    english = (get_language() or "").startswith("en")
    rows = Category.objects.values_list("code", "name", "name_en")
    return {code: english_name if english and english_name else name for code, name, english_name in rows}
