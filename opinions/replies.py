"""答复: what a household was told, as a row, and the day an opinion was first answered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from cadres.months import added_months, month_soon
from fieldapi import phone_clock
from fieldapi.calendar import Month, local_day
from fieldapi.store import store
from opinions.models import Opinion, Reply
from visits.record import Receipt

COLUMNS = ("opinion_id", "text", "how", "told_at")
"""The phone's columns of a reply."""


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The phone's columns as the row holds them; `values` have been through the input check."""
    return {
        "opinion_id": values["opinion"],
        "text": values["text"],
        "how": values["how"],
        "told_at": values["told_at"],
    }


def new_reply(reply_id: UUID, values: Mapping[str, Any], receipt: Receipt) -> Reply:
    """An unsaved reply."""
    return Reply(id=reply_id, by=receipt.by, received_at=receipt.received_at, **columns_of(values))


def store_replies(replies: Iterable[tuple[Reply, Receipt]]) -> None:
    """Store replies and, on each opinion, the day of the earliest, by the corrected clock: a statement for each day."""
    told = [
        (reply, local_day(phone_clock.corrected(reply.told_at, receipt.clock_offset, receipt.received_at)))
        for reply, receipt in replies
    ]
    _count_late(told)
    store(reply for reply, _ in told)
    first: dict[date, dict[UUID, datetime]] = defaultdict(dict)
    for reply, day in told:
        first[day][reply.opinion_id] = reply.received_at
    for day, answered in sorted(first.items()):
        later = Q(replied_on__isnull=True) | Q(replied_on__gt=day)
        opinions = Opinion.objects.filter(later, pk__in=answered)
        opinions.update(replied_on=day, version=F("version") + 1, changed_at=max(answered.values()))


def _count_late(told: Iterable[tuple[Reply, date]]) -> None:
    """Replies told in a month that is closed know the month in which they count as corrections."""
    soon = month_soon()
    late = [(reply, day) for reply, day in told if Month.of(day) < soon]
    if not late:
        return
    answered = Opinion.objects.filter(pk__in=[reply.opinion_id for reply, _ in late])
    units = dict(answered.values_list("pk", "unit"))
    months = added_months((units[reply.opinion_id], day) for reply, day in late)
    for reply, day in late:
        reply.added_month = months[units[reply.opinion_id], day]
