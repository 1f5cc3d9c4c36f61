"""What the cast tries at the endpoints of tasks and practical matters.

Where the handler `lin` acts, the task answers a household that nobody of the cast serves, so that only he and the
desks see it; where it is for the paired cadres to act, it is their household's and `lin` has no part in it.
"""

from collections.abc import Callable
from typing import Any

from fieldapi import clock
from fieldapi.ids import new_id
from matters.models import CalendarDay, Task
from tests.conftest import Village
from tests.matters.acting import args_for, make_task
from tests.samples import COUNTY as COUNTY_CODE
from tests.samples import make_household, make_opinion
from tests.scenes import COUNTY, Scene

SERVING = frozenset({"gao", "chen"})
WORKING = frozenset({"lin", "sun"})
HOLIDAY: dict[str, Any] = {"day": "2026-07-15", "works": False, "reason": "火把节"}
REASON = {"reason": "情况属实"}
DAY = "2026-11-12T17:00:00+08:00"


def of_a_stranger(village: Village, state: str, **columns: Any) -> Any:
    opinion = make_opinion(make_household("8"), village.sun)
    return make_task(village, state, **({"opinion": opinion, "handler": village.lin} | columns))


def given_to_lin(verb: str, state: str) -> Scene:
    return Scene(
        lambda village: f"tasks/{of_a_stranger(village, state).pk}/{verb}/",
        body=lambda village: args_for(verb, village, "lin"),
        through=WORKING,
    )


def by_the_supervisor(verb: str, state: str, body: Callable[[Village], Any] | None = None) -> Scene:
    return Scene(
        lambda village: f"tasks/{make_task(village, state).pk}/{verb}/",
        body=body or (lambda village: args_for(verb, village, "sun")),
        through=frozenset({"sun"}),
    )


def a_matter(village: Village) -> str:
    village.client("gao").put(f"practical-matters/{(key := new_id())}/", done(village))
    return f"practical-matters/{key}/"


def under_review(village: Village) -> Task:
    """The supervisor's office is the one invited, and `lin`'s too."""
    task: Task = of_a_stranger(village, "under_review")
    village.sun.office = village.lin.office
    village.sun.save()
    return task


def a_holiday(village: Village) -> str:
    row = CalendarDay.objects.create(
        unit_id=COUNTY_CODE, added_by=village.zheng, changed_at=clock.now(), **HOLIDAY
    )
    return f"calendar-days/{row.pk}/"


def done(village: Village) -> dict[str, Any]:
    return {"title": "换水管", "done_on": "2026-11-03", "households": [str(village.house.pk)]}


def finished_offline(village: Village) -> dict[str, Any]:
    task = of_a_stranger(village, "in_progress")
    return {"task": str(task.pk), "verb": "finish", "args": {"outcome": "已换"}, "made_at": DAY}


SCENES = {
    "tasks.list": Scene(lambda village: "tasks/"),
    "tasks.retrieve": Scene(
        lambda village: f"tasks/{make_task(village).pk}/", through=SERVING | {"sun"} | COUNTY
    ),
    "tasks.history": Scene(
        lambda village: f"tasks/{make_task(village).pk}/history/", through=SERVING | {"sun"} | COUNTY
    ),
    "tasks.verbs": Scene(
        lambda village: f"tasks/{make_task(village).pk}/verbs/", through=SERVING | {"sun"} | COUNTY
    ),
    "tasks.create": Scene(
        lambda village: "tasks/",
        body=lambda village: {
            "title": "路灯",
            "opinions": [str(make_opinion(village.house, village.gao).pk)],
        },
        through=frozenset({"sun"}),
        otherwise=400,
    ),
    "tasks.assign": by_the_supervisor("assign", "open"),
    "tasks.start": given_to_lin("start", "assigned"),
    "tasks.extend": by_the_supervisor("extend", "in_progress"),
    "tasks.escalate": by_the_supervisor("escalate", "assigned"),
    "tasks.request_review": by_the_supervisor("request-review", "open"),
    "tasks.review": Scene(
        lambda village: f"tasks/{under_review(village).pk}/review/",
        body=lambda village: {"view": "同意"},
        through=WORKING,
    ),
    "tasks.decide": Scene(
        lambda village: f"tasks/{under_review(village).pk}/decide/",
        body=lambda village: {"decision": "照办"},
        through=frozenset({"wu"}),
    ),
    "calendar-days.list": Scene(lambda village: "calendar-days/"),
    "calendar-days.retrieve": Scene(a_holiday),
    "calendar-days.create": Scene(
        lambda village: "calendar-days/",
        body=lambda village: HOLIDAY | {"unit": COUNTY_CODE},
        through=frozenset({"zheng"}),
        otherwise=400,
    ),
    "calendar-days.destroy": Scene(a_holiday, through=frozenset({"zheng"}), otherwise=403),
    "tasks.pause": given_to_lin("pause", "in_progress"),
    "tasks.resume": given_to_lin("resume", "paused"),
    "tasks.finish": given_to_lin("finish", "in_progress"),
    "tasks.confirm": Scene(
        lambda village: f"tasks/{of_a_stranger(village, 'done', handler=None).pk}/confirm/",
        body=lambda village: REASON,
        through=frozenset({"sun"}),
    ),
    "tasks.reopen": Scene(
        lambda village: f"tasks/{make_task(village, 'confirmed', handler=None).pk}/reopen/",
        body=lambda village: REASON,
        through=SERVING | {"sun"},
    ),
    "tasks.decline": by_the_supervisor("decline", "assigned"),
    "tasks.merge": by_the_supervisor(
        "merge", "open", lambda village: {"into": str(make_task(village, "assigned").pk)}
    ),
    "task-actions.update": Scene(
        lambda village: f"task-actions/{new_id()}/",
        body=finished_offline,
        through=WORKING,
        otherwise=400,
    ),
    "practical-matters.list": Scene(lambda village: "practical-matters/"),
    "practical-matters.retrieve": Scene(a_matter, through=SERVING | {"sun"} | COUNTY),
    "practical-matters.update": Scene(
        lambda village: f"practical-matters/{new_id()}/",
        body=done,
        through=SERVING | {"qian", "sun"},
        otherwise=400,
    ),
}
