"""The due day while work goes on: extended once, and standing still while the task waits for the household."""

from datetime import timedelta

from fieldapi.errors import Refused
from matters.acts import Act, Columns


def extend(act: Act) -> Columns:
    task, due_on = act.task, act.args["due_on"]
    if task.extended:
        raise Refused("already_extended")
    if task.due_on is None:
        raise Refused("no_due_day")
    if due_on <= task.due_on:
        raise Refused("due_not_later", "/due_on", due_on=task.due_on)
    return {"due_on": due_on, "extended": True}


def pause(act: Act) -> Columns:
    return {"paused": True}


def resume(act: Act) -> Columns:
    """The due day moves on by the calendar days the clock stood."""
    task = act.task
    paused = task.actions.filter(verb="pause").order_by("received_at", "id").last()
    stood = max((act.day - paused.day).days, 0) if paused else 0
    return {"paused": False, "due_on": task.due_on and task.due_on + timedelta(days=stood)}
