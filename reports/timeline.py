"""A household's timeline: everything that happened there, newest first.

Each source is asked for one page of its own through an index, and the pages are merged: the cost depends on the
page, not on the history.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Subquery

from fieldapi.calendar import local_day, start_of
from fieldapi.fixed import Among
from households.models import Household, Pairing
from matters.models import MatterHousehold, PracticalMatter
from opinions.models import Opinion, Reply
from reports.pages import Found, Key
from visits.models import Visit


@dataclass(frozen=True)
class Kind:
    """One kind of entry: its rows, when each happened, what it says, by whom. A day counts from its midnight.

    A source of pages in the order of (instant, id).
    """

    type: str
    rows: QuerySet[Any]
    when: str
    title: str
    by: str
    by_day: bool = False

    def __call__(self, key: Key, falling: bool, count: int) -> Iterator[Found]:
        rows = self.rows.filter(self._there(key, falling)) if key else self.rows
        order = [f"-{name}" if falling else name for name in (self.when, "pk")]
        found = rows.order_by(*order).values_list("pk", self.when, self.title, self.by)
        for pk, moment, said, who in found[:count]:
            at = start_of(moment) if self.by_day else moment
            yield (at, pk), {"at": at, "type": self.type, "id": str(pk), "title": said, "by": str(who)}

    def _there(self, key: Key, falling: bool) -> Q:
        """Behind the key in the direction one goes."""
        at, pk = key
        moment: Any = local_day(at) if self.by_day else at
        if self.by_day and start_of(moment) != at:  # at midnight, that day was there already
            return Q(**{f"{self.when}__{'lte' if falling else 'gt'}": moment})
        further = "lt" if falling else "gt"
        behind = Q(**{f"{self.when}__{further}": moment})
        behind |= Q(**{self.when: moment, f"pk__{further}": pk})
        return behind & Q(**{f"{self.when}__{further}e": moment})  # what an index can be searched for


def kinds(household: Household) -> list[Kind]:
    """What a timeline is made of. Replies and matters are reached by the ids of other rows of the household, which
    PostgreSQL finds first: for a join it would read every matter of the county.
    """
    visits = Visit.objects.standing().filter(household=household)
    opinions = Opinion.objects.standing().filter(household=household)
    voiced = Opinion.objects.filter(household=household).values("pk")
    replies = Reply.objects.filter(Among(F("opinion"), Subquery(voiced)))
    helped = MatterHousehold.objects.filter(household=household).values("matter")
    matters = PracticalMatter.objects.standing().filter(Among(F("pk"), Subquery(helped)))
    pairings = Pairing.objects.filter(household=household)
    ended = pairings.filter(ended_on__gt=F("started_on"))
    return [
        Kind("visit", visits, "occurred_at", "kind", "cadre"),
        Kind("opinion", opinions, "occurred_at", "text", "by"),
        Kind("reply", replies, "told_at", "text", "by"),
        Kind("matter", matters, "done_on", "title", "recorded_by", by_day=True),
        Kind("pairing", pairings, "started_on", "post", "cadre", by_day=True),
        Kind("pairing_ended", ended, "ended_on", "reason", "cadre", by_day=True),
    ]
