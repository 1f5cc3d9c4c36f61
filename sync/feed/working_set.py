"""What one user's phone holds on a day: the households served, the tasks given, and what the user recorded."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Self
from uuid import UUID

from django.db.models import Q, QuerySet

from cadres.models import User
from fieldapi.calendar import start_of
from households.models import Pairing
from matters.models import Task

HISTORY = timedelta(days=365)
"""How far back the visits, opinions and matters of a served household come along."""


@dataclass(frozen=True)
class WorkingSet:
    """The reasons of `api.md` 3 for which a row is on the phone of `user`, as look-ups."""

    user: User
    today: date

    @property
    def since(self) -> date:
        """The first day of the history."""
        return self.today - HISTORY

    @property
    def begin(self) -> datetime:
        return start_of(self.since)

    @property
    def served(self) -> QuerySet[Pairing, Any]:
        """Households paired with the user today, in post A or B."""
        return Pairing.objects.filter(cadre=self.user.pk).on(self.today).values("household")

    @cached_property
    def served_ids(self) -> frozenset[UUID]:
        return frozenset(self.served.values_list("household", flat=True))

    @property
    def given(self) -> QuerySet[Task, Any]:
        """The groups of live tasks given to the user or the user's office."""
        mine = Q(handler=self.user.pk)
        if self.user.office_id:
            mine |= Q(office=self.user.office_id)
        return Task.objects.live().filter(mine).values("group")

    def on(self, day: date) -> Self:
        return type(self)(self.user, day)

    def visits(self, path: str = "") -> list[Q]:
        """Reasons to hold a visit, and what belongs to the visit at the end of `path`."""
        return [
            Q(**{f"{path}household__in": self.served, f"{path}occurred_at__gte": self.begin}),
            Q(**{f"{path}cadre": self.user.pk}),
        ]

    def opinions(self, path: str = "") -> list[Q]:
        return [
            Q(**{f"{path}household__in": self.served, f"{path}occurred_at__gte": self.begin}),
            Q(**{f"{path}by": self.user.pk}),
            Q(**{f"{path}group__in": self.given}),
        ]
