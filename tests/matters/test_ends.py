"""How tasks end, what becomes of the opinions, and how they are taken up again."""

from datetime import date

import pytest
import time_machine

from cadres.models import ClosedMonth
from fieldapi import clock
from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from matters.models import MatterOpinion, PracticalMatter, Task, VisitTask
from media.models import Photo
from opinions.models import Opinion
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, everything, fresh, make_task
from tests.samples import at

DAY = date(2026, 11, 9)


@pytest.fixture(autouse=True)
def ninth_of_november():
    with time_machine.travel(at("2026-11-09 16:00"), tick=False):
        yield


def opinion_of(task: Task) -> Opinion:
    return Opinion.objects.get(group=task.group_id)


def test_a_satisfied_household_confirms_and_its_matter_resolves_the_opinions(village: Village):
    task = make_task(village, "done")
    first = opinion_of(task)
    neighbour = samples.make_household("2")
    second = samples.make_opinion(neighbour, village.lin, "路灯不亮", group=task.group)
    nobody = samples.make_opinion(None, village.lin, "企业反映路灯", voice="砖厂", group=task.group)

    answer = act(village, "gao", task, "confirm", household=str(village.house.pk), satisfaction=5)

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["closed_on"]) == ("confirmed", "2026-11-09")
    matter = PracticalMatter.objects.get()
    shown = village.client("sun").get(f"practical-matters/{matter.pk}/").json()
    assert sorted(shown["households"]) == sorted([str(village.house.pk), str(neighbour.pk)])
    assert set(shown["opinions"]) == {str(pk) for pk in (first.pk, second.pk, nobody.pk)}
    assert (shown["task"], shown["title"], shown["unit"]) == (str(task.pk), "路灯", samples.VILLAGE)
    assert (shown["done_on"], shown["satisfaction"]) == ("2026-11-09", 5)
    assert (shown["visit"], shown["recorded_by"]) == (None, str(village.gao.pk))
    for opinion in (second, nobody):
        assert (fresh(opinion).resolved_on, fresh(opinion).version) == (DAY, 2)
    assert village.client("sun").get(f"opinions/{second.pk}/").json()["standing"] == "resolved"


def test_a_supervisor_confirms_on_a_households_behalf_only_with_a_reason(village: Village):
    task = make_task(village, "done")
    before = everything()

    silent = act(village, "sun", task, "confirm")
    as_household = act(village, "sun", task, "confirm", household=str(village.house.pk))
    unchanged = everything()
    told = act(village, "sun", task, "confirm", reason="户主外出，组长代确认")

    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (400, "/reason")
    assert (as_household.status_code, as_household.json()["errors"][0]["code"]) == (400, "unknown_field")
    assert unchanged == before
    assert told.status_code == 200
    assert PracticalMatter.objects.get().satisfaction is None


def test_a_household_confirms_only_what_it_raised_and_through_its_own_cadre(village: Village):
    task = make_task(village, "done")
    served = samples.make_household("2")
    samples.make_pairing(served, village.gao, assigned_by=village.sun)
    stranger = samples.make_household("3")
    samples.make_opinion(stranger, village.lin, group=task.group)
    before = everything()

    for household in (served.pk, stranger.pk, new_id()):
        answer = act(village, "gao", task, "confirm", household=str(household))
        assert (answer.status_code, answer.json()["code"]) == (400, "household_unknown")
        assert answer.json()["errors"][0]["pointer"] == "/household"
    assert everything() == before


@pytest.mark.parametrize("satisfaction", [0, 6, True, "5", 4.5])
def test_satisfaction_is_a_whole_number_from_1_to_5(village: Village, satisfaction: object):
    task = make_task(village, "done")

    answer = act(village, "gao", task, "confirm", household=str(village.house.pk), satisfaction=satisfaction)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/satisfaction")
    assert fresh(task).state == "done"


def test_opinions_of_a_withdrawn_visit_are_no_part_of_the_matter(village: Village):
    task = make_task(village, "done")
    visit = samples.make_visit(samples.make_household("2"), village.lin, withdrawn=True)
    withdrawn = samples.make_opinion(visit.household, village.lin, visit=visit, group=task.group)

    act(village, "sun", task, "confirm", reason="已核实")

    assert not MatterOpinion.objects.filter(opinion=withdrawn).exists()
    assert fresh(withdrawn).resolved_on is None


def test_a_reopened_task_has_its_matter_withdrawn_and_its_opinions_unresolved(village: Village):
    task = make_task(village, "done")
    act(village, "gao", task, "confirm", household=str(village.house.pk), satisfaction=4)

    answer = act(village, "gao", task, "reopen", reason="又灭了")

    assert (answer.json()["state"], answer.json()["closed_on"], answer.json()["finished_on"]) == (
        "in_progress",
        None,
        None,
    )
    matter = PracticalMatter.objects.get()
    assert (matter.withdrawn_at, matter.version) == (clock.now(), 2)
    assert opinion_of(task).resolved_on is None
    assert village.client("sun").get("practical-matters/").json()["results"] == []
    withdrawn = village.client("sun").get("practical-matters/?withdrawn=yes").json()["results"]
    assert [row["id"] for row in withdrawn] == [str(matter.pk)]


def test_after_reopening_an_earlier_matter_still_resolves_the_opinion(village: Village):
    task = make_task(village, "done")
    opinion = opinion_of(task)
    on_the_spot = PracticalMatter.objects.create(
        id=new_id(),
        title="临时照明",
        unit_id=opinion.unit_id,
        done_on="2026-11-04",
        recorded_by=village.gao,
        received_at=clock.now(),
        changed_at=clock.now(),
    )
    MatterOpinion.objects.create(matter=on_the_spot, opinion=opinion)
    act(village, "gao", task, "confirm", household=str(village.house.pk))
    assert fresh(opinion).resolved_on == date(2026, 11, 4)

    act(village, "sun", task, "reopen", reason="又灭了")

    assert fresh(opinion).resolved_on == date(2026, 11, 4)


def test_a_task_can_be_done_and_confirmed_again_after_reopening(village: Village):
    task = make_task(village, "confirmed")
    act(village, "sun", task, "reopen", reason="又灭了")
    with time_machine.travel(at("2026-11-10 08:00"), tick=False):
        act(village, "lin", task, "finish", outcome="换了线路")
    with time_machine.travel(at("2026-11-12 08:00"), tick=False):
        answer = act(village, "chen", task, "confirm", household=str(village.house.pk))

    assert (answer.json()["finished_on"], answer.json()["closed_on"]) == ("2026-11-10", "2026-11-12")
    assert opinion_of(task).resolved_on == date(2026, 11, 12)
    assert [action["verb"] for action in answer.json()["actions"]] == ["reopen", "finish", "confirm"]


def test_a_declined_task_declines_its_opinions_with_the_reason(village: Village):
    task = make_task(village, "open")

    answer = act(village, "sun", task, "decline", reason="列入明年改造")

    body = answer.json()
    assert (body["state"], body["decline_reason"]) == ("declined", "列入明年改造")
    assert (body["finished_on"], body["closed_on"]) == ("2026-11-09", "2026-11-09")
    opinion = village.client("sun").get(f"opinions/{opinion_of(task).pk}/").json()
    assert (opinion["standing"], opinion["declined_on"], opinion["resolved_on"]) == (
        "declined",
        "2026-11-09",
        None,
    )


def test_finishing_takes_photos_of_the_task_and_of_visits_made_for_it(village: Village):
    task = make_task(village, "in_progress")
    visit = samples.make_visit(village.house, village.lin)
    VisitTask.objects.create(visit=visit, task=task)
    other = samples.make_visit(village.house, village.lin)
    photos = {
        name: Photo.objects.create(
            id=new_id(),
            sha256=name * 64,
            bytes=1,
            by=village.lin,
            unit=samples.VILLAGE,
            received_at=clock.now(),
            changed_at=clock.now(),
            **of,
        )
        for name, of in {"a": {"task": task}, "b": {"visit": visit}, "c": {"visit": other}}.items()
    }

    refused = act(
        village, "lin", task, "finish", outcome="已换", evidence=[str(photos[name].pk) for name in "ac"]
    )
    unchanged = fresh(task).state
    answer = act(
        village, "lin", task, "finish", outcome="已换", evidence=[str(photos[name].pk) for name in "ab"]
    )

    assert (refused.status_code, refused.json()["code"]) == (400, "photo_unknown")
    assert refused.json()["errors"][0]["pointer"] == "/evidence/1"
    assert unchanged == "in_progress"
    assert (answer.status_code, answer.json()["outcome"]) == (200, "已换")
    assert answer.json()["photos"] == [str(photos["a"].pk)]
    assert answer.json()["actions"][0]["args"]["evidence"] == [str(photos[name].pk) for name in "ab"]


def test_finishing_needs_an_outcome(village: Village):
    task = make_task(village, "in_progress")

    answer = act(village, "lin", task, "finish")

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/outcome")


def test_a_merged_tasks_opinions_move_to_the_other_task(village: Village):
    poor = samples.make_household("2", tags="|low_income|")
    source = make_task(
        village,
        "in_progress",
        opinion=samples.make_opinion(poor, village.lin),
        priority="high",
        title="二组路灯",
    )
    target = make_task(village, "assigned")
    moved = opinion_of(source)

    answer = act(village, "sun", source, "merge", into=str(target.pk))

    assert (answer.json()["state"], answer.json()["merged_into"]) == ("merged", str(target.pk))
    assert (answer.json()["opinions"], answer.json()["closed_on"]) == ([], None)
    taken = village.client("sun").get(f"tasks/{target.pk}/").json()
    assert str(moved.pk) in taken["opinions"]
    assert len(taken["opinions"]) == 2
    assert (taken["priority"], taken["version"]) == ("high", target.version + 1)
    assert village.client("sun").get(f"opinions/{moved.pk}/").json()["task"] == str(target.pk)


def test_a_task_is_merged_only_into_another_live_task_of_the_subtree(village: Village):
    task, ended = make_task(village), make_task(village, "confirmed")
    elsewhere = make_task(
        village,
        opinion=samples.make_opinion(samples.make_household("9", unit=samples.OTHER_VILLAGE), village.lin),
    )
    before = everything()

    for into, status, code in (
        (task.pk, 400, "same_task"),
        (new_id(), 400, "task_unknown"),
        (elsewhere.pk, 400, "task_unknown"),
        (ended.pk, 409, "wrong_state"),
    ):
        answer = act(village, "sun", task, "merge", into=str(into))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["errors"][0]["pointer"] == "/into"
    assert everything() == before


def test_an_act_is_in_the_journal_with_who_and_from_what_to_what(village: Village):
    task = make_task(village, "in_progress")
    act(village, "lin", task, "pause", reason="户主外出")

    line = JournalLine.objects.latest("id")
    assert (line.action, line.row_id, line.by_name, line.unit) == (
        "tasks.pause",
        str(task.pk),
        "lin",
        samples.VILLAGE,
    )
    assert '"was":"in_progress"' in line.detail


def test_a_reopening_that_changes_a_closed_month_counts_as_added_to_the_running_one(village: Village):
    with time_machine.travel(at("2026-10-20 09:00"), tick=False):
        task = make_task(village, "done")
        act(village, "gao", task, "confirm", household=str(village.house.pk))
    ClosedMonth.objects.create(
        unit=samples.TOWN, month=date(2026, 10, 1), closed_at=clock.now(), closed_by=village.sun.pk
    )

    act(village, "sun", task, "reopen", reason="又灭了")

    reopened = task.actions.get(verb="reopen")
    assert (reopened.day, reopened.added_month) == (DAY, date(2026, 11, 1))


def test_the_matter_of_a_confirmed_task_shows_the_evidence_it_was_finished_with(village: Village):
    task, gao = make_task(village, "in_progress", handler=village.gao), village.client("gao")
    photos = [{"id": str(new_id()), "sha256": name * 64, "bytes": 1000} for name in "ab"]
    gao.put_visit(village.house, tasks=[str(task.pk)], photos=photos)
    act(village, "gao", task, "finish", outcome="已换", evidence=[photos[1]["id"]])
    act(village, "gao", task, "confirm", household=str(village.house.pk), satisfaction=5)
    (matter,) = gao.get(f"practical-matters/?task={task.pk}").json()["results"]

    assert (matter["photos"], matter["satisfaction"]) == ([photos[1]["id"]], 5)
