"""A task's history: every act, and all that the five fixings ever said."""

from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command

from fieldapi.ids import new_id
from matters.models import CalendarDay, Fixing, Task
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, make_task
from tests.samples import at

FIVE = ["office", "handler", "plan", "due_on", "closing_standard"]


@pytest.fixture(autouse=True)
def ninth_of_november():
    with time_machine.travel(at("2026-11-09 16:00")):
        yield


def history(village: Village, task: Task | str, who: str = "sun") -> Any:
    answer = village.client(who).get(f"tasks/{getattr(task, 'pk', task)}/history/")
    assert answer.status_code == 200
    return answer.json()


def values(shown: Any, name: str) -> list[tuple[str, str, str | None]]:
    """(value, verb, by), what stands now first."""
    one = next(fixing for fixing in shown["fixings"] if fixing["name"] == name)
    return [(row["value"], row["verb"], row["by"]) for row in [one["present"], *one["earlier"]] if row]


def opened(village: Village, **more: Any) -> str:
    opinion = samples.make_opinion(village.house, village.gao)
    answer = village.client("sun").post("tasks/", {"title": "路灯", "opinions": [str(opinion.pk)], **more})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def test_all_five_are_listed_in_their_order_and_those_missing_are_named(village: Village):
    shown = history(village, opened(village))

    assert [one["name"] for one in shown["fixings"]] == FIVE
    assert shown["missing"] == ["office", "handler", "plan", "closing_standard"]
    assert values(shown, "due_on") == [("2026-11-30", "open", str(village.sun.pk))]  # 15 working days
    assert values(shown, "plan") == []


def test_who_set_each_when_and_what_it_said_before_is_kept(village: Village):
    first, second = samples.make_office("一办"), samples.make_office("二办")
    key = opened(village, office=str(first.pk))
    task, sun = Task.objects.get(pk=key), str(village.sun.pk)
    act(village, "sun", task, "assign", office=str(second.pk), handler=str(village.lin.pk))
    with time_machine.travel(at("2026-11-10 09:00"), tick=False):
        act(village, "lin", task, "start", plan="换灯", closing_standard="亮")
    with time_machine.travel(at("2026-11-11 09:00")):
        act(village, "sun", task, "extend", due_on="2026-12-15", reason="缺货")
        act(village, "sun", task, "assign", plan="换太阳能灯")

    shown = history(village, key, "lin")

    assert shown["missing"] == []
    assert values(shown, "office") == [(str(second.pk), "assign", sun), (str(first.pk), "open", sun)]
    assert values(shown, "handler") == [(str(village.lin.pk), "assign", sun)]
    assert values(shown, "plan") == [("换太阳能灯", "assign", sun), ("换灯", "start", str(village.lin.pk))]
    assert values(shown, "due_on") == [("2026-12-15", "extend", sun), ("2026-11-30", "open", sun)]
    plan = shown["fixings"][2]
    assert plan["earlier"][0]["set_at"] == "2026-11-10T09:00:00+08:00"
    assert [row["verb"] for row in shown["actions"]] == ["assign", "start", "extend", "assign"]


def test_what_says_the_same_again_is_no_new_value(village: Village):
    task = make_task(village, "in_progress")

    act(village, "sun", task, "assign", plan="更换灯具", due_on="2026-11-20")

    assert not Fixing.objects.exists()


def test_a_due_day_moved_by_a_pause_or_by_the_calendar_says_so(village: Village):
    key = opened(village, office=str(samples.make_office().pk))
    task = Task.objects.get(pk=key)
    act(village, "sun", task, "assign", handler=str(village.lin.pk), plan="换", closing_standard="亮")
    act(village, "lin", task, "start")
    act(village, "lin", task, "pause", reason="户主外出")
    with time_machine.travel(at("2026-11-11 09:00"), tick=False):
        act(village, "lin", task, "resume", reason="回来了")
    call_command("run_due")  # what was counted before anybody had changed a calendar
    CalendarDay.objects.create(
        unit_id=samples.TOWN,
        day="2026-11-20",
        works=False,
        reason="赶集",
        added_by=village.sun,
        changed_at=at("2026-11-09 16:00"),
    )
    call_command("run_due")

    shown = values(history(village, key), "due_on")

    assert [(value, verb) for value, verb, _ in shown] == [
        ("2026-12-03", "recount"),
        ("2026-12-02", "resume"),
        ("2026-11-30", "open"),
    ]
    assert [by for _, _, by in shown] == [None, str(village.lin.pk), str(village.sun.pk)]


def test_a_handler_given_offline_is_in_the_history_on_the_day_of_the_act(village: Village):
    task = make_task(village, "assigned", plan="")
    body = {
        "task": str(task.pk),
        "verb": "start",
        "args": {"plan": "换灯"},
        "made_at": "2026-11-08T10:00:00+08:00",
    }
    assert village.client("lin").put(f"task-actions/{new_id()}/", body).status_code == 201

    plan = history(village, task)["fixings"][2]

    assert plan["present"]["set_at"] == "2026-11-08T10:00:00+08:00"
    assert plan["present"]["by"] == str(village.lin.pk)


def test_a_refused_act_sets_nothing(village: Village):
    task = make_task(village, "assigned", plan="")

    assert act(village, "gao", task, "start", plan="换灯").status_code == 403
    assert act(village, "lin", task, "start", plan="换灯", due_on="2027-01-01").status_code == 400

    assert not Fixing.objects.exists()


def test_history_costs_the_same_whatever_has_happened(village: Village, django_assert_max_num_queries: Any):
    task, client = make_task(village, "in_progress"), village.client("sun")
    for place in range(6):
        act(village, "sun", task, "assign", plan=f"第{place}案")

    with django_assert_max_num_queries(9):
        shown = client.get(f"tasks/{task.pk}/history/").json()
    assert len(shown["fixings"][2]["earlier"]) == 5


def test_tasks_of_before_get_the_history_their_acts_tell(village: Village):
    task = make_task(village, "assigned", plan="")
    act(village, "lin", task, "start", plan="换灯")
    act(village, "sun", task, "extend", due_on="2026-12-15", reason="缺货")
    Fixing.objects.all().delete()

    import_module("matters.migrations.0010_fixings_of_earlier_tasks").keep(apps, None)

    shown, sun = history(village, task), str(village.sun.pk)
    assert shown["missing"] == []
    assert values(shown, "plan") == [("换灯", "start", str(village.lin.pk))]
    assert values(shown, "due_on") == [("2026-12-15", "extend", sun), ("2026-11-20", "open", sun)]
    assert values(shown, "handler") == [(str(village.lin.pk), "open", sun)]
