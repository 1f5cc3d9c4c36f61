"""What households said and were told, and the groups it belongs to, as phones keep them."""

from datetime import date
from typing import Any

from django.db.models import Q

from opinions.models import Category, Group, Opinion, Reply
from sync.feed.columns import Kind, column, sent
from sync.feed.table import ALWAYS_ONE, VERSION, FeedTable
from sync.feed.working_set import WorkingSet

ID, TEXT, DAY, INSTANT, FLAG, WHOLE, JSON = (
    Kind.ID, Kind.TEXT, Kind.DAY, Kind.INSTANT, Kind.FLAG, Kind.WHOLE, Kind.JSON,
)  # fmt: skip


def standing(withdrawn: bool | None, resolved_on: date | None, declined_on: date | None, task: Any) -> str:
    """Where an opinion stands, as `Opinion.standing` says it of a row."""
    if withdrawn:
        return "withdrawn"
    if resolved_on:
        return "resolved"
    if declined_on:
        return "declined"
    return "in_task" if task else "collected"


def groups_held(pulled: WorkingSet) -> list[Q]:
    """Those of tasks given, and of the opinions held for another reason."""
    said, own, _ = (Opinion.objects.filter(reason).values("group") for reason in pulled.opinions())
    return [Q(pk__in=said), Q(pk__in=own), Q(pk__in=pulled.given)]


OPINIONS = FeedTable(
    "opinions",
    Opinion,
    (
        sent("visit", ID, "visit_id", optional=True),
        sent("made_at", INSTANT, optional=True, meaning="of an opinion without a visit"),
        sent("household", ID, "household_id", optional=True),
        sent("unit", TEXT, "unit_sent", optional=True, read=lambda code: code or None),
        sent("voice", TEXT, optional=True),
        sent("text", TEXT),
        sent("kind", TEXT),
        sent("category", TEXT, "category_id", optional=True),
        sent("wants_reply", FLAG, optional=True),
        sent("made_by", ID, "by_id", optional=True),
        column("by", ID, "by_id"),
        column("counts_in", TEXT, "unit_id", meaning="the division's code as of the day"),
        column("day", DAY),
        column("occurred_at", INSTANT),
        column("received_at", INSTANT),
        column("group", ID, "group_id"),
        column("task", ID, "group__task"),
        column(
            "standing",
            TEXT,
            "visit__withdrawn",
            "resolved_on",
            "declined_on",
            "group__task",
            read=standing,
            meaning="collected, in_task, resolved, declined or withdrawn",
        ),
        column(
            "suggested_categories",
            JSON,
            "suggested",
            meaning="[{code, score}], likeliest first",
        ),
        column("resolved_on", DAY),
        column("declined_on", DAY),
        column("replied_on", DAY),
        VERSION,
    ),
    WorkingSet.opinions,
    brings={
        "replies": "opinion",
        "households": "opinions",
        "groups": "opinions",
        "matter_opinions": "opinion",
    },
    written_by_phones=True,
)
REPLIES = FeedTable(
    "replies",
    Reply,
    (
        sent("opinion", ID, "opinion_id"),
        sent("text", TEXT),
        sent("how", TEXT),
        sent("told_at", INSTANT),
        sent("made_by", ID, "by_id", optional=True),
        column("by", ID, "by_id"),
        column("received_at", INSTANT),
        ALWAYS_ONE,
    ),
    lambda pulled: [*pulled.opinions("opinion__"), Q(by=pulled.user.pk)],
    written_by_phones=True,
)
GROUPS = FeedTable(
    "groups",
    Group,
    (
        column("title", TEXT, optional=False),
        column("unit", TEXT, "unit_id", optional=False),
        column("category", TEXT, "category_id"),
        column("opened_at", INSTANT, optional=False),
        VERSION,
    ),
    groups_held,
)
CATEGORIES = FeedTable(
    "categories",
    Category,
    (
        column("name", TEXT, optional=False),
        column("name_en", TEXT, optional=False),
        column("active", FLAG, optional=False),
        column("deadline_days", WHOLE, meaning="of a task, after the day it was opened"),
        column("deadline_in", TEXT, optional=False, meaning="working_days or calendar_days"),
        column("needs_review", FLAG, optional=False, meaning="its tasks end only after a joint review"),
        VERSION,
    ),
    lambda pulled: [Q()],
    key="code",
)
TABLES = (OPINIONS, REPLIES, GROUPS, CATEGORIES)
