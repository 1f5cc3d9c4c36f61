"""Which records stand in each list, and where they keep their facts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, Case, CharField, DateField, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, TruncDate

from fieldapi.calendar import SHANGHAI
from households.models import HouseholdChange, Pairing
from matters.models import Card, PracticalMatter, Task, TaskAction
from opinions.models import Opinion, Reply
from reports.lists import RecordList, Rows, on
from reports.windows import Stretch
from visits.models import Amendment, Visit

# Visits

OF_VISIT = {
    "record": "id",
    "unit": "unit",
    "day": "day",
    "household": "household",
    "cadre": "cadre",
    "office": "cadre__office",
    "kind": "kind",
    "number": "people_met",
    "marked": "flagged",
}
OF_COMPANION = OF_VISIT | {"cadre": "companions__user", "office": "companions__user__office"}
OF_AMENDMENT = {
    "record": "id",
    "unit": "visit__unit",
    "day": "visit__day",
    "household": "visit__household",
    "cadre": "by",
    "office": "by__office",
    "kind": Value("amendment", CharField()),
}


def _companions() -> Rows:
    return Visit.objects.standing().filter(accompanied=True, companions__isnull=False)


VISITS = RecordList("visits", Visit.objects.standing, OF_VISIT, on("day"), late="added_month", adds=True)
COMPANIONS = RecordList("companions", _companions, OF_COMPANION, on("day"), late="added_month", adds=True)
AMENDMENTS = RecordList("amendments", Amendment.objects.all, OF_AMENDMENT, late="added_month", adds=True)


# Pairings

OF_PAIRING = {
    "record": "id",
    "unit": "household__unit",
    "day": "started_on",
    "household": "household",
    "cadre": "cadre",
    "office": "cadre__office",
    "kind": "post",
}


class Pairings(RecordList):
    """In the unit where the household lived at the end of the days."""

    def _variants(self, stretch: Stretch) -> Iterator[tuple[Rows, Mapping[str, Any]]]:
        if not stretch.moved_since:
            yield self.rows(), self.facts
            return
        moves = HouseholdChange.objects.filter(verb="move", on__gt=stretch.last)
        yield self.rows().exclude(household__in=moves.values("household")), self.facts
        first = moves.filter(household=OuterRef("household")).order_by("on", "id").values("was_unit")[:1]
        moved = (
            self.rows().filter(household__in=moves.values("household")).annotate(unit_then=Subquery(first))
        )
        yield moved, {**self.facts, "unit": "unit_then"}


def _in_force(stretch: Stretch) -> Iterator[Q]:
    """On any day of the stretch. A pairing that ended on the day it started was in force on none."""
    begun = Greatest("started_on", Value(stretch.first, DateField()))
    yield Q(Q(ended_on__isnull=True) | Q(ended_on__gt=begun), started_on__lte=stretch.last)


PAIRINGS = Pairings("pairings", Pairing.objects.all, OF_PAIRING, _in_force)


# Opinions

OF_OPINION = {
    "record": "id",
    "unit": "unit",
    "day": "day",
    "household": "household",
    "cadre": "by",
    "office": "by__office",
    "kind": "kind",
    "category": "category",
}


def _unanswered(stretch: Stretch) -> Iterator[Q]:
    """Neither resolved nor declined by the end of the stretch: never so far, or only later."""
    last = stretch.last
    yield Q(day__lte=last, resolved_on__isnull=True, declined_on__isnull=True)
    if stretch.over:
        declined_later = Q(declined_on__isnull=True) | Q(declined_on__gt=last)
        yield Q(declined_later, day__lte=last, resolved_on__gt=last)
        yield Q(day__lte=last, resolved_on__isnull=True, declined_on__gt=last)


def _opinions(name: str, day: str = "day", **columns: Any) -> RecordList:
    told = {"when": on(day)} | columns
    return RecordList(name, Opinion.objects.standing, OF_OPINION | {"day": day}, late="added_month", **told)


COLLECTED = _opinions("opinions", adds=True)
RESOLVED = _opinions("resolved", "resolved_on")
REPLIED = _opinions("replied", "replied_on")
OPEN = _opinions("open", when=_unanswered, stock=True)


# Replies that came late. Those in time are counted as what they make of their opinion: replied.

OF_REPLY = {
    "record": "id",
    "unit": "opinion__unit",
    "day": TruncDate("told_at", tzinfo=SHANGHAI),
    "household": "opinion__household",
    "cadre": "by",
    "office": "by__office",
    "kind": Value("reply", CharField()),
    "category": "opinion__category",
}


def _replies() -> Rows:
    return Reply.objects.filter(opinion__visit_withdrawn=False)


LATE_REPLIES = RecordList("late_replies", _replies, OF_REPLY, late="added_month", adds=True)


# Tasks

OF_TASK = {
    "record": "id",
    "unit": "unit",
    "cadre": "handler",
    "office": "office",
    "kind": "state",
    "category": "category",
}
OF_BACKLOG = OF_TASK | {"day": "opened_on"}
OF_ACT = {
    "record": "id",
    "unit": "unit",
    "day": "day",
    "cadre": "task__handler",
    "office": "task__office",
    "kind": "verb",
    "category": "task__category",
}

OF_CARD = {
    "record": "id",
    "unit": "unit",
    "day": "fell_on",
    "cadre": "handler",
    "office": "office",
    "kind": "colour",
    "category": "task__category",
}


def _tasks() -> Rows:
    return Task.objects.exclude(state=Task.State.MERGED)


def _ended() -> Rows:
    return Task.objects.filter(state__in=(Task.State.CONFIRMED, Task.State.DECLINED))


def _acts() -> Rows:
    return TaskAction.objects.exclude(task__state=Task.State.MERGED)


def _cards() -> Rows:
    return Card.objects.standing().exclude(task__state=Task.State.MERGED)


def _early() -> Case:
    """Finished (or declined) before the due day then in force, which may have been moved after that."""
    ending = TaskAction.objects.filter(task=OuterRef("pk"), verb__in=("finish", "decline"))
    due_then = Coalesce(Subquery(ending.order_by("-made_at", "-id").values("due_on")[:1]), F("due_on"))
    return Case(
        When(extended=False, finished_on__lt=F("due_on"), then=Value(True)),
        When(extended=True, finished_on__lt=due_then, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def _overdue(stretch: Stretch) -> Iterator[Q]:
    """Past due and unfinished at the end of the stretch (until then: now): so still, or finished only later.

    The due day itself is on time; the clock of a paused task stands.
    """
    past = Q(opened_on__lte=stretch.last, due_on__lt=stretch.open_from)
    yield past & Q(finished_on__isnull=True, paused=False)
    if stretch.over:
        yield past & Q(finished_on__gt=stretch.last)


AGE_DAYS = {"up_to_7": 7, "up_to_15": 15, "up_to_30": 30, "up_to_90": 90}
OLDEST = "over_90"
AGES = (*AGE_DAYS, OLDEST)


class Backlog(RecordList):
    """Live tasks, whose kind is their age at the end of the days (until then: now)."""

    def _variants(self, stretch: Stretch) -> Iterator[tuple[Rows, Mapping[str, Any]]]:
        end = min(stretch.last, stretch.today)
        ages = [
            When(opened_on__gte=end - timedelta(days=days), then=Value(age)) for age, days in AGE_DAYS.items()
        ]
        yield (
            self.rows(),
            {**self.facts, "kind": Case(*ages, default=Value(OLDEST), output_field=CharField())},
        )


def _live(stretch: Stretch) -> Iterator[Q]:
    """Neither confirmed nor declined at the end of the stretch: so still, or only later."""
    yield Q(opened_on__lte=stretch.last, closed_on__isnull=True)
    if stretch.over:
        yield Q(opened_on__lte=stretch.last, closed_on__gt=stretch.last)


def _reopened_or_escalated(stretch: Stretch) -> Iterable[Q]:
    yield Q(verb__in=("reopen", "escalate"), day__range=(stretch.first, stretch.last))


OPENED = RecordList("tasks", _tasks, OF_TASK | {"day": "opened_on"}, on("opened_on"))
CLOSED = RecordList("closed", _ended, OF_TASK | {"day": "closed_on", "marked": _early()}, on("closed_on"))
OVERDUE = RecordList("overdue", _tasks, OF_TASK | {"day": "due_on"}, _overdue, stock=True)
BACKLOG = Backlog("backlog", _tasks, OF_BACKLOG, _live, stock=True)
CARDS = RecordList("cards", _cards, OF_CARD, on("fell_on"), late="added_month", adds=True)
ACTS = RecordList("acts", _acts, OF_ACT, _reopened_or_escalated, late="added_month", adds=True, corrects=True)


# Practical matters

OF_MATTER = {
    "record": "id",
    "unit": "unit",
    "day": "done_on",
    "cadre": "recorded_by",
    "office": Coalesce("task__office", "recorded_by__office"),
    "kind": Case(
        When(task__isnull=False, then=Value("task")), default=Value("on_the_spot"), output_field=CharField()
    ),
    "category": "task__category",
    "number": "satisfaction",
}
OF_BENEFIT = OF_MATTER | {"household": "household_links__household"}


def _benefits() -> Rows:
    return PracticalMatter.objects.standing().filter(household_links__isnull=False)


MATTERS = RecordList(
    "matters", PracticalMatter.objects.standing, OF_MATTER, on("done_on"), late="added_month", adds=True
)
BENEFITS = RecordList("benefits", _benefits, OF_BENEFIT, on("done_on"), late="added_month", adds=True)

LISTS = (
    VISITS,
    COMPANIONS,
    AMENDMENTS,
    PAIRINGS,
    COLLECTED,
    RESOLVED,
    REPLIED,
    OPEN,
    LATE_REPLIES,
    OPENED,
    CLOSED,
    OVERDUE,
    BACKLOG,
    CARDS,
    ACTS,
    MATTERS,
    BENEFITS,
)
