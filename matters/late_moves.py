"""A move that is entered after visits have come: what was recorded at the household since belongs to its new unit.

What a closed month counted stays where it was counted.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models, transaction
from django.db.models import Count, F, Min

from cadres.months import added_months
from fieldapi import clock
from fieldapi.journal import Entry, note_down_all
from households.models import Household, HouseholdChange
from matters.models import PracticalMatter
from media.models import Photo
from opinions.models import Opinion
from visits.models import Visit
from visits.record import units_then

AGAIN = timedelta(hours=1)
"""So long a move is looked at again: a visit may have been under way while it was entered."""
AT_ONCE = 200


class Kept(NamedTuple):
    """A row, as far as it says where it counts."""

    pk: UUID
    household: UUID
    day: date
    unit: str


def follow_moves() -> None:
    """Let rows follow their households' late moves. Cheap where there is none; may run twice and at once."""
    ids = list(_unfollowed().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        with transaction.atomic():
            _follow(ids[start : start + AT_ONCE])


def _unfollowed() -> models.QuerySet[HouseholdChange]:
    return HouseholdChange.objects.filter(verb="move", followed_at__isnull=True)


def _follow(ids: Collection[int]) -> None:
    now = clock.now()
    moves = _unfollowed().filter(pk__in=ids)
    since = dict(moves.values_list("household").annotate(Min("on")).values_list("household", "on__min"))
    if not since:
        return  # another run was faster
    homes = dict(Household.objects.filter(pk__in=since).values_list("pk", "unit"))
    alone = Opinion.objects.filter(visit=None)
    of_one = PracticalMatter.objects.annotate(helped=Count("household_links")).filter(visit=None, helped=1)
    for name, rows, household, day in (
        ("visits", Visit.objects.all(), "household", "day"),
        ("opinions", alone, "household", "day"),
        ("practical-matters", of_one, "household_links__household", "done_on"),
    ):
        recorded = rows.filter(**{f"{household}__in": since, f"{day}__gte": min(since.values())})
        open_months = recorded.filter(added_month=None)
        kept = [Kept(*row) for row in open_months.values_list("pk", household, day, "unit")]
        for unit, misplaced in _by_right_unit(kept, since, homes).items():
            _place(name, {row.pk: row.unit for row in misplaced}, unit)
    moves.filter(at__lt=now - AGAIN).update(followed_at=now)


def _by_right_unit(
    rows: Collection[Kept], since: Mapping[UUID, date], homes: Mapping[UUID, str]
) -> dict[str, list[Kept]]:
    """Those that say another unit than their household lived in on the day, by the right one."""
    moved = [row for row in rows if row.day >= since[row.household]]
    then = units_then([(row.household, row.day) for row in moved], clock.today())
    right = {row: then.get((row.household, row.day), homes[row.household]) for row in moved}
    wrong = [row for row in moved if row.unit != right[row]]
    months = added_months(place for row in wrong for place in ((row.unit, row.day), (right[row], row.day)))
    found: dict[str, list[Kept]] = {}
    for row in wrong:
        if months[row.unit, row.day] is None and months[right[row], row.day] is None:
            found.setdefault(right[row], []).append(row)
    return found


def _place(name: str, was: Mapping[UUID, str], unit: str) -> None:
    """Rows of one kind, with all that came with them, into a unit."""
    for rows in _with_parts(name, sorted(was)):
        ids = list(
            rows.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True)
        )
        held = rows.model._default_manager.filter(pk__in=ids)
        held.update(unit=unit, version=F("version") + 1, changed_at=clock.now())
    note_down_all(None, [Entry(f"{name}.follow", pk, unit, {"was": former}) for pk, former in was.items()])


def _with_parts(name: str, ids: Collection[UUID]) -> Iterator[Any]:
    if name == "visits":
        yield Visit.objects.filter(pk__in=ids)
        yield Opinion.objects.filter(visit__in=ids)
        yield PracticalMatter.objects.filter(visit__in=ids)
        yield Photo.objects.filter(models.Q(visit__in=ids) | models.Q(matter__visit__in=ids))
    elif name == "opinions":
        yield Opinion.objects.filter(pk__in=ids)
    else:
        yield PracticalMatter.objects.filter(pk__in=ids)
        yield Photo.objects.filter(matter__in=ids)
