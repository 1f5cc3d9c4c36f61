"""Yellow and red cards fall on their day, once, and never after the work was done."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from matters import cards
from matters.escalation import escalate_overdue
from matters.models import Card, Task, TaskAction
from matters.recount import recount
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, fresh
from tests.samples import at


def opened(village: Village, on: str = "2026-11-02", **body: Any) -> Task:
    """A task joined by the supervisor on that day; by itself it is due on 23 November, after 15 working days."""
    with time_machine.travel(at(f"{on} 09:00"), tick=False):
        opinion = samples.make_opinion(village.house, village.gao)
        answer = village.client("sun").post("tasks/", {"title": "路灯", "opinions": [str(opinion.pk)]} | body)
    assert answer.status_code == 201, answer.json()
    return Task.objects.get(pk=answer.json()["id"])


def started(village: Village, **body: Any) -> Task:
    task = opened(village, **body)
    fixings = {"handler": str(village.lin.pk), "office": str(samples.make_office().pk)}
    with time_machine.travel(at("2026-11-02 10:00"), tick=False):
        act(village, "sun", task, "assign", **fixings, plan="更换灯具", closing_standard="连亮三晚")
        assert act(village, "lin", task, "start").status_code == 200
    return fresh(task)


def run_due(on: str) -> None:
    with time_machine.travel(at(f"{on} 00:01"), tick=False):
        cards.issue_fallen()
        recount()
        escalate_overdue()


def fallen(task: Task) -> list[tuple[str, str]]:
    rows = Card.objects.standing().filter(task=task).order_by("fell_on")
    return [(row.colour, str(row.fell_on)) for row in rows]


def test_a_task_taken_over_from_paper_is_overdue_from_the_beginning_and_red_the_day_after(village: Village):
    task = opened(village, due_on="2026-10-16")

    with time_machine.travel(at("2026-11-02 23:00"), tick=False):
        shown = village.client("sun").get(f"tasks/{task.pk}/").json()
        cards.issue_fallen()
    assert (shown["due_on"], shown["remaining_working_days"], fallen(task)) == ("2026-10-16", -11, [])

    with time_machine.travel(at("2026-11-03 09:00"), tick=False):
        cards.issue_fallen()
    assert ("red", "2026-11-03") in fallen(task)


def test_a_task_is_due_by_its_category_and_says_what_is_left(village: Village):
    village.client("zheng").patch("categories/water/", {"deadline_days": 5}, version=1)
    task = opened(village, category="water")

    with time_machine.travel(at("2026-11-04 09:00"), tick=False):
        shown = village.client("sun").get(f"tasks/{task.pk}/").json()

    assert (shown["due_on"], shown["remaining_working_days"]) == ("2026-11-09", 3)
    assert (shown["due_on_provisional"], shown["cards"]) == (False, [])


def test_a_category_without_a_deadline_leaves_the_due_day_to_be_typed_in(village: Village):
    village.client("zheng").patch("categories/water/", {"deadline_days": None}, version=1)

    assert opened(village, category="water").due_on is None
    assert opened(village, category="water", due_on="2026-12-24").due_on == date(2026, 12, 24)


def test_a_deadline_in_calendar_days(village: Village):
    rule = {"deadline_days": 10, "deadline_in": "calendar_days"}
    village.client("zheng").patch("categories/water/", rule, version=1)

    assert opened(village, category="water").due_on == date(2026, 11, 12)


def test_cards_fall_on_their_days_and_the_task_shows_them(village: Village):
    task = opened(village)
    assert task.due_on == date(2026, 11, 23)

    run_due("2026-11-17")
    assert fallen(task) == []
    run_due("2026-11-18")
    assert fallen(task) == [("yellow", "2026-11-18")]
    run_due("2026-11-23")
    assert fallen(task) == [("yellow", "2026-11-18")]
    run_due("2026-11-24")

    shown = village.client("sun").get(f"tasks/{task.pk}/").json()
    assert [(card["colour"], card["fell_on"], card["due_on"]) for card in shown["cards"]] == [
        ("yellow", "2026-11-18", "2026-11-23"),
        ("red", "2026-11-24", "2026-11-23"),
    ]
    assert shown["version"] == task.version + 2
    lines = JournalLine.objects.filter(row_id=str(task.pk), resource="cards").order_by("id")
    assert [(line.action, line.by) for line in lines] == [("cards.yellow", None), ("cards.red", None)]


def test_a_card_falls_once_however_often_and_in_how_many_places_it_is_looked_for(village: Village):
    task = opened(village)

    for _ in range(3):
        run_due("2026-12-24")

    assert fallen(task) == [("yellow", "2026-11-18"), ("red", "2026-11-24")]


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_issue_each_card_once(village: Village):
    tasks = [opened(village) for _ in range(6)]

    def issue(_: int) -> None:
        try:
            cards.issue_fallen()
        finally:
            connection.close()

    with time_machine.travel(at("2026-12-24 00:01"), tick=False), ThreadPoolExecutor(2) as pool:
        list(pool.map(issue, range(2)))

    assert [fallen(task) for task in tasks] == [[("yellow", "2026-11-18"), ("red", "2026-11-24")]] * 6


def test_after_days_of_downtime_each_card_has_the_day_it_fell(village: Village):
    task = opened(village)

    run_due("2026-12-02")

    assert fallen(task) == [("yellow", "2026-11-18"), ("red", "2026-11-24")]
    assert set(Card.objects.values_list("issued_at", flat=True)) == {at("2026-12-02 00:01")}


def test_a_card_that_fell_while_nobody_looked_stands_though_the_work_is_done_by_then(village: Village):
    task = started(village)

    with time_machine.travel(at("2026-11-25 09:00"), tick=False):
        assert act(village, "lin", task, "finish", outcome="已更换").status_code == 200
    run_due("2026-12-24")

    assert fallen(task) == [("yellow", "2026-11-18"), ("red", "2026-11-24")]


def test_no_card_falls_after_the_work_is_done(village: Village):
    task = started(village)

    with time_machine.travel(at("2026-11-17 17:00"), tick=False):
        act(village, "lin", task, "finish", outcome="已更换")
    run_due("2026-12-24")

    assert fallen(task) == []


@pytest.mark.parametrize("verb", ["decline", "merge"])
def test_no_card_falls_on_what_has_ended(village: Village, verb: str):
    task, other = opened(village), opened(village, due_on="2027-06-01")

    with time_machine.travel(at("2026-11-17 17:00"), tick=False):
        args = {"into": str(other.pk)} if verb == "merge" else {"reason": "已列入明年计划"}
        assert act(village, "sun", task, verb, **args).status_code == 200
    run_due("2026-12-24")

    assert fallen(task) == []


def test_work_finished_in_time_without_a_network_takes_back_the_card_that_fell_meanwhile(village: Village):
    task = started(village)
    run_due("2026-11-24")
    body = {
        "task": str(task.pk), "verb": "finish", "args": {"outcome": "已更换"},
        "made_at": "2026-11-20T16:00:00+08:00",
    }  # fmt: skip

    with time_machine.travel(at("2026-11-26 09:00"), tick=False):
        assert village.client("lin").put(f"task-actions/{new_id()}/", body).status_code == 201

    assert fallen(task) == [("yellow", "2026-11-18")]
    assert JournalLine.objects.filter(action="cards.withdraw", row_id=str(task.pk)).count() == 1


def test_an_extension_sets_a_new_day_on_which_cards_fall_again(village: Village):
    task = started(village)
    run_due("2026-11-24")

    with time_machine.travel(at("2026-11-25 09:00"), tick=False):
        act(village, "sun", task, "extend", due_on="2026-12-11", reason="灯具缺货")
    run_due("2026-12-24")

    assert fallen(task) == [
        ("yellow", "2026-11-18"),
        ("red", "2026-11-24"),
        ("yellow", "2026-12-08"),
        ("red", "2026-12-12"),
    ]


def test_while_it_waits_for_the_household_no_card_falls_and_working_days_are_given_back(village: Village):
    task = started(village)
    with time_machine.travel(at("2026-11-12 09:00"), tick=False):
        act(village, "lin", task, "pause", reason="户主外出")
    run_due("2026-11-27")
    assert fallen(task) == []

    with time_machine.travel(at("2026-11-27 09:00"), tick=False):
        resumed = act(village, "lin", task, "resume", reason="户主已回").json()
    run_due("2026-12-24")

    assert resumed["due_on"] == "2026-12-08"  # the 13th, 16th to 20th and 23rd to 27th are given back
    assert resumed["remaining_working_days"] == 7
    assert fallen(task) == [("yellow", "2026-12-03"), ("red", "2026-12-09")]


def test_reopened_after_its_due_day_it_is_red_the_next_morning_and_not_yellow_twice(village: Village):
    task = started(village)
    run_due("2026-11-18")
    with time_machine.travel(at("2026-11-19 09:00"), tick=False):
        act(village, "lin", task, "finish", outcome="已更换")
    with time_machine.travel(at("2026-12-01 09:00"), tick=False):
        act(village, "gao", task, "reopen", reason="又灭了")
        cards.issue_fallen()
    assert fallen(task) == [("yellow", "2026-11-18")]

    run_due("2026-12-02")

    assert fallen(task) == [("yellow", "2026-11-18"), ("red", "2026-12-02")]


def test_a_card_keeps_who_had_the_task_when_it_fell(village: Village):
    task = started(village)
    run_due("2026-11-18")
    with time_machine.travel(at("2026-11-19 09:00"), tick=False):
        act(village, "sun", task, "assign", handler=str(village.chen.pk))
    run_due("2026-11-24")

    rows = Card.objects.filter(task=task).order_by("fell_on")
    assert [row.handler for row in rows] == [village.lin, village.chen]


def test_cards_are_counted_in_the_summary_by_person_office_and_unit_down_to_the_record(village: Village):
    task = started(village)
    opened(village)
    run_due("2026-11-24")
    asked = f"unit={samples.TOWN}&month=2026-11"

    with time_machine.travel(at("2026-11-26 09:00"), tick=False):
        wu = village.client("wu")
        town = wu.get(f"summaries/monthly/?{asked}&include=by_cadre").json()
        office = wu.get(f"summaries/monthly/?{asked}&office={task.office_id}").json()
        red = wu.get(f"summaries/monthly/records/?{asked}&figure=tasks.red_cards").json()["results"]
        listed = wu.get("tasks/?card=red").json()["results"]

    def counted(told: dict[str, Any]) -> tuple[int, int]:
        return told["tasks"]["yellow_cards"], told["tasks"]["red_cards"]

    assert (counted(town), counted(office)) == ((2, 2), (1, 1))
    by_cadre = {row["cadre"]["full_name"]: counted(row) for row in town["by_cadre"]}
    assert by_cadre["Lin"] == (1, 1)
    assert (len(red), len(listed)) == (2, 2)


def test_closing_a_month_issues_first_what_has_fallen_in_it(village: Village):
    task = started(village)
    with time_machine.travel(at("2026-12-01 00:00"), tick=False):
        closed = village.client("sun").post(
            "summaries/monthly/close/", {"unit": samples.TOWN, "month": "2026-11"}
        )
    assert closed.status_code == 200, closed.json()

    with time_machine.travel(at("2026-12-01 09:00"), tick=False):
        told = village.client("sun").get(f"summaries/monthly/?unit={samples.TOWN}&month=2026-11").json()

    assert (told["tasks"]["yellow_cards"], told["tasks"]["red_cards"]) == (1, 1)
    assert fallen(task) == [("yellow", "2026-11-18"), ("red", "2026-11-24")]


def test_looking_for_cards_where_none_falls_costs_two_queries(village: Village):
    opened(village)

    with time_machine.travel(at("2026-11-05 09:00"), tick=False), CaptureQueriesContext(connection) as caught:
        cards.issue_fallen()

    asked = [query for query in caught.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) == 2


def test_a_task_that_has_had_a_red_card_for_five_working_days_goes_up_by_itself_once(village: Village):
    task = opened(village)
    run_due("2026-11-29")
    assert fresh(task).escalated_to_id is None

    run_due("2026-11-30")  # 24, 25, 26, 27 and 30 November
    run_due("2026-12-24")

    assert fresh(task).escalated_to_id == samples.TOWN
    shown = village.client("sun").get(f"tasks/{task.pk}/").json()
    assert [(line["verb"], line["by"], line["day"]) for line in shown["actions"]] == [
        ("escalate", None, "2026-11-30")
    ]
    told = village.client("wu").get(f"summaries/monthly/?unit={samples.TOWN}&month=2026-11").json()
    assert told["tasks"]["escalated"] == 1


def test_sent_up_by_hand_it_does_not_go_up_by_itself_again(village: Village):
    task = opened(village)
    with time_machine.travel(at("2026-11-10 09:00"), tick=False):
        first = act(village, "sun", task, "escalate", reason="须县里立项").json()
        second = act(village, "sun", task, "escalate", reason="须县里立项", due_on="2026-12-31").json()

    run_due("2027-02-01")

    assert (first["escalated_to"], second["escalated_to"]) == (samples.TOWN, samples.COUNTY)
    assert second["due_on"] == "2026-12-31"
    assert TaskAction.objects.filter(task=task, verb="escalate").count() == 2


def test_above_the_highest_unit_there_is_nothing_to_escalate_to(village: Village):
    task = opened(village)
    for above in ("530626101", "530626", "5306", "53"):
        answer = act(village, "sun", task, "escalate", reason="须上级立项")
        assert answer.json()["escalated_to"] == above

    answer = act(village, "sun", task, "escalate", reason="再上报")

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_above")
