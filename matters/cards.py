"""Yellow and red cards: they fall on their day, once, whoever is late to notice it."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from cadres.months import added_months
from fieldapi import clock
from fieldapi.calendar import local_day
from fieldapi.journal import Entry, note_down_all
from matters.acts import Act, Columns
from matters.deadlines import card_days
from matters.models import Card, CardQuerySet, Task
from matters.telling import tell_of_cards, untell_of_cards
from matters.working_calendar import working_days

COLUMNS = {Card.Colour.YELLOW: "yellow_on", Card.Colour.RED: "red_on"}
CARD_COLUMNS = ("yellow_on", "red_on", "escalate_on")
NOTHING_FALLS: Columns = dict.fromkeys(CARD_COLUMNS)
RUNNING = (Task.State.OPEN, Task.State.ASSIGNED, Task.State.IN_PROGRESS)
BATCH = 500


def days_from(due_on: date | None, set_on: date, unit: str) -> Columns:
    """The columns of a task whose due day holds since `set_on`. One query where there is a due day."""
    if due_on is None:
        return NOTHING_FALLS
    days = card_days(due_on, set_on, working_days(unit))
    return {"yellow_on": days.yellow_on, "red_on": days.red_on, "escalate_on": days.escalate_on}


def follow(act: Act, became: str, columns: Columns) -> Columns:
    """What an act does to the cards of its task: what fell by then stands, what would have fallen later falls anew.

    No query unless a card is due, the due day moves, the clock starts again, or the act arrived on a later day.
    """
    task = act.task
    if fallen := {colour: day for colour, day in pending(task) if day <= act.day}:
        issue((task, colour, day) for colour, day in fallen.items())
    due_on = columns.get("due_on", task.due_on)
    runs = became in RUNNING and not columns.get("paused", task.paused)
    starts = runs and (task.paused or task.state not in RUNNING)
    moved = due_on != task.due_on
    if act.day < local_day(act.received_at) and (moved or not runs):
        take_back(task.cards.filter(fell_on__gt=act.day), at=act.received_at)
    if starts:
        return _again(task, due_on, act.day)
    term = {"term": task.term + 1} if moved else {}
    if not runs:
        return NOTHING_FALLS | term
    if moved:
        return days_from(due_on, act.day, task.unit_id) | term
    return {COLUMNS[colour]: None for colour in fallen}


def pending(task: Task) -> list[tuple[Card.Colour, date]]:
    """The cards still to fall, with their days."""
    return [(colour, day) for colour, column in COLUMNS.items() if (day := getattr(task, column)) is not None]


def _again(task: Task, due_on: date | None, day: date) -> Columns:
    """The clock starts again: what has fallen for this due day already does not fall twice."""
    columns = dict(days_from(due_on, day, task.unit_id))
    for colour in task.cards.standing().filter(term=task.term).values_list("colour", flat=True):
        columns[COLUMNS[Card.Colour(colour)]] = None
    return columns


def issue(fallen: Iterable[tuple[Task, Card.Colour, date]]) -> list[Card]:
    """Record cards of tasks with a due day, inside the caller's transaction; one that stands is left alone."""
    fallen = list(fallen)
    months = added_months((task.unit_id, day) for task, _, day in fallen)
    now = clock.now()
    cards = [
        Card(
            task=task,
            colour=colour,
            term=task.term,
            fell_on=day,
            due_on=task.due_on,
            issued_at=now,
            unit=task.unit_id,
            office_id=task.office_id,
            handler_id=task.handler_id,
            added_month=months[task.unit_id, day],
        )
        for task, colour, day in fallen
        if task.due_on
    ]
    Card.objects.bulk_create(cards, ignore_conflicts=True)
    note_down_all(
        None,
        [
            Entry(
                f"cards.{card.colour}",
                card.task_id,
                card.unit,
                {"fell_on": card.fell_on, "due_on": card.due_on},
            )
            for card in cards
        ],
    )
    tell_of_cards(cards, {task.pk: task for task, _, _ in fallen})
    return cards


def take_back(rows: CardQuerySet, *, at: datetime) -> None:
    """Withdraw cards that, as it turns out, had not fallen: the clock already stood, or the calendar was wrong."""
    cards = list(rows.standing())
    if not cards:
        return
    rows.standing().update(withdrawn_at=at)
    note_down_all(
        None,
        [
            Entry("cards.withdraw", card.task_id, card.unit, {"colour": card.colour, "fell_on": card.fell_on})
            for card in cards
        ],
    )
    untell_of_cards(cards)


def issue_fallen() -> None:
    """Every card that has fallen by now; after days of downtime each on its own day. Safe from two places at once.

    One query a colour where none has.
    """
    for colour in COLUMNS:
        while _issue_some(colour) == BATCH:
            pass


@transaction.atomic
def _issue_some(colour: Card.Colour) -> int:
    column, today = COLUMNS[colour], clock.today()
    rows = Task.objects.filter(**{f"{column}__lte": today}).order_by(column, "pk")
    tasks = list(rows.select_for_update(of=("self",), no_key=True, skip_locked=True)[:BATCH])
    if tasks:
        issue((task, colour, getattr(task, column)) for task in tasks)
        Task.objects.filter(pk__in=[task.pk for task in tasks]).update(
            **{column: None, "version": F("version") + 1, "changed_at": clock.now()}
        )
    return len(tasks)
