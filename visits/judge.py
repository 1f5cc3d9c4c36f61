"""Presence flags of stored visits: raised on arrival, worked out again when a photo or a neighbour comes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, F, Prefetch, QuerySet, UUIDField

from fieldapi import clock
from fieldapi.fixed import Fixed, Given
from fieldapi.ids import new_id
from fieldapi.store import store
from households.models import Household
from visits.evidence import Call, Neighbour, Picture, Seen, Thresholds
from visits.evidence import Flag as Raised
from visits.models import Flag, Visit
from visits.presence import DEFAULTS, LOCATED, flags
from visits.record import clock_offset

SPAN = timedelta(hours=48)
"""Visits farther apart in time than this cannot make travel impossible on this earth."""


def call_of(visit: Visit) -> Call:
    """A visit as the pure rules see it; `visit.household` must be loaded, with its `far_m`, where it has one."""
    where = visit.location or {}
    return Call(
        kind=visit.kind,
        started_at=visit.started_at.astimezone(_zone(visit.offset_min)),
        ended_at=visit.ended_at,
        occurred_at=visit.occurred_at,
        received_at=visit.received_at,
        clock_offset=clock_offset(visit),
        point=visit.point,
        accuracy_m=where.get("accuracy_m"),
        mocked=where.get("mocked", False),
        household_point=visit.household.point if visit.household else None,
        household_accuracy_m=_estimated_within(visit.household),
        paired=visit.post != "",
    )


@cache
def _zone(offset_min: int) -> timezone:
    return timezone(timedelta(minutes=offset_min))


def _estimated_within(household: Household | None) -> float:
    """Metres by which a geocoder's place may be off; a surveyed one is taken at its word."""
    return (household.accuracy_m or 0) if household and household.is_geocoded else 0


def neighbour_of(visit: Visit) -> Neighbour:
    return Neighbour(
        id=visit.id,
        started_at=visit.started_at,
        ended_at=visit.ended_at,
        occurred_at=visit.occurred_at,
        point=visit.point,
        accuracy_m=(visit.location or {}).get("accuracy_m"),
    )


def picture_of(photo: Any) -> Picture:
    """`photo` is a row of the media app, reached through the visit."""
    exif_point = None if photo.exif_lat is None else (photo.exif_lat, photo.exif_lon)
    return Picture(
        id=photo.id,
        taken_at=photo.taken_at,
        exif_at=datetime.fromisoformat(photo.exif_at) if photo.exif_at else None,
        exif_point=exif_point,
        seen_before=[Seen(seen["photo"], seen["bits"]) for seen in photo.seen],
    )


def thresholds(visit: Visit) -> Thresholds:
    """The `far_m` of the household's nearest unit that has its own, else the default."""
    own = visit.household.far_m if visit.household else None
    return DEFAULTS if own is None else Thresholds(far_m=own)


def is_located(visit: Visit) -> bool:
    """It can make travel impossible, and have it made impossible."""
    return visit.kind in LOCATED and visit.point is not None


def _located() -> QuerySet[Visit, tuple[Any, ...]]:
    moments = {
        "occurred_at__gte": Given("since", DateTimeField()),
        "occurred_at__lte": Given("until", DateTimeField()),
    }
    rows = Visit.objects.standing().filter(
        cadre=Given("cadre", UUIDField()), kind__in=sorted(LOCATED), lat__isnull=False, **moments
    )
    columns = ("id", "started_at", "ended_at", "occurred_at", "lat", "lon", "location__accuracy_m")
    return rows.order_by("occurred_at", "id").values_list(*columns)


STORED_LINE = Fixed(_located)


class Line:
    """A cadre's located visits in order, as neighbours of each other."""

    def __init__(self, neighbours: Iterable[Neighbour]):
        self.in_order = sorted(neighbours, key=lambda one: (one.occurred_at, one.id))
        self.places = {one.id: place for place, one in enumerate(self.in_order)}

    def beside(self, visit: UUID) -> tuple[Neighbour | None, Neighbour | None]:
        """The neighbours before and after a visit; none of one that is not on the line."""
        place = self.places.get(visit)
        if place is None:
            return None, None
        after = place + 1
        return (
            self.in_order[place - 1] if place else None,
            self.in_order[after] if after < len(self.in_order) else None,
        )


def line_of(cadre: UUID, visits: Sequence[Visit]) -> Line:
    """The cadre's located visits that may be neighbours of `visits`, and those of these.

    One query for what is stored; none without a point.
    """
    located = [visit for visit in visits if is_located(visit)]
    if not located:
        return Line(())
    moments = [visit.occurred_at for visit in located]
    line = [
        Neighbour(pk, started_at, ended_at, occurred_at, (lat, lon), accuracy_m)
        for pk, started_at, ended_at, occurred_at, lat, lon, accuracy_m in STORED_LINE.run(
            cadre=cadre, since=min(moments) - SPAN, until=max(moments) + SPAN
        )
    ]
    stored = {neighbour.id for neighbour in line}
    return Line([*line, *(neighbour_of(visit) for visit in located if visit.id not in stored)])


def neighbours(visits: Sequence[Visit]) -> set[UUID]:
    """The stored visits next to these of one cadre, whose travel depends on them. A withdrawn one is no neighbour, yet
    where it stood two others are each other's now.
    """
    if not visits:
        return set()
    gone = {visit.id for visit in visits if visit.withdrawn}
    standing = [one for one in line_of(visits[0].cadre_id, visits).in_order if one.id not in gone]
    line = Line(standing)
    found: set[UUID] = set()
    for visit in visits:
        stood = visit.id in gone and is_located(visit)
        own = Line([*standing, neighbour_of(visit)]) if stood else line
        found |= {one.id for one in own.beside(visit.id) if one}
    return found


def judge(
    visits: Sequence[Visit], line: Line, pictures: Mapping[UUID, Sequence[Picture]]
) -> tuple[dict[UUID, list[Raised]], set[UUID]]:
    """Flags of new visits of one cadre, and which stored visits must be judged again because of them."""
    fresh = {visit.id for visit in visits}
    raised: dict[UUID, list[Raised]] = {}
    again: set[UUID] = set()
    for visit in visits:
        before, after = line.beside(visit.id)
        raised[visit.id] = flags(
            call_of(visit),
            before=before,
            after=after,
            pictures=pictures.get(visit.id, ()),
            thresholds=thresholds(visit),
        )
        travel = {
            piece.other
            for flag in raised[visit.id]
            if flag.code == "impossible_travel"
            for piece in flag.evidence
        }
        beside_it = [one.id for one in (before, after) if one]
        again |= {other for other in beside_it if len(beside_it) == 2 or other in travel} - fresh
    return raised, again


def new_flags(visit: UUID, raised: Iterable[Raised], at: datetime) -> list[Flag]:
    return [
        Flag(id=new_id(), visit_id=visit, code=flag.code, evidence=flag.as_json()["evidence"], changed_at=at)
        for flag in raised
    ]


def judge_again(ids: Collection[UUID]) -> None:
    """Work out the flags of stored visits anew, inside the caller's transaction.

    New evidence raises a dismissed flag again; a flag without evidence is taken away (the journal keeps what was
    decided about it). No statement for no ids, else a number that depends on the cadres, not on the visits.
    """
    if not ids:
        return
    rows = Visit.objects.filter(pk__in=set(ids)).order_by("pk").select_for_update(of=("self",))
    households = Prefetch("household", Household.objects.with_far_m().defer("phone", "id_number"))
    of_cadres: dict[UUID, list[Visit]] = defaultdict(list)
    for visit in rows.prefetch_related(households, "flags", "photos"):
        of_cadres[visit.cadre_id].append(visit)
    new = Settling(clock.now())
    for cadre, visits in of_cadres.items():
        standing = [visit for visit in visits if not visit.withdrawn]
        line = line_of(cadre, standing)
        for visit in visits:
            new.settle(visit, [] if visit.withdrawn else _raised(visit, line))
    new.write()


def _raised(visit: Visit, line: Line) -> list[Raised]:
    before, after = line.beside(visit.id)
    pictures = [picture_of(photo) for photo in visit.photos.all()]
    return flags(call_of(visit), before=before, after=after, pictures=pictures, thresholds=thresholds(visit))


class Settling:
    """How flags that stand differ from those that visits were judged to have: written for all at once."""

    def __init__(self, now: datetime):
        self.now = now
        self.gone: list[UUID] = []
        self.changed: list[Flag] = []
        self.fresh: list[Flag] = []
        self.touched: dict[bool, list[UUID]] = {
            True: [],
            False: [],
        }  # visits, by whether they are flagged now

    def settle(self, visit: Visit, raised: Sequence[Raised]) -> None:
        stood = {flag.code: flag for flag in visit.flags.all()}
        found = {flag.code: flag.as_json()["evidence"] for flag in raised}
        gone = [flag.pk for code, flag in stood.items() if code not in found]
        changed = [flag for code, flag in stood.items() if code in found and flag.evidence != found[code]]
        for flag in changed:
            flag.evidence, flag.state = found[flag.code], Flag.State.RAISED
            flag.version, flag.changed_at = flag.version + 1, self.now
        fresh = [flag for flag in raised if flag.code not in stood]
        kept = [flag for code, flag in stood.items() if code in found]
        flagged = bool(fresh) or any(flag.state != Flag.State.DISMISSED for flag in kept)
        self.gone += gone
        self.changed += changed
        self.fresh += new_flags(visit.id, fresh, self.now)
        if gone or changed or fresh or flagged != visit.flagged:
            self.touched[flagged].append(visit.pk)

    def write(self) -> None:
        """At most five statements."""
        if self.gone:
            Flag.objects.filter(pk__in=self.gone).delete()
        if self.changed:
            Flag.objects.bulk_update(self.changed, ["evidence", "state", "version", "changed_at"])
        store(self.fresh)
        for flagged, visits in self.touched.items():
            if visits:
                answer = Visit.objects.filter(pk__in=visits)
                answer.update(flagged=flagged, version=F("version") + 1, changed_at=self.now)
