"""Who is on post for a task: while post A of a household is away, post B acts for it (顶岗)."""

from datetime import date
from uuid import UUID

from cadres.models import Absence, User
from households.cover import acting
from households.models import Pairing
from matters.models import Task


def on_post(task: Task, *, day: date) -> UUID | None:
    """The cadre who acts on `day` for the household that raised it first; None where nobody is paired with any.

    Two queries.
    """
    raised = task.opinions().filter(household__isnull=False).order_by("occurred_at", "id")
    households = list(raised.values_list("household", flat=True))
    acts = acting(households, day)
    return next((acts[pk].pk for pk in households if pk in acts), None)


def cover_of(cadre: UUID, task: Task, *, day: date) -> UUID | None:
    """Who acts on `day` for a cadre who is away: post B of a household that raised the task and that the cadre
    serves in post A. None where the cadre is there, or B is away too or has left. One query."""
    away = Absence.objects.on(day)
    theirs = Pairing.objects.on(day).filter(
        cadre=cadre, post="A", household__in=task.households().values("pk"), cadre__in=away.values("cadre")
    )
    cover = Pairing.objects.on(day).filter(post="B", household__in=theirs.values("household"))
    there = (
        cover.filter(cadre__active=True).exclude(cadre__in=away.values("cadre")).order_by("household", "id")
    )
    return there.values_list("cadre", flat=True).first()


def covers_handler(task: Task, by: User, *, day: date) -> bool:
    """Whether `by` acts on `day` for the task's handler."""
    return task.handler_id is not None and cover_of(task.handler_id, task, day=day) == by.pk
