"""The due day while work goes on: extended once, and standing still while the task waits for the household."""

from datetime import date, timedelta

from fieldapi.errors import Refused
from matters.acts import Act, Columns
from matters.deadlines import days_stood, due_day
from matters.models import Task
from matters.working_calendar import working_days
from opinions.models import Category

UNKNOWN = Category()
"""A task whose category nobody has said yet has a new category's deadline."""


def check_extendable(task: Task) -> None:
    if task.extended:
        raise Refused("already_extended")
    if task.due_on is None:
        raise Refused("no_due_day")


def extend(act: Act) -> Columns:
    due_on, before = act.args["due_on"], act.task.due_on
    if before and due_on <= before:
        raise Refused("due_not_later", "/due_on", due_on=before)
    return typed(due_on) | {"extended": True}


def typed(due_on: date) -> Columns:
    """A due day that somebody said: no change of the calendar moves it."""
    return {"due_on": due_on, "due_days": None, "due_in": ""}


def counted(category: Category | None, opened_on: date, unit: str) -> Columns:
    """The due day of a new task by its category; none where the category has no deadline."""
    rule = category or UNKNOWN
    if rule.deadline_days is None:
        return {}
    days, counted_in = rule.deadline_days, rule.deadline_in
    due_on = due_day(opened_on, days, counted_in, working_days(unit))
    return {"due_on": due_on, "due_days": days, "due_in": counted_in}


def pause(act: Act) -> Columns:
    return {"paused": True}


def resume(act: Act) -> Columns:
    """The due day moves on by the days the clock stood: working days where it was counted in them."""
    task = act.task
    paused = task.actions.filter(verb="pause").order_by("received_at", "id").last()
    if task.due_on is None or paused is None:
        return {"paused": False}
    calendar = working_days(task.unit_id)
    stood = days_stood(paused.day, act.day, task.due_in, calendar)
    if task.due_days is None:
        return {"paused": False, "due_on": task.due_on + timedelta(days=stood)}
    days = task.due_days + stood
    due_on = due_day(task.opened_on, days, task.due_in, calendar)
    return {"paused": False, "due_on": due_on, "due_days": days}
