"""What new pairings are judged against: the households, cadres and pairings they touch, read once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self
from uuid import UUID

from cadres.models import User
from cadres.units import ancestors, county_of
from fieldapi import clock
from fieldapi.access import Role
from fieldapi.ids import new_id
from households.models import Household, Pairing

Told = tuple[str, str]
"""What is wrong with a row: the name of its column, and a code."""


@dataclass(frozen=True)
class NewPairing:
    """A pairing asked for, in force from `started_on` up to, not including, `ended_on`."""

    household: UUID
    cadre: UUID
    post: str
    started_on: date
    ended_on: date | None = None
    id: UUID = field(default_factory=new_id)

    def is_row(self, row: Pairing) -> bool:
        """`row` is what was made of this, whenever it may have ended since."""
        mine = (self.household, self.cadre, self.post, self.started_on)
        return mine == (row.household_id, row.cadre_id, row.post, row.started_on)

    def meets(self, row: Pairing) -> bool:
        """Both are in force on some day. An empty period meets nothing."""
        ends = [day for day in (self.ended_on, row.ended_on) if day is not None]
        begins = max(self.started_on, row.started_on)
        return all(begins < day for day in ends)


@dataclass
class Register:
    """The rows around a number of new pairings. A pairing that was taken stands for those judged after it."""

    households: dict[UUID, Household]
    cadres: dict[UUID, User]
    stored: dict[UUID, Pairing]
    standing: dict[UUID, list[Pairing]]

    @classmethod
    def around(cls, by: User, asked: Sequence[NewPairing]) -> Self:
        """Read, and lock the households until the transaction ends: pairings of one household queue up."""
        households = (
            Household.objects.visible_to(by, today=clock.today())
            .filter(pk__in={one.household for one in asked})
            .only("unit_id", "state")
            .order_by("pk")
            .select_for_update(no_key=True)
        )
        named = {household.pk: household for household in households}
        standing: dict[UUID, list[Pairing]] = defaultdict(list)
        for row in Pairing.objects.filter(household__in=named):
            standing[row.household_id].append(row)
        return cls(
            named,
            User.objects.filter(active=True).in_bulk({one.cadre for one in asked}),
            Pairing.objects.in_bulk({one.id for one in asked}),
            standing,
        )

    def faults(self, one: NewPairing) -> list[Told]:
        """Everything wrong with a new pairing; nothing where it is already stored."""
        if one.id in self.stored:
            return [] if one.is_row(self.stored[one.id]) else [("id", "content_differs")]
        return list(self._faults(one))

    def _faults(self, one: NewPairing) -> Iterable[Told]:
        household, cadre = self.households.get(one.household), self.cadres.get(one.cadre)
        if household is None:
            yield "household", "household_unknown"
        elif household.state != Household.State.ACTIVE:
            yield "household", "wrong_state"
        if cadre is None or (household is not None and not may_serve(cadre, household.unit_id)):
            yield "cadre", "user_unknown"
        elif cadre.role != Role.CADRE:
            yield "cadre", "not_a_cadre"
        if one.ended_on is not None and one.ended_on < one.started_on:
            yield "ended_on", "ends_before_start"
            return
        beside = [row for row in self.standing[one.household] if one.meets(row)]
        if any(row.post == one.post for row in beside):
            yield "post", "post_taken"
        elif any(row.cadre_id == one.cadre for row in beside):
            yield "cadre", "same_person"

    def take(self, one: NewPairing, by: User) -> Pairing:
        """The row to store for a new pairing without faults."""
        row = Pairing(
            id=one.id,
            household_id=one.household,
            cadre_id=one.cadre,
            post=one.post,
            started_on=one.started_on,
            ended_on=one.ended_on,
            assigned_by=by,
            changed_at=clock.now(),
        )
        self.stored[one.id] = row
        self.standing[one.household].append(row)
        return row


def may_serve(cadre: User, unit: str) -> bool:
    """A cadre of anywhere in the household's county, or of a unit above it: a bureau's cadres go to its villages."""
    return cadre.unit_id.startswith(county_of(unit)) or cadre.unit_id in ancestors(unit)
