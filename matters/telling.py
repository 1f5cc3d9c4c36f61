"""Who is told of what happens to a task, in the transaction in which it happens (docs/notices.md)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from datetime import date
from uuid import UUID

from cadres.desks import desks_of
from cadres.models import User
from fieldapi import clock
from fieldapi.access import Role
from matters.acts import Act, Columns
from matters.models import Card, OfficeView, Task
from matters.people import WORKERS, acting_for, working_on
from notices.models import Notice
from notices.tell import News, tell
from opinions.models import Opinion


def tell_of_opening(task: Task, households: Iterable[UUID], *, by: User) -> None:
    """A new task: the office it is opened for, and who is on post for the households that raised it."""
    today = clock.today()
    given = [_news("task_given", task, working_on([task], today).get(task.pk, []), "v1")]
    told = {person for one in given for person in one.people}
    posts = set(acting_for(households, today).values()) - told
    tell([*given, _news("task_opened", task, sorted(posts), "v1")], by=by)


def tell_of_act(verb: str, act: Act, columns: Columns) -> None:
    """What follows for people from a verb; `columns` are what it has set. Nothing is asked for the others."""
    if news := NEWS.get(verb):
        tell(news(act, _as_it_became(act.task, columns)), by=act.by)


def tell_of_cards(cards: Iterable[Card], tasks: Mapping[UUID, Task]) -> None:
    """Cards that fell: who works on the task; its supervisors too when it is red, or while nobody does."""
    cards = list(cards)
    if not cards:
        return
    people = working_on(tasks.values(), clock.today())
    desks = desks_of({task.unit_id for task in tasks.values()}, Role.SUPERVISOR)
    news = []
    for card in cards:
        task = tasks[card.task_id]
        told = set(people.get(task.pk, ()))
        if card.colour == Card.Colour.RED or not told:
            told |= set(desks.get(task.unit_id, ()))
        news.append(_news(f"{card.colour}_card", task, sorted(told), _falling(card), card.due_on))
    tell(news)


def untell_of_cards(cards: Iterable[Card]) -> None:
    """Cards that had not fallen after all: what nobody has read of them yet goes. One query, and one where any does."""
    said = {(f"{card.colour}_card", card.task_id, _falling(card)) for card in cards}
    unread = Notice.objects.unread().filter(
        row_id__in={task for _, task, _ in said}, kind__in={kind for kind, _, _ in said}
    )
    rows = unread.values_list("pk", "kind", "row_id", "occasion")
    if wrong := [pk for pk, *key in rows if tuple(key) in said]:
        Notice.objects.filter(pk__in=wrong).delete()


def _falling(card: Card) -> str:
    return f"{card.term} {card.fell_on}"


def tell_of_escalation(tasks: Iterable[Task], unit: str) -> None:
    """Tasks that went up to `unit` by themselves: its supervisors."""
    desk = desks_of([unit], Role.SUPERVISOR).get(unit, [])
    tell(_news("escalated", task, desk, f"to {unit}") for task in tasks)


def unanswered(tasks: Mapping[UUID, Task], occasion: Callable[[Task], str], today: date) -> list[News]:
    """To each opinion of these tasks (by group) that wants an answer: who is to tell the household.

    Where nobody is on post, or no household spoke, the supervisors. Three queries at most, none for no tasks.
    """
    if not tasks:
        return []
    rows = Opinion.objects.wanting_answer().filter(group__in=tasks).order_by("pk")
    waiting = list(rows.values_list("pk", "group", "household"))
    posts = acting_for([household for _, _, household in waiting if household], today)
    homeless = {tasks[group].unit_id for _, group, household in waiting if household not in posts}
    desks = desks_of(homeless, Role.SUPERVISOR) if homeless else {}
    news = []
    for pk, group, household in waiting:
        task = tasks[group]
        people = [posts[household]] if household in posts else desks.get(task.unit_id, [])
        news.append(_news("answer_due", task, people, occasion(task), about=("opinions", pk)))
    return news


def _given(act: Act, task: Task) -> list[News]:
    """Where the one who works on it is another than before."""
    before = act.task
    same = task.handler_id == before.handler_id if task.handler_id else task.office_id == before.office_id
    return [] if same else _to_workers("task_given", task)


def _to_workers(kind: str, task: Task) -> list[News]:
    people = working_on([task], clock.today()).get(task.pk, [])
    return [_news(kind, task, people, f"v{task.version}")]


def _reopened(act: Act, task: Task) -> list[News]:
    return _to_workers("task_reopened", task)


def _escalated(act: Act, task: Task) -> list[News]:
    unit = task.escalated_to_id or task.unit_id
    desk = desks_of([unit], Role.SUPERVISOR).get(unit, [])
    return [_news("escalated", task, desk, f"to {unit}")]


def _review_asked(act: Act, task: Task) -> list[News]:
    staff = User.objects.filter(office__in=act.args["offices"], active=True, role__in=WORKERS)
    people = list(staff.order_by("pk").values_list("pk", flat=True))
    return [_news("review_asked", task, people, f"v{task.version}")]


def _decision_due(act: Act, task: Task) -> list[News]:
    """Once the last of the invited offices has spoken."""
    asked = OfficeView.objects.filter(review__task=task.pk, review__decided_at=None)
    views = list(asked.values_list("review", "view"))
    if not all(view for _, view in views):
        return []
    desk = desks_of([task.unit_id], Role.LEADER).get(task.unit_id, [])
    return [_news("decision_due", task, desk, str(views[0][0]))]


def _ended(act: Act, task: Task) -> list[News]:
    return unanswered({task.group_id: task}, lambda _: f"ended {act.day}", clock.today())


NEWS: dict[str, Callable[[Act, Task], list[News]]] = {
    "assign": _given,
    "start": _given,
    "reopen": _reopened,
    "escalate": _escalated,
    "request-review": _review_asked,
    "review": _decision_due,
    "confirm": _ended,
    "decline": _ended,
}


def _as_it_became(task: Task, columns: Columns) -> Task:
    became = copy(task)
    for name, value in columns.items():
        setattr(became, name, value)
    became.version = task.version + 1
    return became


def _news(
    kind: str,
    task: Task,
    people: Collection[UUID],
    occasion: str,
    day: date | None = None,
    about: tuple[str, UUID] | None = None,
) -> News:
    resource, row_id = about or ("tasks", task.pk)
    return News(kind, people, resource, row_id, task.unit_id, task.title, occasion, day or task.due_on)
