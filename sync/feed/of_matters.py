"""Follow-up tasks and practical matters as phones keep them."""

from datetime import datetime

from django.db.models import Q

from matters.models import (
    Card,
    MatterHousehold,
    MatterOpinion,
    OfficeView,
    PracticalMatter,
    Task,
    TaskAction,
)
from opinions.models import Opinion
from sync.feed.columns import Kind, column, sent
from sync.feed.table import ALWAYS_ONE, VERSION, FeedTable
from sync.feed.working_set import WorkingSet

ID, TEXT, DAY, WHOLE, INSTANT, FLAG, JSON = (
    Kind.ID, Kind.TEXT, Kind.DAY, Kind.WHOLE, Kind.INSTANT, Kind.FLAG, Kind.JSON,
)  # fmt: skip


def tasks(pulled: WorkingSet, path: str = "") -> list[Q]:
    """Tasks given, and those that what a served household said has led to."""
    said = Q(household__in=pulled.served, occurred_at__gte=pulled.begin)
    return [
        Q(**{f"{path}group__in": pulled.given}),
        Q(**{f"{path}group__in": Opinion.objects.filter(said).values("group")}),
    ]


def reviews(pulled: WorkingSet) -> list[Q]:
    """Those of tasks held; and until it is decided, or the task has ended without, what the user's office is asked."""
    held = tasks(pulled, "review__task__")
    if pulled.user.office_id:
        asked = Q(review__decided_at=None, review__task__under_review=True)
        held.append(Q(office=pulled.user.office_id) & asked)
    return held


def matters(pulled: WorkingSet, path: str = "") -> list[Q]:
    """Matters that helped a served household, and the user's own."""
    helped = MatterHousehold.objects.filter(household__in=pulled.served).values("matter")
    return [
        Q(**{f"{path}pk__in" if path else "pk__in": helped, f"{path}done_on__gte": pulled.since}),
        Q(**{f"{path}recorded_by": pulled.user.pk}),
    ]


def matter_opinions(pulled: WorkingSet) -> list[Q]:
    """Links with opinions held, and the user's own."""
    with_households, own = matters(pulled, "matter__")
    said = Q()
    for reason in pulled.opinions("opinion__"):
        said |= reason
    return [with_households & said, own]


def withdrawn(withdrawn_at: datetime | None, with_its_visit: bool) -> bool:
    return withdrawn_at is not None or with_its_visit


TASKS = FeedTable(
    "tasks",
    Task,
    (
        column("title", TEXT, optional=False),
        column("unit", TEXT, "unit_id", optional=False),
        column("category", TEXT, "category_id"),
        column("group", ID, "group_id", optional=False),
        column("state", TEXT, optional=False),
        column("office", ID, "office_id"),
        column("office_name", TEXT, "office__name"),
        column("handler", ID, "handler_id"),
        column("plan", TEXT, optional=False),
        column("due_on", DAY),
        column("closing_standard", TEXT, optional=False),
        column("priority", TEXT, optional=False, meaning="high or normal"),
        column("paused", FLAG, optional=False),
        column("extended", FLAG, optional=False),
        column("under_review", FLAG, optional=False),
        column("escalated_to", TEXT, "escalated_to_id"),
        column("outcome", TEXT, optional=False),
        column("decline_reason", TEXT, optional=False),
        column("merged_into", ID, "merged_into_id"),
        column("opened_at", INSTANT, optional=False),
        column("finished_on", DAY),
        column("closed_on", DAY),
        VERSION,
    ),
    tasks,
    brings={
        "task_actions": "task",
        "photos": "task",
        "cards": "task",
        "reviews": "review__task",
        "visit_tasks": "task",
    },
)
CARDS = FeedTable(
    "cards",
    Card,
    (
        column("task", ID, "task_id", optional=False),
        column("colour", TEXT, optional=False, meaning="yellow or red"),
        column("fell_on", DAY, optional=False),
        column("due_on", DAY, optional=False, meaning="in force when it fell"),
        column("issued_at", INSTANT, optional=False),
        ALWAYS_ONE,
    ),
    lambda pulled: [Q(withdrawn_at=None) & held for held in tasks(pulled, "task__")],
)
REVIEWS = FeedTable(
    "reviews",
    OfficeView,
    (
        column("review", ID, "review_id", optional=False, meaning="the same for all offices asked at once"),
        column("task", ID, "review__task", optional=False),
        column("title", TEXT, "review__task__title", optional=False, meaning="the task's"),
        column("reason", TEXT, "review__reason", optional=False),
        column("requested_by", ID, "review__requested_by", optional=False),
        column("requested_at", INSTANT, "review__requested_at", optional=False),
        column("office", ID, "office_id", optional=False),
        column("view", TEXT, optional=False, meaning="empty until it is given"),
        column("by", ID, "by_id"),
        column("given_at", INSTANT),
        column("decision", TEXT, "review__decision", optional=False, meaning="empty until it is made"),
        column("decided_by", ID, "review__decided_by"),
        column("decided_at", INSTANT, "review__decided_at"),
        VERSION,
    ),
    reviews,
    key="row_id",
)
TASK_ACTIONS = FeedTable(
    "task_actions",
    TaskAction,
    (
        sent("task", ID, "task_id"),
        sent("verb", TEXT),
        sent("args", JSON, optional=True),
        sent("made_at", INSTANT, "made_at_sent"),
        sent("made_by", ID, "by_id", optional=True),
        column("by", ID, "by_id"),
        column("day", DAY),
        column("was", TEXT, meaning="the task's state before"),
        column("became", TEXT),
        column("received_at", INSTANT),
        ALWAYS_ONE,
    ),
    lambda pulled: [*tasks(pulled, "task__"), Q(by=pulled.user.pk)],
    written_by_phones=True,
)
MATTERS = FeedTable(
    "practical_matters",
    PracticalMatter,
    (
        sent("visit", ID, "visit_id", optional=True),
        sent("title", TEXT),
        sent("done_on", DAY, "done_on_sent", optional=True),
        sent("satisfaction", WHOLE, optional=True),
        sent("made_by", ID, "recorded_by_id", optional=True),
        column("recorded_by", ID, "recorded_by_id"),
        column("unit", TEXT, "unit_id"),
        column("counts_on", DAY, "done_on"),
        column("task", ID, "task_id"),
        column("withdrawn", FLAG, "withdrawn_at", "visit_withdrawn", read=withdrawn),
        column("received_at", INSTANT),
        VERSION,
    ),
    matters,
    brings={
        "matter_households": "matter",
        "matter_opinions": "matter",
        "photos": "matter",
        "households": "matter_links__matter",
    },
    written_by_phones=True,
)
MATTER_HOUSEHOLDS = FeedTable(
    "matter_households",
    MatterHousehold,
    (sent("matter", ID, "matter_id"), sent("household", ID, "household_id"), ALWAYS_ONE),
    lambda pulled: matters(pulled, "matter__"),
    key="row_id",
    written_by_phones=True,
)
MATTER_OPINIONS = FeedTable(
    "matter_opinions",
    MatterOpinion,
    (sent("matter", ID, "matter_id"), sent("opinion", ID, "opinion_id"), ALWAYS_ONE),
    matter_opinions,
    key="row_id",
    written_by_phones=True,
)
TABLES = (TASKS, CARDS, REVIEWS, TASK_ACTIONS, MATTERS, MATTER_HOUSEHOLDS, MATTER_OPINIONS)
