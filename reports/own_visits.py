"""A cadre's own visits by month, as the monthly summary counts them: shown on the phone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Count, Value

from cadres.models import User
from cadres.units import county_of
from fieldapi.calendar import Month
from reports.figures import BY_NAME, Figure
from reports.lists import Rows
from reports.windows import Scope, Window, month_window

TOTAL, ADDED = BY_NAME["visits.total"], BY_NAME["added_after_closing.visits"]


@dataclass
class OwnVisits:
    """What `by_cadre` of the county's summary says of a cadre."""

    month: Month
    total: int = 0
    added_after_closing: int = 0


def own_visits(cadre: User, months: Sequence[Month], today: date) -> list[OwnVisits]:
    """One for each month. The same definitions as the summary's, for one cadre; a statement, and at most two for
    each month that ask whether it is closed."""
    scope = Scope(county_of(cadre.unit_id), (), cadre=cadre.pk)
    windows = {str(month): month_window(scope, month, today) for month in months}
    arms = [
        arm
        for month, window in windows.items()
        for figure in (TOTAL, ADDED)
        for arm in _counted(figure, month, window)
    ]
    found = {str(month): OwnVisits(month) for month in months}
    for month, name, rows in arms[0].union(*arms[1:], all=True):
        if name == TOTAL.name:
            found[month].total += rows
        else:
            found[month].added_after_closing += rows
    return list(found.values())


def _counted(figure: Figure, month: str, window: Window) -> Iterator[Rows]:
    """A row for each part of the figure's lists: the month, the figure, how many."""
    told = {"of_month": Value(month, CharField()), "of_figure": Value(figure.name, CharField())}
    for each in figure.lists:
        for part in each.parts(window, added=figure.added):
            rows = part.rows.order_by().annotate(**told)
            yield rows.values_list(*told).annotate(number=Count("*"))
