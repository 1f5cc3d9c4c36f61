"""A street light's task in any state, with everybody around it."""

from typing import Any
from uuid import UUID

from cadres.models import Office, User
from fieldapi import clock
from fieldapi.models import JournalLine
from matters.models import Card, JointReview, OfficeView, PracticalMatter, Task, TaskAction
from opinions.models import Group, Opinion
from tests import samples
from tests.conftest import Village

FIXED = {"plan": "更换灯具", "due_on": samples.at("2026-11-20 00:00").date(), "closing_standard": "连亮三晚"}


def make_task(village: Village, state: str = "open", **columns: Any) -> Task:
    """`gao`'s household asked for a light; from `assigned` on `lin` handles it, with all five fixings."""
    household = village.house
    opinion = columns.pop("opinion", None) or samples.make_opinion(household, village.gao)
    group = Group.objects.create(
        unit_id=opinion.unit_id, title="路灯", opened_at=clock.now(), changed_at=clock.now()
    )
    Opinion.objects.filter(pk=opinion.pk).update(group=group)
    defaults: dict[str, Any] = {
        "opened_on": clock.today(),
        "opened_at": clock.now(),
        "opened_by": village.sun,
        "due_on": FIXED["due_on"],
    }
    if state != "open":
        defaults |= FIXED | {
            "handler": village.lin,
            "office": samples.make_office(f"城建办{group.pk.hex[-6:]}"),
        }
    if state == "paused":
        state, defaults["paused"] = "in_progress", True
    reviewed = state == "under_review"
    if reviewed:
        state, defaults["under_review"] = "in_progress", True
    if state in ("done", "confirmed", "declined"):
        defaults["finished_on"] = clock.today()
    if state in ("confirmed", "declined"):
        defaults["closed_on"] = clock.today()
    task = Task.objects.create(
        **{
            "group": group,
            "title": "路灯",
            "unit_id": opinion.unit_id,
            "state": state,
            "changed_at": clock.now(),
        }
        | defaults
        | columns
    )
    if reviewed:
        ask_office_of(village.lin, task)
    return task


def ask_office_of(cadre: User, task: Task) -> JointReview:
    """The cadre's office, which there is from now on, is asked for its view."""
    if cadre.office is None:
        cadre.office = samples.make_office("水利站")
        cadre.save()
    review = JointReview.objects.create(
        task=task, reason="涉及两家", requested_by=cadre, requested_at=clock.now()
    )
    OfficeView.objects.create(review=review, office=cadre.office)
    return review


def everything() -> dict[str, Any]:
    """All that an act could write."""
    return {
        "tasks": list(Task.objects.order_by("pk").values()),
        "actions": list(TaskAction.objects.order_by("pk").values()),
        "matters": list(PracticalMatter.objects.order_by("pk").values()),
        "opinions": list(Opinion.objects.order_by("pk").values()),
        "reviews": list(JointReview.objects.order_by("pk").values()),
        "views": list(OfficeView.objects.order_by("pk").values()),
        "cards": list(Card.objects.order_by("pk").values()),
        "journal": JournalLine.objects.count(),
    }


def args_for(verb: str, village: Village, who: str) -> dict[str, Any]:
    """A right body for the verb."""
    reason = {"reason": "情况属实"}
    return {
        "assign": {"handler": str(village.lin.pk)},
        "start": {},
        "extend": {"due_on": "2026-12-31"} | reason,
        "escalate": reason,
        "request-review": reason | {"offices": [str(_office(village))]},
        "review": {"view": "同意"},
        "decide": {"decision": "照办"},
        "pause": reason,
        "resume": reason,
        "finish": {"outcome": "已更换"},
        "confirm": {"household": str(village.house.pk)} if who in ("gao", "chen") else reason,
        "reopen": reason,
        "decline": reason,
        "merge": {},
    }[verb]


def _office(village: Village) -> UUID:
    """An office of the town, made when first asked for."""
    office = Office.objects.filter(name="交通站").first() or samples.make_office("交通站")
    return office.pk


def act(village: Village, who: str, task: Task, verb: str, **args: Any) -> Any:
    return village.client(who).post(f"tasks/{task.pk}/{verb}/", args)


def ids(*rows: Any) -> list[str]:
    return [str(row.pk) for row in rows]


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)
