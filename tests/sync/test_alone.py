"""Opinions, matters, replies and verbs that a phone sends by themselves."""

from datetime import datetime

import pytest
import time_machine

from fieldapi.ids import new_id
from matters.models import MatterOpinion, PracticalMatter, TaskAction
from opinions.models import Opinion, Reply
from sync.models import QuarantinedRow, WaitingRow
from tests import samples
from tests.conftest import Village
from visits.models import Visit

MADE_AT = "2026-11-03T11:00:00+08:00"
ALONE = {"made_at": MADE_AT, "text": "希望公布办事电话", "kind": "suggestion"}


def put_opinion(caller, household=None, **columns):
    said = {**ALONE, **({"household": str(household.pk)} if household else {}), **columns}
    return caller.put(f"opinions/{columns.pop('id', new_id())}/", said)


def test_an_opinion_alone_belongs_to_its_household(village: Village):
    answer = put_opinion(village.client("gao"), village.house)

    assert answer.status_code == 201
    said = answer.json()
    assert (said["household"], said["unit"], said["visit"]) == (str(village.house.pk), samples.VILLAGE, None)
    assert said["made_at"] == MADE_AT


def test_a_voice_without_a_household_belongs_to_the_unit_it_names(village: Village):
    answer = put_opinion(village.client("gao"), unit=samples.VILLAGE, voice="村口小卖部")

    assert (answer.status_code, answer.json()["unit"], answer.json()["voice"]) == (
        201,
        samples.VILLAGE,
        "村口小卖部",
    )


def test_a_voice_that_names_no_unit_belongs_to_the_senders(village: Village):
    assert put_opinion(village.client("gao")).json()["unit"] == samples.TOWN


@pytest.mark.parametrize(
    ("columns", "pointer", "code"),
    [
        ({"made_at": None}, "/made_at", "made_at_missing"),
        ({"unit": "530626102"}, "/unit", "unit_unknown"),
        ({"unit": "999999"}, "/unit", "unit_unknown"),
        ({"category": "no_such"}, "/category", "category_unknown"),
        ({"household": "0199d2a0-0000-7000-8000-000000000001"}, "/household", "household_unknown"),
        ({"text": "\x00"}, "/text", "bad_character"),
        ({"text": 5}, "/text", "invalid"),
        ({"text": "长" * 10_001}, "/text", "max_length"),
        ({"wants_reply": "yes"}, "/wants_reply", "invalid"),
    ],
)
def test_a_faulty_opinion_is_pointed_at_and_kept(village: Village, columns, pointer, code):
    answer = village.client("gao").put(f"opinions/{new_id()}/", {**ALONE, **columns})

    assert answer.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert (Opinion.objects.count(), QuarantinedRow.objects.count()) == (0, 1)


def test_an_opinion_before_its_visit_waits_and_then_shares_its_day(village: Village):
    gao, visit_id, opinion_id = village.client("gao"), new_id(), new_id()
    early = gao.put(f"opinions/{opinion_id}/", {**ALONE, "visit": str(visit_id)})
    assert (early.status_code, early.json()["waiting_for"]) == (202, [str(visit_id)])

    visit = gao.put_visit(village.house, visit_id).json()

    stored = Opinion.objects.get(pk=opinion_id)
    assert (stored.household, stored.occurred_at) == (
        village.house,
        datetime.fromisoformat(visit["occurred_at"]),
    )


def test_a_reply_is_stored_once_and_shows_in_the_opinion(village: Village):
    gao = village.client("gao")
    opinion_id, reply_id = put_opinion(gao, village.house).json()["id"], new_id()
    said = {"text": "电话已公布", "how": "in_person", "told_at": "2026-11-10T16:00:00+08:00"}
    first = gao.put(f"opinions/{opinion_id}/replies/{reply_id}/", said)
    again = gao.put(f"opinions/{opinion_id}/replies/{reply_id}/", said)

    assert (first.status_code, again.status_code) == (201, 200)
    assert [reply["text"] for reply in again.json()["replies"]] == ["电话已公布"]
    assert Reply.objects.count() == 1
    assert str(Opinion.objects.get().replied_on) == "2026-11-10"


def test_a_reply_before_its_opinion_waits(village: Village):
    gao, opinion_id = village.client("gao"), new_id()
    said = {"text": "电话已公布", "how": "phone", "told_at": "2026-11-10T16:00:00+08:00"}
    early = gao.put(f"opinions/{opinion_id}/replies/{new_id()}/", said)
    gao.put(f"opinions/{opinion_id}/", {**ALONE, "household": str(village.house.pk)})

    assert early.status_code == 202
    assert Reply.objects.get().opinion_id == opinion_id


def test_who_never_served_the_household_may_not_answer(village: Village):
    opinion_id = put_opinion(village.client("gao"), village.house).json()["id"]
    said = {"text": "知道了", "how": "phone", "told_at": MADE_AT}
    answer = village.client("lin").put(f"opinions/{opinion_id}/replies/{new_id()}/", said)

    assert (answer.status_code, answer.json()["code"]) == (400, "opinion_unknown")
    assert (Reply.objects.count(), QuarantinedRow.objects.count()) == (0, 1)


def test_a_matter_done_on_the_spot_resolves_its_opinions(village: Village):
    gao, told = village.client("gao"), {"id": str(new_id()), "text": "水管漏水", "kind": "request"}
    done = {"id": str(new_id()), "title": "换水管", "opinions": [told["id"]], "satisfaction": 5}
    answer = gao.put_visit(village.house, opinions=[told], matters=[done])

    assert answer.status_code == 201
    matter = answer.json()["matters"][0]
    assert (matter["households"], matter["opinions"]) == ([str(village.house.pk)], [told["id"]])
    assert Opinion.objects.get().resolved_on == Visit.objects.get().day


def test_a_matter_alone_counts_on_its_day(village: Village):
    gao, day = village.client("gao"), "2026-11-03"
    said = {"title": "换水管", "done_on": day, "households": [str(village.house.pk)]}
    answer = gao.put(f"practical-matters/{new_id()}/", said)

    assert (answer.status_code, answer.json()["done_on"], answer.json()["unit"]) == (
        201,
        day,
        samples.VILLAGE,
    )


def test_a_matters_link_to_an_opinion_that_comes_later_is_kept(village: Village):
    gao, opinion_id = village.client("gao"), new_id()
    done = {"id": str(new_id()), "title": "换水管", "opinions": [str(opinion_id)]}
    answer = gao.put_visit(village.house, matters=[done])
    assert (answer.status_code, answer.json()["waiting_for"]) == (201, [str(opinion_id)])

    gao.put(f"opinions/{opinion_id}/", {**ALONE, "household": str(village.house.pk)})

    assert MatterOpinion.objects.get().opinion_id == opinion_id
    assert Opinion.objects.get().resolved_on == PracticalMatter.objects.get().done_on
    assert WaitingRow.objects.count() == 0


def test_a_verb_made_offline_is_done_once_and_on_its_day(village: Village):
    gao, sun = village.client("gao"), village.client("sun")
    opinion_id = put_opinion(gao, village.house).json()["id"]
    task = sun.post("tasks/", {"title": "公布电话", "opinions": [opinion_id]}).json()
    office = samples.make_office()
    said = {
        "office": str(office.pk), "handler": str(village.gao.pk), "plan": "张贴", "due_on": "2099-01-01",
        "closing_standard": "贴出",
    }  # fmt: skip
    assert sun.post(f"tasks/{task['id']}/assign/", said).status_code == 200
    act = {"task": task["id"], "verb": "start", "args": {}, "made_at": "2026-11-05T08:00:00+08:00"}
    action_id = new_id()
    first = gao.put(f"task-actions/{action_id}/", act)
    again = gao.put(f"task-actions/{action_id}/", act)

    assert (first.status_code, again.status_code) == (201, 200), first.json()
    assert str(TaskAction.objects.get(pk=action_id).day) == "2026-11-05"
    assert sun.get(f"tasks/{task['id']}/").json()["state"] == "in_progress"


@time_machine.travel(samples.at("2026-11-03 12:00"))
def test_a_verb_the_state_does_not_allow_is_refused_and_kept(village: Village):
    gao, sun = village.client("gao"), village.client("sun")
    opinion_id = put_opinion(gao, village.house).json()["id"]
    task = sun.post("tasks/", {"title": "公布电话", "opinions": [opinion_id]}).json()
    act = {"task": task["id"], "verb": "confirm", "made_at": MADE_AT,
           "args": {"household": str(village.house.pk), "satisfaction": 5}}  # fmt: skip
    answer = gao.put(f"task-actions/{new_id()}/", act)

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert QuarantinedRow.objects.get().table == "task_actions"
    assert sun.get(f"tasks/{task['id']}/").json()["state"] == "open"
