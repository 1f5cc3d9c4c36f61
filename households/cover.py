"""Who serves a household on a day: post A, or B in cover (顶岗) while A is away."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Exists,
    F,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from cadres.models import Absence, User
from fieldapi.fixed import Among, Fixed, Given, GivenList
from households.models import Household, Pairing, nearest_far_m

DAY = timedelta(days=1)
FAR = date(9999, 12, 31)


@dataclass(frozen=True)
class Served:
    """A pairing of one cadre, and the days (first and last) on which post A was away beside it."""

    pairing: Pairing
    away: tuple[tuple[date, date], ...] = ()

    @property
    def household(self) -> Household:
        return self.pairing.household

    def covers_on(self, day: date) -> bool:
        """On `day` this is post B acting for an absent A."""
        return (
            self.pairing.post == "B"
            and self.pairing.covers(day)
            and any(first <= day <= last for first, last in self.away)
        )


def served(cadre: User, household_ids: Iterable[UUID]) -> dict[UUID, list[Served]]:
    """Every pairing `cadre` ever had with these households, oldest first, in one query whatever their number.

    A household without one is missing from the answer. Each pairing comes with its household and the
    household's `far_m`; phone and identity numbers are left unread (deciphering them costs more than the query).
    """
    found: dict[UUID, list[Served]] = defaultdict(list)
    for pairing in HISTORY.run(cadre=cadre.pk, households=set(household_ids)):
        pairing.household.far_m = pairing.far_m
        found[pairing.household_id].append(Served(pairing, tuple(_away(item) for item in pairing.away or ())))
    return dict(found)


def _history() -> QuerySet[Any]:
    households = Among(F("household"), GivenList("households", UUIDField()))
    return (
        Pairing.objects.filter(households, cadre=Given("cadre", UUIDField()))
        .select_related("household")
        .defer("household__phone", "household__id_number")
        .annotate(away=_Listed(_days_away()), far_m=nearest_far_m("household__unit"))
        .order_by("started_on", "id")
    )


HISTORY = Fixed(_history)


def nearest(history: Sequence[Served], day: date) -> Served:
    """The pairing in force on `day`, else the one whose period lies nearest; of several, the latest."""
    return min(reversed(history), key=lambda one: one.pairing.days_from(day))


def post_on(history: Sequence[Served], day: date) -> tuple[str | None, bool]:
    """(post, acting as cover) of the cadre with this history on `day`; (None, False) when not paired that day."""
    for one in history:
        if one.pairing.covers(day):
            return one.pairing.post, one.covers_on(day)
    return None, False


def acting(household_ids: Iterable[UUID], day: date) -> dict[UUID, User]:
    """Who acts for each household on `day`: A unless away, then B; where both are away, A. One query.

    Who has left acts for nobody. A household that nobody else is paired with that day is missing.
    """
    away = Absence.objects.on(day).filter(cadre=OuterRef("cadre"))
    rows = (
        Pairing.objects.on(day)
        .filter(household__in=list(household_ids), cadre__active=True)
        .select_related("cadre")
        .annotate(away=Exists(away))
    )
    choice: dict[UUID, tuple[bool, str]] = {}
    who: dict[UUID, User] = {}
    for pairing in rows:
        rank = (pairing.away, pairing.post)
        if pairing.household_id not in choice or rank < choice[pairing.household_id]:
            choice[pairing.household_id], who[pairing.household_id] = rank, pairing.cadre
    return who


class _Listed(Subquery):
    """The values of a subquery's one column `item`, as a JSON list; null for no rows."""

    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="(SELECT json_group_array(item) FROM (%(subquery)s))", **extra
        )

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="(SELECT jsonb_agg(item) FROM (%(subquery)s) AS listed)", **extra
        )


def _days_away() -> QuerySet[Pairing, Any]:
    """Pairings in post A beside the outer one in post B, with an absence in each: `from/until/first/last`."""
    days = ("started_on", "ended_on", "cadre__absences__started_on", "cadre__absences__ended_on")
    written = [Coalesce(Cast(day, TextField()), Value(""), output_field=TextField()) for day in days]
    item = [part for day in written for part in (day, Value("/"))][:-1]
    return (
        Pairing.objects.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=OuterRef("started_on")),
            post="A",
            household=OuterRef("household"),
            cadre__absences__ended_on__gte=OuterRef("started_on"),
        )
        .annotate(item=Concat(*item, output_field=TextField()))
        .values("item")
    )


def _away(item: str) -> tuple[date, date]:
    """The days of `from/until/first/last` on which A was both paired and absent: (first, last)."""
    started_on, ended_on, first, last = item.split("/")
    until = date.fromisoformat(ended_on) - DAY if ended_on else FAR
    begin = max(date.fromisoformat(started_on), date.fromisoformat(first))
    return begin, min(until, date.fromisoformat(last))
