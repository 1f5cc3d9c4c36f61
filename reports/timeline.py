"""A household's timeline: everything that happened there, newest first.

Each source is asked for one page of its own through an index, and the pages are merged: the cost depends on the
page, not on the history.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from fieldapi.calendar import local_day, start_of
from households.models import Household, Pairing
from matters.models import PracticalMatter
from opinions.models import Opinion, Reply
from visits.models import Visit

Position = tuple[datetime, UUID]
"""(instant, id) of an entry: the order of the timeline, and what a page continues behind."""


@dataclass(frozen=True)
class Source:
    """One kind of entry: its rows, when each happened, what it says, by whom. A day counts from its midnight."""

    type: str
    rows: QuerySet[Any]
    when: str
    title: str
    by: str
    by_day: bool = False

    def behind(self, position: Position | None, limit: int) -> Iterator[dict[str, Any]]:
        """At most `limit` entries behind `position`, newest first."""
        rows = self.rows if position is None else self.rows.filter(self._earlier(*position))
        found = rows.order_by(f"-{self.when}", "-pk").values_list("pk", self.when, self.title, self.by)
        for key, moment, said, who in found[:limit]:
            at = start_of(moment) if self.by_day else moment
            yield {"at": at, "type": self.type, "id": str(key), "title": said, "by": str(who)}

    def _earlier(self, at: datetime, key: UUID) -> Q:
        moment: Any = local_day(at) if self.by_day else at
        if self.by_day and start_of(moment) != at:
            return Q(**{f"{self.when}__lte": moment})
        return Q(**{f"{self.when}__lt": moment}) | Q(**{self.when: moment, "pk__lt": key})


def sources(household: Household) -> list[Source]:
    """What a timeline is made of."""
    visits = Visit.objects.standing().filter(household=household)
    opinions = Opinion.objects.standing().filter(household=household)
    replies = Reply.objects.filter(opinion__household=household)
    matters = PracticalMatter.objects.standing().filter(household_links__household=household)
    pairings = Pairing.objects.filter(household=household)
    ended = pairings.filter(ended_on__gt=F("started_on"))
    return [
        Source("visit", visits, "occurred_at", "kind", "cadre"),
        Source("opinion", opinions, "occurred_at", "text", "by"),
        Source("reply", replies, "told_at", "text", "by"),
        Source("matter", matters, "done_on", "title", "recorded_by", by_day=True),
        Source("pairing", pairings, "started_on", "post", "cadre", by_day=True),
        Source("pairing_ended", ended, "ended_on", "reason", "cadre", by_day=True),
    ]


def entries(household: Household, position: Position | None, limit: int) -> list[dict[str, Any]]:
    """At most `limit` entries behind `position`, newest first; one query for each source."""
    pages = [source.behind(position, limit) for source in sources(household)]
    return list(
        islice(merge(*pages, key=lambda entry: (entry["at"], UUID(entry["id"])), reverse=True), limit)
    )
