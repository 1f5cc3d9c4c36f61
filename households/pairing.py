"""Pair, hand over, end. What the database refuses (two in one post, one in both) is refused here by name."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from cadres.models import User
from fieldapi import clock
from fieldapi.errors import Fault, Refused
from fieldapi.journal import Entry, note_down, note_down_all
from households.models import Household, Pairing
from households.register import NewPairing, Register

RULES = {
    "one_cadre_per_post": "post_taken",
    "one_post_per_cadre": "same_person",
    "households_pairing_pkey": "content_differs",  # the id was just taken in another household
    "households_pairing.id": "content_differs",  # the same in SQLite's words
}


def pair(*, by: User, asked: NewPairing) -> tuple[Pairing, bool]:
    """One pairing, and whether it is new. Refuses as `pair_all` does, pointing into a body of its own."""
    rows, made = pair_all(by=by, asked=[asked], pointer="")
    return rows[0], made == 1


@transaction.atomic
def pair_all(
    *, by: User, asked: Sequence[NewPairing], pointer: str = "/pairings/{place}"
) -> tuple[list[Pairing], int]:
    """All of the pairings or none: the rows in the order asked, and how many are new.

    An id that stands with the same household, cadre, post and first day is not made again. The households must
    be active and `by`'s to see. Refuses with every row's faults, below `pointer`: household_unknown,
    wrong_state, user_unknown, not_a_cadre, ends_before_start, post_taken, same_person, content_differs.
    """
    register = Register.around(by, asked)
    faults, made = [], []
    for place, one in enumerate(asked):
        told = register.faults(one)
        faults += [Fault(f"{pointer.format(place=place)}/{column}", code) for column, code in told]
        if not told and one.id not in register.stored:
            made.append(register.take(one, by))
    if faults:
        raise refusal(faults)
    store(by, made, {row.household_id: register.households[row.household_id].unit_id for row in made})
    return [register.stored[one.id] for one in asked], len(made)


def store(by: User, rows: Sequence[Pairing], unit_of: dict[UUID, str]) -> None:
    """Insert judged pairings and journal them, in two statements. Refuses what the database refuses."""
    try:
        with transaction.atomic():
            Pairing.objects.bulk_create(rows)
    except IntegrityError as fault:
        raise overlap(fault) from fault
    note_down_all(
        by,
        [Entry("pairings.create", row.pk, unit_of[row.household_id], _facts(row)) for row in rows],
    )


@transaction.atomic
def hand_over(*, by: User, pairing: Pairing, to: UUID, on: date, reason: str) -> Pairing:
    """End a pairing and start the next in the same post, both on `on` (the first day of the new one).

    The new pairing ends when the old one would have. Refuses ends_before_start and wrong_state where the old one
    is not in force on `on`, and what `pair_all` refuses, at `/to`.
    """
    until = pairing.ended_on
    ended = end(by=by, pairing=pairing, on=on, reason=reason, verb="hand_over")
    asked = NewPairing(ended.household_id, to, ended.post, on, until)
    register = Register.around(by, [asked])
    told = register.faults(asked) or ([("cadre", "same_person")] if to == ended.cadre_id else [])
    if told:
        raise refusal([Fault("/to" if column == "cadre" else "", code) for column, code in told])
    row = register.take(asked, by)
    store(by, [row], {row.household_id: ended.household.unit_id})
    return row


@transaction.atomic
def end(*, by: User, pairing: Pairing, on: date, reason: str, verb: str = "end") -> Pairing:
    """`on` becomes the first day no longer served. Refuses ends_before_start; wrong_state where it ended earlier."""
    Household.objects.select_for_update(no_key=True).only("pk").get(pk=pairing.household_id)
    row = Pairing.objects.select_related("household").get(pk=pairing.pk)
    if on < row.started_on:
        raise Refused("ends_before_start", "/on")
    if row.ended_on is not None and row.ended_on <= on:
        raise Refused("wrong_state", "/on", ended_on=row.ended_on)
    row.ended_on, row.reason = on, reason
    row.version += 1
    row.changed_at = clock.now()
    row.save(update_fields=["ended_on", "reason", "version", "changed_at"])
    note_down(by, f"pairings.{verb}", row.pk, unit=row.household.unit_id, **_facts(row))
    return row


def refusal(faults: Sequence[Fault]) -> Refused:
    """Many faults as one refusal: under their own code where all have the same, else bad_input."""
    codes = {fault.code for fault in faults}
    return Refused(codes.pop() if len(codes) == 1 else "bad_input", errors=faults)


def overlap(fault: IntegrityError) -> Refused:
    """What the database found that we had not seen, by the name of its rule. Anything else is our mistake."""
    for rule, code in RULES.items():
        if rule in str(fault):
            return Refused(code)
    raise fault


def _facts(row: Pairing) -> dict[str, object]:
    facts = {"household": row.household_id, "cadre": row.cadre_id, "post": row.post, "from": row.started_on}
    return facts | ({"until": row.ended_on, "reason": row.reason} if row.ended_on else {})
