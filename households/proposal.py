"""A proposal of pairings for a unit: what `suggest` is told, read from the rows. Nothing is written."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from django.db.models import Count, F, Q

from cadres.models import Unit, User
from cadres.units import within
from fieldapi import clock
from fieldapi.access import Role
from fieldapi.coordinates import Point
from fieldapi.errors import Refused
from households.models import Household, Pairing
from households.places import Places
from households.suggest import Cadre, House, Proposal, suggest, weight

TOWN = 9  # digits of a town's code: a village is served by the cadres of its town
OPEN_TASKS = Count(
    "opinions__group__task",
    filter=Q(opinions__group__task__state__in=("open", "assigned", "in_progress", "done")),
    distinct=True,
)
MOST_PAIRS = 2_000_000  # households times cadres: some 10 s


@dataclass(frozen=True)
class Scene:
    """Who waits to be served in a post from a day on, and who may serve."""

    houses: list[House]
    cadres: list[Cadre]
    places: Places

    @classmethod
    def of(cls, by: User, unit: str, *, post: str, day: date) -> Self:
        """Six queries. Waiting are active households that nobody serves in `post` on `day` or later; the cadres
        are those of the unit, for a village those of its town."""
        town = unit[:TOWN]
        return cls(_houses(by, unit, post, day), _cadres(town, post, day), _places(town))


def _houses(by: User, unit: str, post: str, day: date) -> list[House]:
    rows = (
        Household.objects.visible_to(by, today=clock.today())
        .active()
        .filter(**within(unit))
        .only("number", "unit_id", "lat", "lon", "tags")
        .annotate(open_tasks=OPEN_TASKS)
    )
    from_then_on = Q(ended_on__isnull=True) | Q(ended_on__gt=day)
    served = Pairing.objects.filter(from_then_on, **within(unit, field="household__unit"))
    taken = set()
    barred = defaultdict(set)
    for household, held, cadre in served.values_list("household", "post", "cadre"):
        if held == post:
            taken.add(household)
        barred[household].add(cadre)
    return [
        House(
            row.pk,
            row.number,
            row.unit_id,
            row.point,
            weight(row.tag_list, row.open_tasks),
            frozenset(barred[row.pk]),
        )
        for row in rows
        if row.pk not in taken
    ]


def _cadres(unit: str, post: str, day: date) -> list[Cadre]:
    rows = User.objects.filter(active=True, role=Role.CADRE, **within(unit)).order_by("username")
    served = Household.objects.filter(
        pairings__in=Pairing.objects.on(day).filter(post=post, **within(unit, field="cadre__unit"))
    )
    counts: Counter[UUID] = Counter()
    loads: dict[UUID, float] = defaultdict(float)
    serving = served.annotate(serving=F("pairings__cadre"), open_tasks=OPEN_TASKS)
    for cadre, tags, tasks in serving.values_list("serving", "tags", "open_tasks"):
        counts[cadre] += 1
        loads[cadre] += weight([tag for tag in tags.split("|") if tag], tasks)
    return [
        Cadre(
            row.pk,
            row.unit_id,
            None if row.lat is None or row.lon is None else (row.lat, row.lon),
            counts[row.pk],
            loads[row.pk],
        )
        for row in rows
    ]


def _places(unit: str) -> Places:
    units = Unit.objects.within(unit).values_list("code", "lat", "lon")
    houses = Household.objects.active().filter(**within(unit)).values_list("unit", "lat", "lon")
    return Places(dict(_located(units)), _located(houses))


def _located(rows: Iterable[tuple[str, float | None, float | None]]) -> Iterator[tuple[str, Point]]:
    return ((code, (lat, lon)) for code, lat, lon in rows if lat is not None and lon is not None)


def propose(*, by: User, unit: str, max_per_cadre: int, post: str, day: date) -> Proposal:
    """A cadre for each household without one. Refuses unit_unknown, and out_of_range where there are too many."""
    if not Unit.objects.within(by.unit_id).filter(pk=unit).exists():
        raise Refused("unit_unknown", "/unit")
    scene = Scene.of(by, unit, post=post, day=day)
    if len(scene.houses) * len(scene.cadres) > MOST_PAIRS:
        raise Refused("out_of_range", "/unit")
    return suggest(scene.houses, scene.cadres, places=scene.places, max_per_cadre=max_per_cadre)
