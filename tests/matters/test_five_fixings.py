"""五定: office, handler, plan, due day and closing standard, all five before work starts."""

import pytest

from fieldapi.ids import new_id
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, everything, fresh, make_task

NAMES = ["office", "handler", "plan", "due_on", "closing_standard"]
EMPTY = {"office": None, "handler": None, "plan": "", "due_on": None, "closing_standard": ""}


def test_work_does_not_start_while_a_fixing_is_missing_and_the_answer_names_them(village: Village):
    task = make_task(village, "assigned", **EMPTY)
    before = everything()

    answer = act(village, "sun", task, "start")

    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["missing"]) == ("five_fixings_missing", NAMES)
    assert everything() == before


@pytest.mark.parametrize("name", NAMES)
def test_each_one_of_the_five_is_asked_for(village: Village, name: str):
    task = make_task(village, "assigned", **{name: EMPTY[name]})

    answer = act(village, "sun", task, "start")

    assert (answer.status_code, answer.json()["missing"]) == (409, [name])


def test_the_handler_gives_what_is_missing_and_starts_in_one_call(village: Village):
    task = make_task(village, "assigned", plan="", closing_standard="")

    answer = act(village, "lin", task, "start", plan="周三前换灯", closing_standard="连亮三晚")

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["plan"]) == ("in_progress", "周三前换灯")


def test_starting_does_not_change_what_is_fixed_already(village: Village):
    task = make_task(village, "assigned")
    before = everything()

    answer = act(village, "lin", task, "start", due_on="2027-12-31")

    assert (answer.status_code, answer.json()["code"]) == (400, "fixing_set")
    assert answer.json()["errors"][0]["pointer"] == "/due_on"
    assert everything() == before


def test_assigning_sets_any_of_the_five(village: Village):
    task, office = make_task(village), samples.make_office()
    given = {
        "office": str(office.pk),
        "handler": str(village.lin.pk),
        "plan": "换灯",
        "due_on": "2026-12-01",
        "closing_standard": "亮",
    }

    answer = act(village, "sun", task, "assign", **given)

    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in NAMES} == given
    assert answer.json()["actions"][0]["due_on"] == "2026-12-01"


def test_assigning_needs_somebody_where_nobody_serves_who_raised_it(village: Village):
    task = make_task(village, opinion=samples.make_opinion(samples.make_household("8"), village.sun))

    answer = act(village, "sun", task, "assign", plan="换灯")

    assert (answer.status_code, answer.json()["code"]) == (400, "nobody_assigned")
    assert fresh(task).state == "open"


def test_once_work_has_begun_the_due_day_no_longer_moves_by_assigning(village: Village):
    task = make_task(village, "in_progress")

    same = act(village, "sun", task, "assign", due_on="2026-11-20", plan="改用太阳能灯")
    other = act(village, "sun", task, "assign", due_on="2026-12-20")

    assert (same.status_code, same.json()["plan"]) == (200, "改用太阳能灯")
    assert (other.status_code, other.json()["code"]) == (409, "due_day_fixed")


def test_a_handler_is_an_active_cadre_within_reach_or_the_units_supervisor(village: Village):
    task = make_task(village)
    office = samples.make_office()
    elsewhere = samples.make_user("he", unit=samples.OTHER_TOWN)
    colleague = samples.make_user("luo", unit=samples.OTHER_TOWN, office=office)
    retired = samples.make_user("fang", active=False)

    def refused(handler: object, **more: str) -> str:
        answer = act(village, "sun", task, "assign", handler=str(getattr(handler, "pk", handler)), **more)
        return "" if answer.status_code == 200 else answer.json()["code"]

    assert refused(new_id()) == "user_unknown"
    assert refused(elsewhere) == "user_unknown"
    assert refused(colleague) == "user_unknown"
    assert refused(retired) == "user_unknown"
    assert refused(village.zheng) == "user_unknown"
    assert refused(samples.make_user("lei", role="leader")) == "not_a_handler"
    assert refused(samples.make_user("mo", role="supervisor", unit="530626101202")) == "not_a_handler"
    assert fresh(task).state == "open"
    assert refused(colleague, office=str(office.pk)) == ""
    assert refused(village.sun) == ""
    assert refused(village.lin) == ""


def test_an_office_of_another_town_is_unknown(village: Village):
    task, office = make_task(village), samples.make_office(unit=samples.OTHER_TOWN)

    answer = act(village, "sun", task, "assign", office=str(office.pk))

    assert (answer.status_code, answer.json()["code"]) == (400, "office_unknown")
    assert answer.json()["errors"][0]["pointer"] == "/office"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"handler": 7}, "/handler", "bad_id"),
        ({"handler": "0192F4D1-0C40-7A51-8C0E-51C7BE0F6D04"}, "/handler", "bad_id"),
        ({"due_on": "2026-02-30"}, "/due_on", "bad_day"),
        ({"due_on": None}, "/due_on", "null"),
        ({"plan": ""}, "/plan", "blank"),
        ({"plan": "\x00"}, "/plan", "bad_character"),
        ({"plan": ["换灯"]}, "/plan", "invalid"),
        ({"plan": "换" * 5001}, "/plan", "max_length"),
        ({"colour": "red"}, "/colour", "unknown_field"),
        ([], "", "invalid"),
        ("换灯", "", "invalid"),
    ],
)
def test_a_bad_body_is_told_where_and_nothing_is_written(
    village: Village, body: object, pointer: str, code: str
):
    task = make_task(village)
    before = everything()

    answer = village.client("sun").post(f"tasks/{task.pk}/assign/", body)

    assert answer.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert everything() == before
