"""What a batch's verdicts come to, written in bulk in one transaction."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import transaction

from cadres.months import added_months
from fieldapi import clock, phone_clock
from fieldapi.errors import Refused
from fieldapi.journal import Entry, note_down_all
from fieldapi.json import dumps
from fieldapi.store import store
from matters.models import MatterOpinion, PracticalMatter
from matters.perform import perform
from matters.record import move_benefit
from matters.resolution import refresh_resolutions
from media.models import Photo
from media.seen import compared, look_again
from opinions.models import Opinion
from opinions.replies import store_replies
from sync import links, quarantine, waiting
from sync.intake import CREATED, REFUSED, Accepted, Intake, Verdict
from sync.models import QuarantinedRow
from sync.quarantine import hashed
from visits.amend import amend
from visits.evidence import Picture
from visits.judge import judge, judge_again, line_of, new_flags
from visits.models import Amendment, Flag, Visit
from visits.record import units_then


def write(intake: Intake) -> None:
    """Store what was accepted and put aside what waits; inside the caller's transaction."""
    rows = intake.accepted
    _settle_units(rows)
    _count_late(rows)
    _number(rows)
    flags, again = _judged(intake)
    for new in (in_order(rows.visits), rows.companions, rows.worked_on, in_order(rows.opinions), flags):
        store(new)
    _store_matters(intake)
    store(in_order(rows.photos))
    judge_again(again)
    note_down_all(intake.by, _entries(intake))
    store_replies(rows.replies)
    _amend(intake)
    _act(intake)
    links.store(rows.links, intake.at)
    for verdict in intake.verdicts:
        verdict.share()
    _put_aside(intake)
    _release(intake)


def _settle_units(rows: Accepted) -> None:
    """What was done before its household moved belongs to the unit the household lived in then."""
    visits = [(visit, visit.household_id, visit.day) for visit in rows.visits]
    alone = [(one, one.household_id, one.day) for one in rows.opinions if one.visit_id is None]
    matters = [
        (one.row, one.households[0].household_id, one.row.done_on)
        for one in rows.matters
        if one.row.visit_id is None and one.households
    ]
    placed: list[tuple[Visit | Opinion | PracticalMatter, UUID | None, date]] = [*visits, *alone, *matters]
    then = units_then([(household, day) for _, household, day in placed], clock.today())
    if not then:
        return
    for row, household, day in placed:
        row.unit_id = then.get((household, day), row.unit_id)
    units: dict[UUID | None, str] = {visit.pk: visit.unit_id for visit in rows.visits}
    parts: list[Opinion | PracticalMatter] = [*rows.opinions, *(matter.row for matter in rows.matters)]
    for part in parts:
        part.unit_id = units.get(part.visit_id, part.unit_id)
    for photo in rows.photos:
        photo.unit = units.get(photo.visit_id, photo.unit)


def in_order(rows: Iterable[Any]) -> list[Any]:
    """By id, so that twins wait for each other and never both at once."""
    return sorted(rows, key=attrgetter("id.int"))


def _put_aside(intake: Intake) -> None:
    aside = [
        waiting.of_bundle(verdict.bundle, verdict.waiting_for)
        for verdict in intake.verdicts
        if verdict.put_aside
    ]
    if aside := aside + intake.accepted.links_aside:
        waiting.put_aside(intake.by, intake.device, aside, intake.at)


def _count_late(rows: Accepted) -> None:
    """Rows of a month that is closed know the month in which they count as added."""
    late: list[Visit | Opinion] = [*rows.visits, *rows.opinions]
    matters = [matter.row for matter in rows.matters]
    months = added_months(
        {(row.unit_id, row.day) for row in late} | {(row.unit_id, row.done_on) for row in matters}
    )
    for row in late:
        row.added_month = months[row.unit_id, row.day]
    for matter in matters:
        matter.added_month = months[matter.unit_id, matter.done_on]


def _number(rows: Accepted) -> None:
    """Rows that came together are shown in the order in which they were sent."""
    matters = (matter.row for matter in rows.matters)
    together: list[Iterable[Opinion | PracticalMatter | Photo]] = [rows.opinions, matters, rows.photos]
    for sent in together:
        for place, row in enumerate(sent):
            row.place = place


def _store_matters(intake: Intake) -> None:
    """Matters with whom they help and what they resolve."""
    matters = intake.accepted.matters
    links = list(chain.from_iterable(matter.opinions for matter in matters))
    store(in_order(matter.row for matter in matters))
    store(chain.from_iterable(matter.households for matter in matters))
    store(links)
    refresh_resolutions(link.opinion_id for link in links)


def _amend(intake: Intake) -> None:
    """Correct visits, and take along what depends on them: whom their matters help, what these resolve, and what
    their photos were compared with.
    """
    asked = intake.accepted.amendments
    if not asked:
        return
    photos = compared({amendment.visit_id for amendment, _ in asked})
    amended: set[UUID] = set()
    for some in _none_twice(asked):
        visits, refused = amend(intake.by, [amendment for amendment, _ in some])
        amended |= {visit.pk for visit in visits}
        for amendment, verdict in some:
            if amendment.pk in refused:
                verdict.refused, verdict.outcome = refused[amendment.pk], REFUSED
    for visit in Visit.objects.filter(pk__in=amended, amendments__changes__has_key="household").distinct():
        move_benefit(visit)
    links = MatterOpinion.objects.filter(matter__visit__in=amended)
    refresh_resolutions(list(links.values_list("opinion_id", flat=True)))
    if again := look_again(photos):
        judge_again(again)


def _none_twice(amendments: Sequence[tuple[Amendment, Verdict]]) -> Iterable[list[tuple[Amendment, Verdict]]]:
    """In their order, so that no visit is amended twice at once: its second amendment finds what the first made."""
    rounds: list[list[tuple[Amendment, Verdict]]] = []
    before: Counter[UUID] = Counter()
    for one in amendments:
        place = before[one[0].visit_id]
        before[one[0].visit_id] += 1
        if place == len(rounds):
            rounds.append([])
        rounds[place].append(one)
    return rounds


def _judged(intake: Intake) -> tuple[list[Flag], set[UUID]]:
    """Presence flags of the new visits, and which stored ones must be judged again: their neighbour or photo is new."""
    visits, photos = intake.accepted.visits, intake.accepted.photos
    again = {photo.visit_id for photo in photos if photo.visit_id} - {visit.id for visit in visits}
    if not visits:
        return [], again
    pictures: dict[UUID, list[Picture]] = defaultdict(list)
    for photo in photos:
        if photo.visit_id:
            pictures[photo.visit_id].append(Picture(photo.id, taken_at=photo.taken_at))
    raised, others = judge(visits, line_of(intake.by.pk, visits), pictures)
    flags = {visit: new_flags(visit, found, intake.at) for visit, found in raised.items()}
    for visit in visits:
        visit.flagged = bool(flags[visit.id])
    for verdict in intake.verdicts:
        verdict.rows.flags = flags.get(verdict.bundle.root.id, [])
    return list(chain.from_iterable(flags.values())), again | others


def _entries(intake: Intake) -> Iterable[Entry]:
    """One journal line for each act: a visit's names what came with it, a row that came later or alone has its own."""
    for verdict in intake.verdicts:
        rows = verdict.rows
        matters = [matter.row for matter in rows.matters]
        for visit in rows.visits:
            parts: dict[str, Sequence[Any]] = {
                "opinions": rows.opinions,
                "practical_matters": matters,
                "photos": rows.photos,
            }
            brought = {name: [part.id for part in listed] for name, listed in parts.items() if listed}
            yield Entry("visits.record", visit.id, visit.unit_id, brought)
        if not rows.visits:
            yield from (Entry("opinions.record", one.id, one.unit_id) for one in rows.opinions)
            yield from (Entry("practical-matters.record", one.id, one.unit_id) for one in matters)
            yield from (Entry("photos.declare", one.id, one.unit) for one in rows.photos)
        for reply, receipt in rows.replies:
            yield Entry("opinions.reply", reply.opinion_id, receipt.by.unit_id, {"reply": reply.id})


def _act(intake: Intake) -> None:
    """Verbs made offline, in the order in which they were made: each by itself, since one may be refused where the
    next is not.
    """
    made = sorted(intake.accepted.actions, key=lambda action: (action[0].values["made_at"], action[0].id))
    for sent, receipt, verdict in made:
        said = sent.columns
        try:
            with transaction.atomic():
                verdict.row = perform(
                    by=intake.by,
                    task_id=said["task_id"],
                    verb=said["verb"],
                    args=said["args"],
                    made_at=phone_clock.corrected(
                        said["made_at_sent"], receipt.clock_offset, receipt.received_at
                    ),
                    made_at_sent=said["made_at_sent"],
                    action_id=sent.id,
                    ignored=dumps(sent.ignored).decode() if sent.ignored else "",
                )
        except Refused as refused:
            verdict.refused, verdict.outcome = refused, REFUSED


def _release(intake: Intake) -> None:
    """What was refused before and is accepted now, mended or as it was, leaves quarantine.

    A copy that met other content under its id stays until a desk decides, unless that copy is what is accepted now.
    """
    if not intake.around.known["kept"]:
        return
    verdicts = [verdict for verdict in intake.verdicts if verdict.outcome == CREATED or verdict.put_aside]
    bundles = (verdict.bundle for verdict in verdicts)
    keys = [quarantine.key_of(one) for one in bundles if intake.around.has("kept", hashed(one.root.id))]
    taken = {(table, row_hash): content for table, row_hash, content in keys}
    if not taken:
        return
    kept = QuarantinedRow.objects.filter(sender=intake.by, state=QuarantinedRow.State.KEPT)
    released = [
        entry.pk
        for entry in kept.filter(row_hash__in={row_hash for _, row_hash in taken})
        if (content := taken.get((entry.table, entry.row_hash)))
        and (content == entry.content or not entry.is_conflict)
    ]
    kept.filter(pk__in=released).update(state=QuarantinedRow.State.REPLAYED, decided_at=intake.at)
