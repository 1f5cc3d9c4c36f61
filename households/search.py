"""Finding households: one narrowing per query parameter, and pages by distance."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from cadres.units import within
from fieldapi.coordinates import Point
from fieldapi.errors import Refused
from fieldapi.paging import limit_of
from fieldapi.secrets import blind
from fieldapi.tables import id_number, phone, sought
from households.models import Household, HouseholdQuerySet, Pairing
from households.near import Hit, boxes_around, page_of

USUAL_RADIUS_M = 1_000


def _with_part(rows: HouseholdQuerySet, part: str, today: date) -> HouseholdQuerySet:
    return rows.filter(Q(head_name__icontains=part) | Q(number__icontains=part) | Q(address__icontains=part))


def _served(rows: HouseholdQuerySet, cadre: UUID, today: date) -> HouseholdQuerySet:
    return rows.filter(pk__in=Pairing.objects.filter(cadre=cadre).on(today).values("household"))


def _unpaired(rows: HouseholdQuerySet, yes: bool, today: date) -> HouseholdQuerySet:
    return rows.active().without_a(today) if yes else rows.with_a(today)


NARROWING: dict[str, Callable[[HouseholdQuerySet, Any, date], HouseholdQuerySet]] = {
    "unit": lambda rows, code, today: rows.filter(**within(code)),
    "number": lambda rows, number, today: rows.filter(number=number),
    "name": lambda rows, part, today: rows.filter(head_name__icontains=part),
    "q": _with_part,
    "tag": lambda rows, tag, today: rows.filter(tags__contains=f"|{tag}|"),
    "phone": lambda rows, number, today: rows.filter(phone_index=blind(sought(phone, number))),
    "id_number": lambda rows, number, today: rows.filter(id_number_index=blind(sought(id_number, number))),
    "state": lambda rows, state, today: rows.filter(state=state),
    "cadre": _served,
    "unpaired": _unpaired,
    "not_visited_since": lambda rows, day, today: rows.active().not_visited_since(day),
}


def narrowed(rows: HouseholdQuerySet, asked: dict[str, Any], *, today: date) -> HouseholdQuerySet:
    """The rows that answer every parameter; `near` is `places`' matter."""
    for name, narrow in NARROWING.items():
        if name in asked:
            rows = narrow(rows, asked[name], today)
    return rows


def places(rows: HouseholdQuerySet, point: Point, radius_m: float) -> Iterable[tuple[UUID, Any, Any]]:
    """(id, lat, lon) of the rows in the rough box round the circle: an index range."""
    return rows.within_box(boxes_around(point, radius_m)).values_list("pk", "lat", "lon")


class Nearest:
    """One page of hits as `limit` and `cursor` of the request ask, with the addresses of its neighbours."""

    def __init__(self, request: Request, hits: list[Hit]):
        try:
            page = page_of(hits, request.query_params.get("cursor", ""), limit_of(request))
        except ValueError as fault:
            raise Refused("bad_cursor", "?cursor") from fault
        here = request.build_absolute_uri()
        self.hits = page.hits
        self.next = page.following and replace_query_param(here, "cursor", page.following)
        self.previous = page.preceding and replace_query_param(here, "cursor", page.preceding)


def with_distances(rows: HouseholdQuerySet, hits: Iterable[Hit]) -> list[Household]:
    """The rows of the hits, in their order, each with its `distance_m`."""
    metres = {hit.id: hit.metres for hit in hits}
    found = rows.in_bulk(metres)
    shown = [found[key] for key in metres if key in found]
    for row in shown:
        row.distance_m = metres[row.pk]
    return shown
