"""Visits as phones keep them, with what hangs on them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from matters.models import VisitTask
from media.models import Photo
from sync.feed.columns import Kind, column, milliseconds, sent
from sync.feed.of_matters import tasks
from sync.feed.table import ALWAYS_ONE, VERSION, FeedTable
from sync.feed.working_set import WorkingSet
from visits.models import Amendment, Companion, Flag, Visit

ID, TEXT, WHOLE, NUMBER, INSTANT, FLAG = (
    Kind.ID, Kind.TEXT, Kind.WHOLE, Kind.NUMBER, Kind.INSTANT, Kind.FLAG,
)  # fmt: skip


def of_location(name: str, kind: Kind) -> Any:
    """A column that stands in the `location` object of a PUT."""
    return sent(name, kind, "location", optional=True, read=part(name), place=f"location.{name}")


def part(name: str) -> Callable[[dict[str, Any] | None], Any]:
    """Reads a member of an object, if there is one."""
    return lambda whole: (whole or {}).get(name)


def fixed_at(location: dict[str, Any] | None) -> int | None:
    """Kept as text within the location."""
    text = (location or {}).get("fixed_at")
    return milliseconds(datetime.fromisoformat(text)) if text else None


def photo_reasons(pulled: WorkingSet) -> list[Q]:
    return [
        *pulled.visits("visit__"),
        Q(by=pulled.user.pk),
        Q(task__group__in=pulled.given),
        Q(matter__recorded_by=pulled.user.pk),
    ]


def visit_tasks(pulled: WorkingSet) -> list[Q]:
    """Links with tasks held, and those of the user's own visits."""
    with_household, own = pulled.visits("visit__")
    held = Q()
    for reason in tasks(pulled, "task__"):
        held |= reason
    return [with_household & held, own]


VISITS = FeedTable(
    "visits",
    Visit,
    (
        sent("household", ID, "household_id", optional=True),
        sent("visitor_name", TEXT, "visitor", optional=True, read=part("name"), place="visitor.name"),
        sent(
            "visitor_address", TEXT, "visitor", optional=True, read=part("address"), place="visitor.address"
        ),
        sent("kind", TEXT),
        sent("started_at", INSTANT),
        sent("ended_at", INSTANT, optional=True),
        sent("people_met", WHOLE, optional=True),
        of_location("lat", NUMBER),
        of_location("lon", NUMBER),
        of_location("accuracy_m", NUMBER),
        of_location("system", TEXT),
        of_location("mocked", FLAG),
        sent("fixed_at", INSTANT, "location", optional=True, read=fixed_at, place="location.fixed_at"),
        sent("note", TEXT, optional=True),
        sent("made_by", ID, "cadre_id", optional=True),
        column("cadre", ID, "cadre_id"),
        column("unit", TEXT, "unit_id", meaning="the division's code as of the day"),
        column("post", TEXT, read=lambda post: post or None, meaning="A, B, or null"),
        column("cover", FLAG),
        column("occurred_at", INSTANT, meaning="by the corrected clock"),
        column("received_at", INSTANT),
        column("point_lat", NUMBER, "lat", meaning="WGS-84"),
        column("point_lon", NUMBER, "lon", meaning="WGS-84"),
        column("distance_m", NUMBER, meaning="from the household, in metres"),
        column(
            "complete", FLAG, "awaits", read=lambda awaits: not awaits, meaning="no photo awaits its bytes"
        ),
        column("withdrawn", FLAG),
        VERSION,
    ),
    WorkingSet.visits,
    brings={
        "visit_companions": "visit",
        "visit_tasks": "visit",
        "flags": "visit",
        "amendments": "visit",
        "photos": "visit",
        "opinions": "visit",
        "practical_matters": "visit",
        "households": "visits",
    },
    written_by_phones=True,
    annotations={"awaits": Exists(Photo.objects.filter(visit=OuterRef("pk"), state=Photo.State.AWAITING))},
)
COMPANIONS = FeedTable(
    "visit_companions",
    Companion,
    (sent("visit", ID, "visit_id"), sent("user", ID, "user_id"), ALWAYS_ONE),
    lambda pulled: pulled.visits("visit__"),
    key="row_id",
    written_by_phones=True,
)
VISIT_TASKS = FeedTable(
    "visit_tasks",
    VisitTask,
    (sent("visit", ID, "visit_id"), sent("task", ID, "task_id"), ALWAYS_ONE),
    visit_tasks,
    key="row_id",
    written_by_phones=True,
)
FLAGS = FeedTable(
    "flags",
    Flag,
    (
        column("visit", ID, "visit_id", optional=False),
        column("code", TEXT, optional=False),
        column("state", TEXT, optional=False, meaning="raised, dismissed or upheld"),
        column("evidence", Kind.JSON, optional=False, meaning="[{measured, threshold, photo?}]"),
        VERSION,
    ),
    lambda pulled: pulled.visits("visit__"),
)
AMENDMENTS = FeedTable(
    "amendments",
    Amendment,
    (
        sent("visit", ID, "visit_id"),
        sent("made_at", INSTANT),
        sent("reason", TEXT),
        sent("changes", Kind.JSON, meaning="as in a PUT: times as text with an offset"),
        sent("made_by", ID, "by_id", optional=True),
        column("by", ID, "by_id"),
        column("received_at", INSTANT),
        ALWAYS_ONE,
    ),
    lambda pulled: [*pulled.visits("visit__"), Q(by=pulled.user.pk)],
    written_by_phones=True,
)
PHOTOS = FeedTable(
    "photos",
    Photo,
    (
        sent("visit", ID, "visit_id", optional=True),
        sent("task", ID, "task_id", optional=True),
        sent("matter", ID, "matter_id", optional=True),
        sent("sha256", TEXT),
        sent("bytes", WHOLE),
        sent("taken_at", INSTANT, optional=True),
        sent("caption", TEXT, optional=True),
        sent("made_by", ID, "by_id", optional=True),
        column("by", ID, "by_id"),
        column("state", TEXT, meaning="`stored`: the phone may delete its copy"),
        column("problem", TEXT, meaning="a code"),
        column("width", WHOLE),
        column("height", WHOLE),
        column("media_type", TEXT),
        column("received_at", INSTANT),
        VERSION,
    ),
    photo_reasons,
    written_by_phones=True,
)
TABLES = (VISITS, COMPANIONS, VISIT_TASKS, FLAGS, AMENDMENTS, PHOTOS)
