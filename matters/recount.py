"""When the calendar changes, deadlines counted by it are counted again."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F

from cadres.units import within
from fieldapi import clock
from fieldapi.journal import Entry, note_down_all
from fieldapi.working_days import DAY, WorkingDays, edition
from matters.cards import BATCH, CARD_COLUMNS, RUNNING, take_back
from matters.deadlines import card_days, due_day
from matters.fixings import keep
from matters.models import Card, CountedCalendar, Fixing, Task
from matters.working_calendar import editions, working_days_of

AT_ONCE = 20
"""Batches of one round: what else is due then gets its turn."""


def recount() -> None:
    """Count again what another calendar counted: the library's after an update, a unit's after an exception.

    Two queries where nothing has changed. `AT_ONCE` batches at most: the next round goes on where this one, or one
    that was broken off, has come to. Counting twice changes nothing.
    """
    present = {"": edition()} | editions()
    counted = {row.unit: row for row in CountedCalendar.objects.all()}
    left = AT_ONCE
    for unit in sorted(present.keys() | counted.keys()):
        row, new = counted.get(unit) or CountedCalendar(unit=unit), present.get(unit, "")
        if row.edition == new and row.counting is None:
            continue
        if row.counting != new:  # begins, or the calendar has changed once more
            row.counting, row.upto = new, None
        while row.counting is not None and left:
            _recount_some(row)
            left -= 1


@transaction.atomic
def _recount_some(counted: CountedCalendar) -> None:
    """Some hundreds of the unfinished tasks of the unit's subtree (of all for ""), and how far that was."""
    rows = Task.objects.filter(due_on__isnull=False, state__in=RUNNING).order_by("pk")
    if counted.unit:
        rows = rows.filter(**within(counted.unit))
    if counted.upto:
        rows = rows.filter(pk__gt=counted.upto)
    tasks = list(rows.select_for_update(of=("self",), no_key=True)[:BATCH])
    _count_some(tasks)
    if len(tasks) == BATCH:
        counted.upto = tasks[-1].pk
    else:
        counted.edition, counted.counting, counted.upto = counted.counting or "", None, None
    counted.save()


def _count_some(tasks: list[Task]) -> None:
    calendars = working_days_of({task.unit_id for task in tasks})
    standing = _standing_cards(tasks)
    now, lines, mistaken, moved = clock.now(), [], [], []
    changed = []
    for task in tasks:
        was, before = Task(pk=task.pk, due_on=task.due_on), _columns(task)
        mistaken += count_again(task, calendars[task.unit_id], standing[task.pk], today=clock.today())
        if _columns(task) != before:
            task.version, task.changed_at = task.version + 1, now
            changed.append(task)
            moved += keep(was, {"due_on": task.due_on}, verb="recount", by=None, at=now)
            facts = {"was": was.due_on, "due_on": task.due_on}
            lines.append(Entry("tasks.recount", task.pk, task.unit_id, facts))
    Task.objects.bulk_update(changed, [*CARD_COLUMNS, "due_on", "version", "changed_at"])
    Fixing.objects.bulk_create(moved)
    take_back(Card.objects.filter(pk__in=[card.pk for card in mistaken]), at=now)
    note_down_all(None, lines)


def count_again(task: Task, calendar: WorkingDays, standing: list[Card], *, today: date) -> list[Card]:
    """Set the due day, if it was counted, and the days its cards fall; the cards that had not fallen yet after all.

    What should have fallen by now, and has not, falls tomorrow: nobody could have known.
    """
    if task.due_days is not None:
        task.due_on = due_day(task.opened_on, task.due_days, task.due_in, calendar)
    if task.paused or task.due_on is None:
        return []
    days = card_days(task.due_on, task.opened_on, calendar)
    mistaken = [card for card in standing if (day := days.of(card.colour)) is None or day > today]
    fallen = {card.colour for card in standing} - {card.colour for card in mistaken}
    tomorrow = today + DAY
    task.yellow_on = None if "yellow" in fallen else _not_before(tomorrow, days.yellow_on, until=task.due_on)
    task.red_on = None if "red" in fallen else _not_before(tomorrow, days.red_on)
    if task.escalate_on is not None:
        task.escalate_on = _not_before(tomorrow, days.escalate_on)
    return mistaken


def _not_before(first: date, day: date | None, *, until: date | None = None) -> date | None:
    if day is None or (until and max(day, first) > until):
        return None
    return max(day, first)


def _columns(task: Task) -> tuple[date | None, ...]:
    return (task.due_on, *(getattr(task, column) for column in CARD_COLUMNS))


def _standing_cards(tasks: list[Task]) -> dict[UUID, list[Card]]:
    """Of each task, the cards that stand for the due day in force."""
    rows = Card.objects.standing().filter(task__in=tasks, term=F("task__term"))
    cards: dict[UUID, list[Card]] = {task.pk: [] for task in tasks}
    for card in rows:
        cards[card.task_id].append(card)
    return cards
