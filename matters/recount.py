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
from matters.models import Card, CountedCalendar, Fixing, Task, TaskQuerySet
from matters.working_calendar import editions, working_days_of


def recount() -> None:
    """Count again what another calendar counted: the library's after an update, a unit's after an exception.

    Two queries where nothing has changed. Broken off, it begins anew; counting twice changes nothing.
    """
    present = {"": edition()} | editions()
    counted = dict(CountedCalendar.objects.values_list("unit", "edition"))
    for unit in sorted(present.keys() | counted.keys()):
        now = present.get(unit, "")  # a unit that has no exceptions, or none any more
        if now != counted.get(unit, ""):
            recount_unit(unit)
            CountedCalendar.objects.update_or_create(unit=unit, defaults={"edition": now})


def recount_unit(unit: str) -> None:
    """Every unfinished task of the subtree (all of them for ""), some hundreds in one transaction."""
    rows = Task.objects.filter(due_on__isnull=False, state__in=RUNNING).order_by("pk")
    if unit:
        rows = rows.filter(**within(unit))
    last = _recount_some(rows)
    while last:
        last = _recount_some(rows.filter(pk__gt=last))


@transaction.atomic
def _recount_some(rows: TaskQuerySet) -> UUID | None:
    """Some of the rows; the last one's id where there may be more."""
    tasks = list(rows.select_for_update(of=("self",), no_key=True)[:BATCH])
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
    return tasks[-1].pk if len(tasks) == BATCH else None


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
