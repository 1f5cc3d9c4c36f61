"""A visit is judged by the pairing on its day, also by one that was entered after the visit had come."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

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
    """Judge anew the visits at households whose pairings have changed since the last round, where it matters.

    Cheap where nothing did. May run twice and in two places at once.
    """
    now = clock.now()
    with transaction.atomic():
        done, _ = PairingRound.objects.select_for_update().get_or_create(pk=1, defaults={"until": now})
        changed = Pairing.objects.filter(changed_at__gte=done.until - OVERLAP, started_on__lte=clock.today())
        households = iter(sorted(set(changed.values_list("household", flat=True))))
        while some := list(islice(households, AT_ONCE)):
            _judge(some)
        PairingRound.objects.filter(pk=1).update(until=now)


def _judge(households: Iterable[UUID]) -> None:
    """Post, cover and flags of those visits whose cadre held another post on the day than the visit says."""
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
            lines.append(Entry("visits.judge", visit.pk, visit.unit_id, {"was": was, "post": visit.post}))
    if visits:
        store_again(visits)
        judge_again([visit.pk for visit in visits])
        note_down_all(None, lines)


def _misjudged(households: Iterable[UUID]) -> Iterable[Visit]:
    in_force = Q(ended_on__isnull=True) | Q(ended_on__gt=OuterRef("day"))
    held = Pairing.objects.filter(
        in_force, household=OuterRef("household"), cadre=OuterRef("cadre"), started_on__lte=OuterRef("day")
    )
    on_its_day = Coalesce(Subquery(held.values("post")[:1]), Value(""))
    found = Visit.objects.filter(household__in=households).annotate(held=on_its_day).exclude(post=F("held"))
    locked = Visit.objects.filter(pk__in=list(found.values_list("pk", flat=True))).order_by("pk")
    return locked.select_related("cadre").select_for_update(of=("self",))
