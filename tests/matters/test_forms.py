"""What a client needs to know to offer the right verbs, and the right blanks to fill in."""

from typing import Any

import pytest
import time_machine

from matters.models import Task
from matters.verbs import VERBS
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, args_for, make_task
from tests.samples import at


@pytest.fixture(autouse=True)
def ninth_of_november():
    with time_machine.travel(at("2026-11-09 16:00"), tick=False):
        yield


def forms(village: Village, who: str, task: Task) -> dict[str, Any]:
    """By verb."""
    answer = village.client(who).get(f"tasks/{task.pk}/verbs/")
    assert answer.status_code == 200
    return {form["verb"]: form for form in answer.json()["verbs"]}


def blanks(form: dict[str, Any]) -> dict[str, Any]:
    return {blank["name"]: blank for blank in form["body"]}


def test_each_is_offered_the_verbs_that_state_and_part_allow(village: Village):
    task = make_task(village, "done")

    assert list(forms(village, "sun", task)) == ["extend", "escalate", "request-review", "confirm", "reopen"]
    assert list(forms(village, "gao", task)) == ["confirm", "reopen"]
    assert forms(village, "lin", task) == forms(village, "wu", task) == {}


@pytest.mark.parametrize("state", ["open", "assigned", "in_progress", "paused", "under_review", "done"])
def test_what_is_offered_and_not_blocked_goes_through_and_nothing_else_does(village: Village, state: str):
    for who in ("sun", "lin", "gao", "wu"):
        offered = forms(village, who, make_task(village, state)) if (who, state) != ("lin", "open") else {}
        for verb in VERBS:
            task = make_task(village, state)
            args = args_for(verb, village, who)
            if verb == "merge":
                args = {"into": str(make_task(village, "open").pk)}
            if verb == "decide" and who == "wu" and state == "under_review":
                args = {"decision": "照办"}
            answer = act(village, who, task, verb, **args)
            assert (who, verb, answer.status_code == 200) == (who, verb, verb in offered), answer.json()


def test_a_form_to_start_asks_for_what_is_missing_and_for_nothing_else(village: Village):
    task = make_task(village, "assigned", plan="", closing_standard="")

    form = forms(village, "lin", task)["start"]

    assert form["part"] == "handler"
    assert [(one["name"], one["kind"], one["needed"], one["most"]) for one in form["body"]] == [
        ("plan", "text", True, 5000),
        ("closing_standard", "text", True, 5000),
    ]


def test_a_form_to_assign_shows_what_stands_and_who_is_on_post(village: Village):
    task = make_task(village, "open")

    five = blanks(forms(village, "sun", task)["assign"])

    assert list(five) == ["office", "handler", "plan", "due_on", "closing_standard"]
    assert (five["due_on"]["kind"], five["due_on"]["value"]) == ("day", "2026-11-20")
    assert (five["handler"]["of"], five["handler"]["suggested"]) == ("users", str(village.gao.pk))
    assert not any(one["needed"] for one in five.values())


def test_once_work_has_begun_the_form_to_assign_has_no_due_day(village: Village):
    assert "due_on" not in blanks(forms(village, "sun", make_task(village, "in_progress"))["assign"])


def test_a_paired_cadre_chooses_among_the_own_households_that_raised_it(village: Village):
    task = make_task(village, "done")
    samples.make_opinion(samples.make_household("2"), village.lin, group=task.group)

    body = blanks(forms(village, "gao", task)["confirm"])

    assert body["household"]["choices"] == [str(village.house.pk)]
    satisfaction = body["satisfaction"]
    assert (satisfaction["kind"], satisfaction["least"], satisfaction["most"]) == ("number", 1, 5)
    assert satisfaction["needed"] is False


def test_a_verb_that_would_be_refused_whatever_it_is_told_says_so(village: Village):
    extended = make_task(village, "in_progress", extended=True)
    category = samples.make_category()
    category.needs_review = True
    category.save()
    unreviewed = make_task(village, "in_progress", category=category)

    assert forms(village, "sun", extended)["extend"]["blocked"] == "already_extended"
    assert forms(village, "sun", extended)["finish"]["blocked"] is None
    shown = forms(village, "sun", unreviewed)
    assert [verb for verb, form in shown.items() if form["blocked"]] == ["finish", "decline"]
    assert shown["finish"]["blocked"] == "review_required"


def test_forms_cost_no_more_for_a_task_of_many_opinions(village: Village, django_assert_max_num_queries: Any):
    task = make_task(village, "done")
    for place in range(20):
        samples.make_opinion(samples.make_household(f"n{place}"), village.lin, group=task.group)
    client = village.client("gao")

    with django_assert_max_num_queries(20):
        assert client.get(f"tasks/{task.pk}/verbs/").status_code == 200
