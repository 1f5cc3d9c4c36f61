"""Opinions as desks look for them: what still has no task, no answer, in which village, about what, how old."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fieldapi import clock
from fieldapi.ids import new_id
from matters.models import Task
from opinions.models import Opinion, Reply
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, ids, make_task
from tests.samples import at, make_opinion

TWENTIETH = at("2026-11-20 09:00")


@pytest.fixture(autouse=True)
def twentieth_of_november():
    with time_machine.travel(TWENTIETH, tick=False):
        yield


@pytest.fixture
def said(village: Village) -> dict[str, Opinion]:
    """One opinion of each kind of standing."""
    samples.make_category("water")
    other = samples.make_household("2", unit="530626101202")
    visit = samples.make_visit(village.house, village.gao, withdrawn=True)
    rows = {
        "fresh": make_opinion(village.house, village.gao, "组里路灯不亮，晚上看不见", on="2026-11-19"),
        "old": make_opinion(other, village.lin, "自来水发黄", on="2026-11-02", category_id="water"),
        "praise": make_opinion(
            village.house, village.gao, "服务好", kind="praise", wants_reply=False, on="2026-11-10"
        ),
        "told": make_opinion(
            village.house, village.gao, "办事电话", replied_on="2026-11-05", on="2026-11-04"
        ),
        "gone": make_opinion(village.house, village.gao, "撤回的", visit=visit),
    }
    rows["in_task"] = make_opinion(village.house, village.gao, "路灯坏了", on="2026-11-03")
    make_task(village, "in_progress", opinion=rows["in_task"])
    return rows


def found(village: Village, query: str, said: dict[str, Opinion], who: str = "sun") -> list[str]:
    """The names of the opinions a list shows, in its order."""
    answer = village.client(who).get(f"opinions/?{query}")
    assert answer.status_code == 200, answer.json()
    names = {str(row.pk): name for name, row in said.items()}
    return [names[row["id"]] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["fresh", "praise", "told", "in_task", "old"]),
        ("has_task=no", ["fresh", "praise", "told", "old"]),
        ("has_task=yes", ["in_task"]),
        ("has_task=no&unit=530626101201", ["fresh", "praise", "told"]),
        ("unit=530626101202", ["old"]),
        ("unit=5306", ["fresh", "praise", "told", "in_task", "old"]),
        ("unit=530626102", []),
        ("category=water", ["old"]),
        ("has_category=no", ["fresh", "praise", "told", "in_task"]),
        ("kind=praise", ["praise"]),
        ("q=路灯", ["fresh", "in_task"]),
        ("q=晚上 路灯", ["fresh"]),
        ("q=100%25", []),
        ("answered=yes", ["told"]),
        ("answered=no", ["fresh", "praise", "in_task", "old"]),
        ("answered=no&wants_reply=yes", ["fresh", "in_task", "old"]),
        ("standing=collected", ["fresh", "praise", "told", "old"]),
        ("standing=in_task", ["in_task"]),
        ("standing=withdrawn", ["gone"]),
        ("older_than_days=17", ["old"]),
        ("older_than_days=18", []),
        ("after=2026-11-04", ["fresh", "praise", "told"]),
        ("before=2026-11-04", ["in_task", "old"]),
        ("after=2026-11-19T10:00:00%2B08:00", ["fresh"]),
        ("after=2026-11-19T10:00:01+08:00", []),
    ],
)
def test_a_list_shows_what_is_asked_for_newest_first(
    village: Village, said: dict[str, Opinion], query: str, names: list[str]
):
    assert found(village, query, said) == names


def test_a_list_of_one_household_one_task_one_person(village: Village, said: dict[str, Opinion]):
    task = said["in_task"].__class__.objects.get(pk=said["in_task"].pk).task

    assert found(village, f"household={said['old'].household_id}", said) == ["old"]
    assert found(village, f"by={village.lin.pk}", said) == ["old"]
    assert found(village, f"task={task.pk}", said) == ["in_task"]
    assert found(village, f"group={task.group_id}", said) == ["in_task"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("colour=red", "?colour"),
        ("kind=threat", "?kind"),
        ("household=1", "?household"),
        ("older_than_days=-1", "?older_than_days"),
        ("standing=lost", "?standing"),
        ("after=yesterday", "?after"),
        ("q=%00", "?q"),
        ("category=%00", "?category"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(village: Village, query: str, pointer: str):
    answer = village.client("sun").get(f"opinions/?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("gao", ["fresh", "praise", "told", "in_task"]),
        ("chen", ["fresh", "praise", "told", "in_task"]),
        ("qian", []),
        ("lin", ["in_task", "old"]),  # the task was given to him
        ("wu", ["fresh", "praise", "told", "in_task", "old"]),
        ("zhou", []),
    ],
)
def test_cadres_see_their_own_and_their_households_opinions(
    village: Village, said: dict[str, Opinion], who: str, names: list[str]
):
    assert found(village, "", said, who=who) == names


def test_an_opinion_shows_where_it_stands_from_the_door_to_the_answer(village: Village):
    opinion = make_opinion(village.house, village.gao)
    gao, sun = village.client("gao"), village.client("sun")

    def standing() -> tuple[str, bool]:
        shown = gao.get(f"opinions/{opinion.pk}/").json()
        return shown["standing"], shown["answered"]

    assert standing() == ("collected", False)
    task = sun.post("tasks/", {"title": "路灯", "opinions": ids(opinion)}).json()
    assert standing() == ("in_task", False)
    fixings = {"handler": str(village.lin.pk), "office": str(samples.make_office().pk)}
    fixings |= {"plan": "换灯", "due_on": "2026-12-01", "closing_standard": "亮"}
    sun.post(f"tasks/{task['id']}/assign/", fixings)
    sun.post(f"tasks/{task['id']}/start/", {})
    village.client("lin").post(f"tasks/{task['id']}/finish/", {"outcome": "已换"})
    gao.post(f"tasks/{task['id']}/confirm/", {"household": str(village.house.pk), "satisfaction": 5})
    assert standing() == ("resolved", False)
    reply = {"text": "灯已换好", "how": "in_person", "told_at": "2026-11-20T08:00:00+08:00"}
    assert gao.put(f"opinions/{opinion.pk}/replies/{new_id()}/", reply).status_code == 201
    assert standing() == ("resolved", True)


@pytest.mark.parametrize(("state", "ended"), [("in_progress", False), ("done", False)])
def test_an_opinion_that_wants_no_reply_is_answered_when_its_task_ends(
    village: Village, state: str, ended: bool
):
    opinion = make_opinion(village.house, village.gao, wants_reply=False)
    task = make_task(village, state, opinion=opinion)
    sun = village.client("sun")
    assert sun.get(f"opinions/{opinion.pk}/").json()["answered"] is ended

    verb = "confirm" if state == "done" else "decline"
    act(village, "sun", task, verb, reason="已核实")

    assert sun.get(f"opinions/{opinion.pk}/").json()["answered"] is True
    assert sun.get("opinions/?answered=yes").json()["results"][0]["id"] == str(opinion.pk)


def test_an_opinion_comes_with_its_replies_in_the_order_they_were_told(village: Village):
    opinion = make_opinion(village.house, village.gao)
    for hour, text in (("15:00", "二"), ("09:00", "一")):
        Reply.objects.create(
            id=new_id(),
            opinion=opinion,
            text=text,
            how="phone",
            told_at=at(f"2026-11-05 {hour}"),
            by=village.gao,
            received_at=clock.now(),
        )

    shown = village.client("sun").get(f"opinions/{opinion.pk}/")

    assert [reply["text"] for reply in shown.json()["replies"]] == ["一", "二"]
    assert shown.headers["ETag"] == '"1"'


def test_a_list_costs_as_many_queries_for_many_opinions_as_for_one(village: Village):
    sun = village.client("sun")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert sun.get("opinions/?limit=500").status_code == 200
        return len(caught)

    task = make_task(village, "in_progress")
    one = queries()
    group = task.group
    for place in range(40):
        opinion = make_opinion(village.house, village.gao, f"{place}号", group=group if place % 2 else None)
        Reply.objects.create(
            id=new_id(),
            opinion=opinion,
            text="答",
            how="phone",
            told_at=clock.now(),
            by=village.gao,
            received_at=clock.now(),
        )

    assert (one, queries()) == (3, 3)  # who calls, opinions with visit and task, replies


def test_a_group_lists_its_opinions_and_households(village: Village):
    task = make_task(village, "open")
    second = make_opinion(samples.make_household("2"), village.lin, group=task.group, on="2026-11-05")
    visit = samples.make_visit(village.house, village.gao, withdrawn=True)
    make_opinion(village.house, village.gao, visit=visit, group=task.group)

    shown = village.client("sun").get(f"groups/{task.group_id}/").json()

    first = Opinion.objects.filter(group=task.group_id).order_by("occurred_at").first()
    assert shown["opinions"] == ids(first, second)
    assert shown["households"] == [str(village.house.pk), str(second.household_id)]
    assert (shown["task"], shown["suggestions"], shown["unit"]) == (str(task.pk), [], samples.VILLAGE)
    assert [row["id"] for row in village.client("sun").get(f"groups/?task={task.pk}").json()["results"]] == [
        shown["id"]
    ]
    assert village.client("sun").get("groups/?unit=530626101202").json()["results"] == []


@pytest.mark.parametrize(
    ("who", "count"), [("gao", 1), ("chen", 1), ("qian", 0), ("lin", 0), ("sun", 1), ("zhou", 0), ("wu", 1)]
)
def test_groups_are_seen_by_who_sees_an_opinion_of_theirs(village: Village, who: str, count: int):
    task = make_task(village, "open")
    make_opinion(village.house, village.gao, group=task.group)  # two of the same: still one group

    assert len(village.client(who).get("groups/").json()["results"]) == count


def test_dates_of_an_opinion_are_days(village: Village):
    opinion = make_opinion(village.house, village.gao, resolved_on=date(2026, 11, 9))

    shown = village.client("sun").get(f"opinions/{opinion.pk}/").json()

    assert (shown["resolved_on"], shown["day"], shown["occurred_at"]) == (
        "2026-11-09",
        "2026-11-03",
        "2026-11-03T10:00:00+08:00",
    )


def test_who_is_to_work_on_a_live_task_reads_what_it_is_about(village: Village):
    task = make_task(village, "assigned")
    opinion = Opinion.objects.get(group=task.group_id)
    village.qian.office = task.office
    village.qian.save()

    def seen(who: str) -> list[str]:
        return [row["id"] for row in village.client(who).get(f"opinions/?task={task.pk}").json()["results"]]

    assert (seen("lin"), seen("qian"), seen("zhou")) == ([str(opinion.pk)], [str(opinion.pk)], [])
    Task.objects.filter(pk=task.pk).update(state="confirmed")
    assert (seen("lin"), seen("qian")) == ([], [])
