"""What supervisors decide about groups, over HTTP: it stands, it is in the journal, a refusal writes nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from grouping.models import Suggestion, TraitUse
from grouping.placing import place_new
from opinions.models import Opinion
from tests import samples
from tests.conftest import Village
from tests.grouping.acting import DARK, LAMP, everything, group_of, ids, lamps_and_water
from tests.matters.acting import make_task
from tests.samples import make_opinion


@pytest.fixture
def said(village: Village) -> dict[str, Opinion]:
    return lamps_and_water(village)


def act(village: Village, row: Opinion, verb: str, body: object = None, who: str = "sun"):
    return village.client(who).post(f"groups/{group_of(row).pk}/{verb}/", body)


def test_a_group_shows_its_opinions_and_who_perhaps_belongs_to_it(village, said):
    answer = village.client("sun").get(f"groups/{group_of(said['lamp']).pk}/").json()

    assert answer["opinions"] == ids(said["lamp"], said["again"])
    assert len(answer["households"]) == 2
    assert [one["opinion"] for one in answer["suggestions"]] == ids(said["dark"])
    assert 0.28 <= answer["suggestions"][0]["score"] < 1
    assert answer["title"] == LAMP


def test_a_suggestion_accepted_moves_the_opinion_and_is_answered(village, said):
    lamps = group_of(said["lamp"])

    answer = act(village, said["lamp"], "accept", {"opinions": ids(said["dark"]), "reason": "同一盏"})

    assert answer.status_code == 200
    assert answer.json()["opinions"] == ids(said["lamp"], said["again"], said["dark"])
    assert answer.json()["suggestions"] == []
    assert Suggestion.objects.get().state == "accepted"
    assert Suggestion.objects.get().decided_by == village.sun
    assert group_of(said["dark"]) == lamps
    line = JournalLine.objects.get(action="groups.accept")
    assert (line.by, line.row_id, line.unit) == (village.sun.pk, str(lamps.pk), "530626101201")
    assert "同一盏" in line.detail


def test_an_opinion_is_moved_in_from_another_group_without_having_been_suggested(village, said):
    answer = act(village, said["water"], "accept", {"opinions": ids(said["again"])})

    assert answer.json()["opinions"] == ids(said["again"], said["water"])
    assert group_of(said["lamp"]) != group_of(said["again"]) == group_of(said["water"])


def test_a_suggestion_refused_is_gone_and_not_made_again(village, said):
    answer = act(village, said["lamp"], "refuse", {"opinions": ids(said["dark"])})
    place_new()

    assert answer.status_code == 200
    assert answer.json()["suggestions"] == []
    assert Suggestion.objects.get().state == "refused"
    assert group_of(said["dark"]) != group_of(said["lamp"])


def test_groups_that_people_kept_apart_are_not_suggested_for_each_other_again(village, said):
    act(village, said["lamp"], "refuse", {"opinions": ids(said["dark"])})

    darker = make_opinion(village.house, village.gao, DARK, on="2026-11-07")
    place_new()

    assert group_of(darker) == group_of(said["dark"])
    assert not Suggestion.objects.filter(opinion=darker).exists()


def test_a_merged_group_is_empty_and_leaves_the_list(village, said):
    lamps, water = group_of(said["lamp"]), group_of(said["water"])

    answer = village.client("sun").post(f"groups/{water.pk}/merge/", {"group": str(lamps.pk)})

    assert answer.json()["opinions"] == ids(said["lamp"], said["again"], said["water"])
    listed = [one["id"] for one in village.client("sun").get("groups/").json()["results"]]
    assert sorted(listed) == sorted([str(water.pk), str(group_of(said["dark"]).pk)])
    # what was perhaps the lamps' is now perhaps the other's
    assert [one["opinion"] for one in answer.json()["suggestions"]] == ids(said["dark"])


def test_a_group_merged_away_stays_and_leads_to_where_its_opinions_are(village, said):
    lamps, water, dark = (group_of(said[name]) for name in ("lamp", "water", "dark"))
    sun = village.client("sun")

    sun.post(f"groups/{water.pk}/merge/", {"group": str(dark.pk)})
    sun.post(f"groups/{lamps.pk}/merge/", {"group": str(water.pk)})

    for emptied in (water, dark):
        answer = sun.get(f"groups/{emptied.pk}/").json()
        assert (answer["opinions"], answer["merged_into"]) == ([], str(lamps.pk))
    assert sun.get(f"groups/{lamps.pk}/").json()["merged_into"] is None
    assert [one["id"] for one in sun.get("groups/").json()["results"]] == [str(lamps.pk)]
    empty = [one["id"] for one in sun.get("groups/?is_empty=yes").json()["results"]]
    assert sorted(empty) == sorted([str(water.pk), str(dark.pk)])


def test_an_emptied_group_that_takes_opinions_in_again_leads_nowhere(village, said):
    lamps, water = group_of(said["lamp"]), group_of(said["water"])
    sun = village.client("sun")
    sun.post(f"groups/{lamps.pk}/merge/", {"group": str(water.pk)})

    back = sun.post(f"groups/{water.pk}/accept/", {"opinions": ids(said["water"])})

    assert back.json()["merged_into"] is None
    assert back.json()["opinions"] == ids(said["water"])


def test_opinions_joined_into_a_task_of_their_own_leave_word_in_the_groups_they_came_from(village, said):
    water = group_of(said["water"])

    task = village.client("sun").post("tasks/", {"title": "停水", "opinions": ids(said["water"])}).json()

    assert village.client("sun").get(f"groups/{water.pk}/").json()["merged_into"] == task["group"]


def test_a_split_makes_a_group_that_the_machine_leaves_alone(village, said):
    lamps = group_of(said["lamp"])

    answer = act(village, said["lamp"], "split", {"opinions": ids(said["again"]), "reason": "另一盏"})
    place_new()

    assert answer.status_code == 201
    assert answer.json()["opinions"] == ids(said["again"])
    assert answer.json()["title"] == LAMP
    assert answer.json()["task"] is None
    assert group_of(said["lamp"]) == lamps != group_of(said["again"])
    assert Suggestion.objects.get(opinion=said["again"], group=lamps).state == "refused"


def test_saying_what_a_group_is_about_teaches_the_suggestions(village, said):
    lamps = group_of(said["lamp"])

    answer = village.client("sun").patch(
        f"groups/{lamps.pk}/", {"category": "lighting"}, version=lamps.version
    )
    assert (answer.status_code, answer.json()["category"]) == (200, "lighting")
    assert TraitUse.objects.get(trait="路灯").uses == {"lighting": 2}

    again = village.client("sun").patch(
        f"groups/{lamps.pk}/", {"category": "roads"}, version=lamps.version + 1
    )
    assert again.json()["category"] == "roads"
    assert TraitUse.objects.get(trait="路灯").uses == {"roads": 2}
    assert "lighting" not in TraitUse.objects.get(trait="").uses


def test_a_task_is_opened_from_a_group_once(village, said):
    lamps = group_of(said["lamp"])

    answer = act(village, said["lamp"], "open-task")
    again = act(village, said["lamp"], "open-task")

    assert answer.status_code == 201
    assert answer.json()["group"] == str(lamps.pk)
    assert answer.json()["opinions"] == ids(said["lamp"], said["again"])
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert (again.json()["state"], again.json()["task"]) == ("open", answer.json()["id"])
    assert group_of(said["lamp"]) == lamps


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("accept", {"opinions": ["lamp"]}, 409, "wrong_state"),  # in it already
        ("accept", {"opinions": []}, 400, "no_opinions"),
        ("accept", {"opinions": [str(new_id())]}, 400, "bad_input"),
        ("accept", {}, 400, "bad_input"),
        ("accept", {"opinions": ["no id"]}, 400, "bad_input"),
        ("refuse", {"opinions": ["water"]}, 409, "wrong_state"),  # never suggested
        ("split", {"opinions": ["lamp", "again"]}, 400, "split_takes_all"),
        ("split", {"opinions": ["water"]}, 409, "wrong_state"),
        ("merge", {"group": str(new_id())}, 400, "group_unknown"),
        ("merge", {"group": "itself"}, 400, "same_group"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_nothing_is_written(village, said, verb, body, status, code):
    named = {
        key: [str(said[one].pk) if one in said else one for one in value]
        if isinstance(value, list)
        else value.replace("itself", str(group_of(said["lamp"]).pk))
        for key, value in body.items()
    }
    before = everything()

    answer = act(village, said["lamp"], verb, named)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert everything() == before


@pytest.mark.parametrize("state", ["open", "in_progress", "done", "confirmed"])
def test_an_opinion_with_a_task_is_not_taken_out_of_it(village, said, state):
    make_task(village, state, opinion=said["water"])
    before = everything()

    answer = act(village, said["lamp"], "accept", {"opinions": ids(said["water"])})

    assert (answer.status_code, answer.json()["code"]) == (409, "opinion_has_task")
    assert answer.json()["errors"][0]["pointer"] == "/opinions/0"
    assert everything() == before


def test_a_declined_task_lets_its_opinions_go(village, said):
    make_task(village, "declined", opinion=said["water"])
    Opinion.objects.filter(pk=said["water"].pk).update(declined_on="2026-11-10")

    answer = act(village, said["lamp"], "accept", {"opinions": ids(said["water"])})

    assert answer.status_code == 200
    assert Opinion.objects.get(pk=said["water"].pk).declined_on is None


def test_another_towns_opinion_cannot_be_moved_in(village, said):
    far = make_opinion(samples.make_household("9", unit=samples.OTHER_TOWN), village.gao, LAMP)
    place_new()
    before = everything()

    answer = act(village, said["lamp"], "accept", {"opinions": [str(far.pk)]})

    assert answer.json()["errors"] == [
        {"pointer": "/opinions/0", "code": "opinion_unknown", "detail": answer.json()["errors"][0]["detail"]}
    ]
    assert everything() == before


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("has_suggestions=yes", ["lamp"]),
        ("has_suggestions=no", ["water", "dark"]),
        ("has_task=yes", []),
        ("unit=530626101201", ["water", "dark", "lamp"]),
        ("unit=530626102", []),
        ("is_empty=yes", []),
        ("category=water", []),
    ],
)
def test_a_supervisor_looks_for_groups(village, said, query, names):
    answer = village.client("sun").get(f"groups/?{query}")

    assert answer.status_code == 200, answer.json()
    found = [one["id"] for one in answer.json()["results"]]
    assert sorted(found) == sorted(str(group_of(said[name]).pk) for name in names)


def test_a_list_of_groups_costs_the_same_number_of_queries_for_one_and_for_many(village, said):
    caller = village.client("sun")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert caller.get("groups/?limit=500").status_code == 200
        return len(seen)

    few = queries()
    for number in range(12):
        make_opinion(village.house, village.gao, f"第{number}件，{'甲乙丙丁戊己庚辛壬癸子丑'[number] * 9}")
    place_new()

    assert queries() == few == 4
