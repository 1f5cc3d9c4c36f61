"""答复: what a household was told, as a row, and the day an opinion was first answered."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from fieldapi import phone_clock
from fieldapi.calendar import local_day
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
    """Store replies and, on each opinion, the day of the earliest, by the corrected clock."""
    rows = list(replies)
    Reply.objects.bulk_create(reply for reply, _ in rows)
    for reply, receipt in rows:
        told = phone_clock.corrected(reply.told_at, receipt.clock_offset, receipt.received_at)
        day = local_day(told)
        Opinion.objects.filter(
            Q(replied_on__isnull=True) | Q(replied_on__gt=day), pk=reply.opinion_id
        ).update(replied_on=day, version=F("version") + 1, changed_at=receipt.received_at)
