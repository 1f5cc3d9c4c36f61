"""Presence flags of stored visits: raised on arrival, worked out again when a photo or a neighbour comes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch

from cadres.models import Unit, User
from cadres.units import ancestors
from fieldapi import clock
from fieldapi.ids import new_id
from households.models import Household
from visits.evidence import Call, Neighbour, Picture, Seen, Thresholds
from visits.evidence import Flag as Raised
from visits.models import Flag, Visit
from visits.presence import LOCATED, flags
from visits.record import clock_offset

SPAN = timedelta(hours=48)
"""Visits farther apart in time than this cannot make travel impossible on this earth."""


def call_of(visit: Visit) -> Call:
    """A visit as the pure rules see it; `visit.household` must be loaded, where it has one."""
    where = visit.location or {}
    return Call(
        kind=visit.kind,
        started_at=visit.started_at.astimezone(timezone(timedelta(minutes=visit.offset_min))),
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


def thresholds(unit: str, own: Mapping[str, int]) -> Thresholds:
    """The nearest unit's own `far_m`, from the household's upwards, else the default."""
    for code in reversed(ancestors(unit)):
        if code in own:
            return Thresholds(far_m=own[code])
    return Thresholds()


def located(cadre: User | UUID, visits: Sequence[Visit]) -> list[Visit]:
    """The cadre's stored visits that may be neighbours of `visits`, in order: one query, none without a point."""
    moments = [visit.occurred_at for visit in visits if visit.point and visit.kind in LOCATED]
    if not moments:
        return []
    around = Visit.objects.standing().filter(
        cadre=cadre,
        occurred_at__gte=min(moments) - SPAN,
        occurred_at__lte=max(moments) + SPAN,
        kind__in=LOCATED,
        lat__isnull=False,
    )
    columns = ("id", "started_at", "ended_at", "occurred_at", "lat", "lon", "location", "kind")
    return list(around.only(*columns).order_by("occurred_at", "id"))


def beside(visit: Visit, line: Sequence[Visit]) -> tuple[Neighbour | None, Neighbour | None]:
    """The neighbours before and after `visit` on the cadre's `line`, which is in order."""
    here = (visit.occurred_at, visit.id)
    before = [other for other in line if (other.occurred_at, other.id) < here]
    after = [other for other in line if (other.occurred_at, other.id) > here]
    return (neighbour_of(before[-1]) if before else None), (neighbour_of(after[0]) if after else None)


def neighbours(visit: Visit) -> set[UUID]:
    """The stored visits next to it on its cadre's line, whose travel depends on it."""
    line = [other for other in located(visit.cadre_id, [visit]) if other.pk != visit.pk]
    return {UUID(str(one.id)) for one in beside(visit, line) if one}


def judge(
    visits: Sequence[Visit],
    stored: Sequence[Visit],
    pictures: Mapping[UUID, Sequence[Picture]],
    own_thresholds: Mapping[str, int],
) -> tuple[dict[UUID, list[Raised]], set[UUID]]:
    """Flags of new visits of one cadre, and which stored visits must be judged again because of them."""
    fresh = {visit.id for visit in visits}
    line = sorted(
        [*stored, *(visit for visit in visits if visit.point and visit.kind in LOCATED)],
        key=lambda visit: (visit.occurred_at, visit.id),
    )
    raised, again = {}, set()
    for visit in visits:
        before, after = beside(visit, line) if visit.kind in LOCATED and visit.point else (None, None)
        raised[visit.id] = flags(
            call_of(visit),
            before=before,
            after=after,
            pictures=pictures.get(visit.id, ()),
            thresholds=thresholds(visit.unit_id, own_thresholds),
        )
        travel = [
            piece.other
            for flag in raised[visit.id]
            if flag.code == "impossible_travel"
            for piece in flag.evidence
        ]
        between = [one.id for one in (before, after) if one] if before and after else []
        again |= {UUID(str(other)) for other in (*travel, *between)} - fresh
    return raised, again


def new_flags(visit: UUID, raised: Iterable[Raised], at: datetime) -> list[Flag]:
    return [
        Flag(id=new_id(), visit_id=visit, code=flag.code, evidence=flag.as_json()["evidence"], changed_at=at)
        for flag in raised
    ]


def judge_again(ids: Iterable[UUID]) -> None:
    """Work out the flags of stored visits anew, inside the caller's transaction.

    New evidence raises a dismissed flag again; a flag without evidence is taken away (the journal keeps what was
    decided about it).
    """
    rows = Visit.objects.filter(pk__in=set(ids)).select_related("household").order_by("pk")
    visits = list(rows.select_for_update(of=("self",)).prefetch_related(Prefetch("flags"), "photos"))
    own = own_thresholds()
    for visit in visits:
        line = [other for other in located(visit.cadre_id, [visit]) if other.id != visit.id]
        before, after = beside(visit, line)
        pictures = [picture_of(photo) for photo in visit.photos.all()]
        raised = (
            flags(
                call_of(visit),
                before=before,
                after=after,
                pictures=pictures,
                thresholds=thresholds(visit.unit_id, own),
            )
            if not visit.withdrawn
            else []
        )
        _settle(visit, raised)


def _settle(visit: Visit, raised: Sequence[Raised]) -> None:
    now = clock.now()
    stood = {flag.code: flag for flag in visit.flags.all()}
    found = {flag.code: flag.as_json()["evidence"] for flag in raised}
    gone = [flag.pk for code, flag in stood.items() if code not in found]
    changed = [flag for code, flag in stood.items() if code in found and flag.evidence != found[code]]
    for flag in changed:
        flag.evidence, flag.state = found[flag.code], Flag.State.RAISED
        flag.version, flag.changed_at = flag.version + 1, now
    fresh = [flag for flag in raised if flag.code not in stood]
    if gone:
        Flag.objects.filter(pk__in=gone).delete()
    if changed:
        Flag.objects.bulk_update(changed, ["evidence", "state", "version", "changed_at"])
    if fresh:
        Flag.objects.bulk_create(new_flags(visit.id, fresh, now))
    kept = [flag for code, flag in stood.items() if code in found]
    flagged = bool(fresh) or any(flag.state != Flag.State.DISMISSED for flag in kept)
    if gone or changed or fresh or flagged != visit.flagged:
        answer = Visit.objects.filter(pk=visit.pk)
        answer.update(flagged=flagged, version=F("version") + 1, changed_at=now)


def own_thresholds() -> dict[str, int]:
    """Units with a threshold of their own: few."""
    rows = Unit.objects.filter(far_m__isnull=False).values_list("code", "far_m")
    return {code: far_m for code, far_m in rows if far_m is not None}
