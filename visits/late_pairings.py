"""A visit is judged by pairings and absences on its day, also by those that were entered after the visit had come."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from cadres.models import AbsenceChange
from fieldapi import clock
from fieldapi.journal import Entry, note_down_all
from fieldapi.store import store_again
from households.cover import Served, post_on, served
from households.models import Pairing
from visits.judge import judge_again
from visits.models import PairingRound, Visit

OVERLAP = timedelta(hours=1)
"""Looked at again each time: a visit may have been under way while its pairing changed."""
AT_ONCE = 500  # households


def judge_by_late_pairings() -> None:
    """Judge anew the visits at households whose pairings, or whose post A's absences, have changed since the last
    round, where it matters. Cheap where nothing did. May run twice and in two places at once.
    """
    now = clock.now()
    with transaction.atomic():
        done, _ = PairingRound.objects.select_for_update().get_or_create(pk=1, defaults={"until": now})
        households = iter(sorted(_changed(done.until - OVERLAP)))
        while some := list(islice(households, AT_ONCE)):
            _judge(some)
        PairingRound.objects.filter(pk=1).update(until=now)


def _changed(since: datetime) -> set[UUID]:
    begun = Pairing.objects.filter(started_on__lte=clock.today())
    away = AbsenceChange.objects.filter(at__gte=since).values("cadre")
    changed = begun.filter(Q(changed_at__gte=since) | Q(post="A", cadre__in=away))
    return set(changed.values_list("household", flat=True))


def _judge(households: Iterable[UUID]) -> None:
    """Post, cover and flags of those visits whose cadre held another post on the day than the visit says, or covered
    while it says otherwise."""
    visits = list(_misjudged(households))
    of_cadre: dict[UUID, list[Visit]] = defaultdict(list)
    for visit in visits:
        of_cadre[visit.cadre_id].append(visit)
    lines = []
    for rows in of_cadre.values():
        doors = {visit.household_id for visit in rows if visit.household_id}
        histories: Mapping[Any, Sequence[Served]] = served(rows[0].cadre, doors)
        for visit in rows:
            was, (post, visit.cover) = visit.post, post_on(histories.get(visit.household_id, ()), visit.day)
            visit.post, visit.version, visit.changed_at = post or "", visit.version + 1, clock.now()
            judged = {"was": was, "post": visit.post, "cover": visit.cover}
            lines.append(Entry("visits.judge", visit.pk, visit.unit_id, judged))
    if visits:
        store_again(visits)
        judge_again([visit.pk for visit in visits])
        note_down_all(None, lines)


def _misjudged(households: Iterable[UUID]) -> Iterable[Visit]:
    in_force = Q(ended_on__isnull=True) | Q(ended_on__gt=OuterRef("day"))
    on_day = Pairing.objects.filter(
        in_force, household=OuterRef("household"), started_on__lte=OuterRef("day")
    )
    held = on_day.filter(cadre=OuterRef("cadre")).values("post")[:1]
    away = on_day.filter(
        post="A",
        cadre__absences__started_on__lte=OuterRef("day"),
        cadre__absences__ended_on__gte=OuterRef("day"),
    )
    told = Visit.objects.filter(household__in=households).annotate(
        held=Coalesce(Subquery(held), Value("")), away=Exists(away)
    )
    found = told.filter(~Q(post=F("held")) | Q(held="B") & ~Q(cover=F("away")))
    locked = Visit.objects.filter(pk__in=list(found.values_list("pk", flat=True))).order_by("pk")
    return locked.select_related("cadre").select_for_update(of=("self",))
