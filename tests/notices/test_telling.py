"""Who is told of what happens to a task, and who just is not."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cadres.models import Absence, User
from fieldapi import clock
from matters import cards
from matters.escalation import escalate_overdue
from matters.models import Task
from notices.models import Notice
from opinions.models import Opinion
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, fresh, make_task
from tests.notices.told import told
from tests.samples import at

MONDAY = at("2026-11-02 09:00")


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


def absent(person: User) -> None:
    today = clock.today()
    Absence.objects.create(
        cadre=person,
        started_on=today,
        ended_on=today,
        reason="培训",
        recorded_by=person,
        changed_at=clock.now(),
    )


def staffed(village: Village, *names: str) -> Any:
    """An office with these people."""
    office = samples.make_office()
    for name in names:
        person = getattr(village, name)
        person.office = office
        person.save()
    return office


def opened(village: Village, **body: Any) -> Task:
    opinion = samples.make_opinion(village.house, village.gao)
    answer = village.client("sun").post("tasks/", {"title": "路灯", "opinions": [str(opinion.pk)]} | body)
    assert answer.status_code == 201, answer.json()
    return Task.objects.get(pk=answer.json()["id"])


def unread_again() -> None:
    """What was told so far is out of the way."""
    Notice.objects.all().delete()


def test_a_task_from_a_households_opinion_is_told_to_who_serves_it(village: Village):
    task = opened(village)

    assert told() == [("gao", "task_opened")]
    notice = Notice.objects.get()
    assert (notice.resource, notice.row_id, notice.title, notice.day) == (
        "tasks",
        task.pk,
        "路灯",
        task.due_on,
    )


def test_while_a_is_away_it_is_b_who_is_told(village: Village):
    absent(village.gao)
    opened(village)

    assert told() == [("chen", "task_opened")]


def test_a_task_opened_for_an_office_is_told_to_everybody_there_and_to_no_one_twice(village: Village):
    office = staffed(village, "lin", "gao", "wu", "sun")
    samples.make_user("left", office=office, active=False)

    opened(village, office=str(office.pk))

    assert told() == [("gao", "task_given"), ("lin", "task_given")]  # a leader handles none, `sun` opened it


def test_somebody_of_the_office_who_is_away_is_not_told_unless_all_are(village: Village):
    office = staffed(village, "lin", "qian")
    absent(village.lin)
    opened(village, office=str(office.pk))
    assert told("task_given") == [("qian", "task_given")]

    absent(village.qian)
    opened(village, office=str(office.pk))
    assert told("task_given") == [("lin", "task_given"), ("qian", "task_given"), ("qian", "task_given")]


def test_the_handler_is_told_of_an_assignment_and_the_office_is_not(village: Village):
    office = staffed(village, "qian")
    task = make_task(village)

    act(village, "sun", task, "assign", handler=str(village.lin.pk), office=str(office.pk))

    assert told() == [("lin", "task_given")]


def test_an_assignment_that_changes_only_the_plan_is_told_to_nobody(village: Village):
    task = make_task(village, "assigned")

    assert act(village, "sun", task, "assign", plan="换灯").status_code == 200

    assert told() == []


def test_a_handler_in_another_ones_place_is_told(village: Village):
    task = make_task(village, "assigned")

    act(village, "sun", task, "assign", handler=str(village.qian.pk))

    assert told() == [("qian", "task_given")]


def test_given_back_and_again_each_time_is_told(village: Village):
    task = make_task(village, "assigned")
    for name in ("qian", "lin", "qian"):
        act(village, "sun", fresh(task), "assign", handler=str(getattr(village, name).pk))

    assert told() == [("lin", "task_given"), ("qian", "task_given"), ("qian", "task_given")]


def test_who_takes_a_task_is_not_told_of_it(village: Village):
    task = make_task(village)

    assert act(village, "sun", task, "assign", handler=str(village.sun.pk)).status_code == 200

    assert told() == []


def test_a_handler_who_serves_the_household_and_is_away_is_covered_by_b(village: Village):
    absent(village.gao)
    act(village, "sun", make_task(village), "assign", handler=str(village.gao.pk))

    assert told() == [("chen", "task_given")]


def test_a_handler_who_is_away_and_does_not_serve_the_household_is_told_all_the_same(village: Village):
    absent(village.lin)
    act(village, "sun", make_task(village), "assign", handler=str(village.lin.pk))

    assert told() == [("lin", "task_given")]


def test_where_a_and_b_are_both_away_a_is_told(village: Village):
    absent(village.gao)
    absent(village.chen)
    act(village, "sun", make_task(village), "assign", handler=str(village.gao.pk))

    assert told() == [("gao", "task_given")]


def test_reopened_work_is_told_to_its_handler(village: Village):
    act(village, "gao", make_task(village, "done"), "reopen", reason="又灭了")

    assert told() == [("lin", "task_reopened")]


def test_a_task_sent_up_is_told_to_the_supervisors_of_the_unit_it_comes_to(village: Village):
    county = samples.make_user("county", role="supervisor", unit=samples.COUNTY)
    town = samples.make_user("town2", role="supervisor", unit=samples.OTHER_TOWN)
    task = make_task(village, "assigned", unit_id=samples.TOWN)

    assert act(village, "sun", task, "escalate", reason="本镇无权").status_code == 200

    assert town.pk != county.pk
    assert told() == [("county", "escalated")]


def test_a_task_that_goes_up_by_itself_is_told_likewise(village: Village):
    samples.make_user("county", role="supervisor", unit=samples.COUNTY)
    make_task(village, "assigned", unit_id=samples.TOWN, escalate_on=clock.today())

    escalate_overdue()
    escalate_overdue()

    assert told() == [("county", "escalated")]


def test_an_invited_office_is_asked_and_the_leader_once_the_last_has_spoken(village: Village):
    first, second = staffed(village, "lin"), samples.make_office("水利站")
    qian = village.qian
    qian.office = second
    qian.save()
    assert village.wu
    task = make_task(village, "in_progress", handler=village.gao)
    offices = [str(first.pk), str(second.pk)]

    assert act(village, "sun", task, "request-review", reason="涉及两家", offices=offices).status_code == 200
    assert told() == [("lin", "review_asked"), ("qian", "review_asked")]

    act(village, "lin", task, "review", view="同意")
    assert told("decision_due") == []
    act(village, "qian", task, "review", view="同意")
    act(village, "qian", task, "review", view="还是同意")
    assert told("decision_due") == [("wu", "decision_due")]


@pytest.mark.parametrize(("verb", "state"), [("confirm", "done"), ("decline", "assigned")])
def test_when_a_task_ends_who_serves_the_household_is_to_answer_it(village: Village, verb: str, state: str):
    task = make_task(village, state)

    assert act(village, "sun", task, verb, reason="情况属实").status_code == 200

    assert told() == [("gao", "answer_due")]
    notice, opinion = Notice.objects.get(), Opinion.objects.get()
    assert (notice.resource, notice.row_id, notice.title) == ("opinions", opinion.pk, "路灯")


def test_while_a_is_away_b_is_to_answer(village: Village):
    absent(village.gao)
    act(village, "sun", make_task(village, "done"), "confirm", reason="情况属实")

    assert told() == [("chen", "answer_due")]


@pytest.mark.parametrize("said", [{"replied_on": "2026-11-01"}, {"wants_reply": False}])
def test_an_opinion_that_was_answered_or_wants_no_answer_is_told_to_nobody(village: Village, said: dict):
    opinion = samples.make_opinion(village.house, village.gao, **said)
    act(village, "sun", make_task(village, "done", opinion=opinion), "confirm", reason="情况属实")

    assert told() == []


def test_an_opinion_that_no_paired_cadre_can_answer_comes_to_the_supervisors(village: Village):
    samples.make_user("shi", role="supervisor")
    opinion = samples.make_opinion(samples.make_household("9"), village.gao)
    task = make_task(village, "done", opinion=opinion)

    act(village, "sun", task, "confirm", reason="情况属实")

    assert told() == [("shi", "answer_due")]  # `sun` confirmed it


def test_a_yellow_card_is_told_to_who_works_on_it_and_a_red_one_to_the_supervisor_too(village: Village):
    assert village.sun
    make_task(village, "in_progress", yellow_on=clock.today())
    cards.issue_fallen()
    assert told() == [("lin", "yellow_card")]

    unread_again()
    Task.objects.update(red_on=clock.today())
    cards.issue_fallen()
    cards.issue_fallen()
    assert told() == [("lin", "red_card"), ("sun", "red_card")]


def test_a_card_on_a_task_of_nobody_comes_to_the_supervisors(village: Village):
    assert village.sun
    make_task(village, yellow_on=clock.today())
    cards.issue_fallen()

    assert told() == [("sun", "yellow_card")]


def test_of_a_card_that_had_not_fallen_goes_what_nobody_has_read(village: Village):
    assert village.sun
    first, second = (make_task(village, "in_progress", red_on=clock.today()) for _ in range(2))
    cards.issue_fallen()
    read = Notice.objects.get(row_id=first.pk, person=village.sun)
    village.client("sun").post(f"notices/{read.pk}/read/")

    cards.take_back(first.cards.all(), at=clock.now())

    assert list(Notice.objects.filter(row_id=first.pk)) == [read]
    assert Notice.objects.filter(row_id=second.pk).count() == 2


def test_an_act_that_is_refused_tells_nobody(village: Village):
    office = staffed(village, "qian")
    task = make_task(village, "in_progress")
    answers = [
        act(village, "sun", task, "assign", handler=str(village.qian.pk), due_on="2027-01-01"),
        act(village, "sun", task, "reopen", reason="又灭了"),
        act(village, "lin", task, "assign", handler=str(village.qian.pk), office=str(office.pk)),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 403]
    assert told() == []


def test_what_is_told_is_taken_back_with_the_act_that_did_not_happen(village: Village, monkeypatch):
    """The journal cannot be written: neither the assignment nor its notice stands."""
    task = make_task(village)

    def full(*_: Any, **__: Any) -> None:
        assert Notice.objects.count() == 1  # told already, in the same transaction
        raise OSError("disk full")

    monkeypatch.setattr("matters.perform.note_down", full)
    answer = act(village, "sun", task, "assign", handler=str(village.lin.pk))

    assert answer.status_code == 503
    assert (told(), fresh(task).state) == ([], "open")


def test_an_assignment_costs_two_statements_more_for_telling(village: Village):
    task = make_task(village, "assigned")
    sun = village.client("sun")

    def cost(**args: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert sun.post(f"tasks/{task.pk}/assign/", args).status_code == 200
        return sum("notices_notice" in query["sql"] or "away" in query["sql"] for query in asked)

    assert (cost(handler=str(village.lin.pk)), cost(handler=str(village.qian.pk))) == (0, 2)
