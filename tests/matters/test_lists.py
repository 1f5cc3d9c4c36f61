"""Tasks and practical matters as lists."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fieldapi import clock
from fieldapi.ids import new_id
from matters.models import MatterHousehold, MatterOpinion, PracticalMatter, Task
from media.models import Photo
from opinions.models import Opinion
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, ids, make_task
from tests.samples import at


@pytest.fixture(autouse=True)
def twentieth_of_november():
    with time_machine.travel(at("2026-11-20 09:00"), tick=False):
        yield


@pytest.fixture
def tasks(village: Village) -> dict[str, Task]:
    """One of each state; the later made the newer."""
    samples.make_category("water")
    rows = {}
    for place, state in enumerate(
        ("open", "assigned", "in_progress", "paused", "done", "confirmed", "declined")
    ):
        rows[state] = make_task(
            village,
            state,
            title=f"{state}的灯",
            due_on=date(2026, 11, 15 + place),
            opened_at=at(f"2026-11-0{place + 1} 09:00"),
            priority="high" if state == "done" else "normal",
        )
    Task.objects.filter(pk=rows["open"].pk).update(category="water")
    return rows


def found(village: Village, query: str, tasks: dict[str, Task], who: str = "sun") -> list[str]:
    answer = village.client(who).get(f"tasks/?{query}")
    assert answer.status_code == 200, answer.json()
    names = {str(row.pk): name for name, row in tasks.items()}
    return [names[row["id"]] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["declined", "confirmed", "done", "paused", "in_progress", "assigned", "open"]),
        ("state=in_progress", ["paused", "in_progress"]),
        ("state=in_progress&paused=no", ["in_progress"]),
        ("live=yes", ["done", "paused", "in_progress", "assigned", "open"]),
        ("live=no", ["declined", "confirmed"]),
        ("overdue=yes", ["in_progress", "assigned", "open"]),
        ("overdue=no", ["declined", "confirmed", "done", "paused"]),
        ("due_before=2026-11-17", ["assigned", "open"]),
        ("due_after=2026-11-19", ["declined", "confirmed", "done"]),
        ("after=2026-11-06", ["declined", "confirmed"]),
        ("before=2026-11-02", ["open"]),
        ("priority=high", ["done"]),
        ("category=water", ["open"]),
        ("q=done 灯", ["done"]),
        ("unit=530626101202", []),
        ("unit=530626", ["declined", "confirmed", "done", "paused", "in_progress", "assigned", "open"]),
    ],
)
def test_a_list_of_tasks_shows_what_is_asked_for_newest_first(
    village: Village, tasks: dict[str, Task], query: str, names: list[str]
):
    assert found(village, query, tasks) == names


def test_tasks_are_found_by_office_and_handler(village: Village, tasks: dict[str, Task]):
    Task.objects.exclude(pk=tasks["done"].pk).update(handler=village.gao)

    assert found(village, f"handler={village.lin.pk}", tasks) == ["done"]
    assert found(village, f"office={tasks['paused'].office_id}", tasks) == ["paused"]


def test_a_task_is_overdue_from_the_day_after_its_due_day(village: Village):
    task = make_task(village, "in_progress", due_on=date(2026, 11, 20))
    assert found(village, "overdue=yes", {"it": task}) == []

    with time_machine.travel(at("2026-11-21 00:00"), tick=False):
        assert found(village, "overdue=yes", {"it": task}) == ["it"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("state=lost", "?state"),
        ("handler=me", "?handler"),
        ("due_before=2026-13-01", "?due_before"),
        ("x=1", "?x"),
    ],
)
def test_a_parameter_of_tasks_that_cannot_be_read_is_named(village: Village, query: str, pointer: str):
    answer = village.client("sun").get(f"tasks/?{query}")

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


def test_a_cadre_sees_tasks_given_to_one_or_ones_office_or_raised_by_ones_households(village: Village):
    office = samples.make_office("水利站")
    village.qian.office = office
    village.qian.save()
    raised = make_task(village, "open")
    given = make_task(
        village, "assigned", opinion=samples.make_opinion(samples.make_household("2"), village.sun)
    )
    offices = make_task(
        village,
        "assigned",
        opinion=samples.make_opinion(samples.make_household("3"), village.sun),
        handler=None,
        office=office,
    )
    tasks = {"raised": raised, "given": given, "offices": offices}

    assert found(village, "", tasks, who="gao") == ["raised"]
    assert found(village, "", tasks, who="lin") == ["given"]
    assert found(village, "", tasks, who="qian") == ["offices"]
    assert found(village, "", tasks, who="zhou") == []
    assert village.client("gao").get(f"tasks/{given.pk}/").status_code == 404


def test_a_task_has_every_member_of_the_contract(village: Village):
    task = make_task(village, "in_progress")
    act(village, "lin", task, "pause", reason="户主外出")

    shown = village.client("sun").get(f"tasks/{task.pk}/").json()

    assert {
        "id", "title", "unit", "category", "group", "opinions", "state", "office", "handler", "plan", "due_on",
        "closing_standard", "priority", "paused", "under_review", "escalated_to", "cards",
        "remaining_working_days", "reviews", "outcome", "version",
    } <= set(shown)  # fmt: skip
    assert (shown["paused"], shown["under_review"], shown["cards"], shown["reviews"]) == (True, False, [], [])
    history = shown["actions"]
    assert [(line["verb"], line["was"], line["became"], line["by"]) for line in history] == [
        ("pause", "in_progress", "in_progress", str(village.lin.pk))
    ]
    assert history[0]["made_at"] == "2026-11-20T09:00:00+08:00"


def make_matter(village: Village, on: str, **columns: Any) -> PracticalMatter:
    matter = PracticalMatter.objects.create(
        **{
            "id": new_id(),
            "title": "换水管",
            "unit_id": samples.VILLAGE,
            "done_on": on,
            "recorded_by": village.gao,
            "received_at": clock.now(),
            "changed_at": clock.now(),
        }
        | columns
    )
    MatterHousehold.objects.create(matter=matter, household=village.house)
    return matter


def matters_found(village: Village, query: str, who: str = "sun") -> list[str]:
    answer = village.client(who).get(f"practical-matters/?{query}")
    assert answer.status_code == 200, answer.json()
    return [row["id"] for row in answer.json()["results"]]


def test_practical_matters_are_found_by_day_place_household_and_satisfaction(village: Village):
    early = make_matter(village, "2026-11-02", satisfaction=3)
    late = make_matter(village, "2026-11-12", recorded_by=village.lin)
    MatterHousehold.objects.create(matter=late, household=samples.make_household("2"))
    opinion = samples.make_opinion(village.house, village.gao)
    MatterOpinion.objects.create(matter=early, opinion=opinion)
    visit = samples.make_visit(village.house, village.gao, withdrawn=True)
    gone = make_matter(village, "2026-11-05", visit=visit, visit_withdrawn=True)

    assert matters_found(village, "") == ids(late, early)
    assert matters_found(village, "after=2026-11-02&before=2026-11-12") == ids(early)
    assert matters_found(village, f"household={village.house.pk}") == ids(late, early)
    assert matters_found(village, f"opinion={opinion.pk}") == ids(early)
    assert matters_found(village, f"recorded_by={village.lin.pk}") == ids(late)
    assert matters_found(village, "satisfaction=3") == ids(early)
    assert matters_found(village, "unit=530626102") == []
    assert matters_found(village, "withdrawn=yes") == ids(gone)
    assert matters_found(village, f"visit={visit.pk}&withdrawn=yes") == ids(gone)


@pytest.mark.parametrize(
    ("who", "count"), [("gao", 1), ("chen", 1), ("qian", 0), ("lin", 0), ("sun", 1), ("zhou", 0), ("wu", 1)]
)
def test_matters_are_seen_by_who_recorded_them_and_who_serves_the_household(
    village: Village, who: str, count: int
):
    make_matter(village, "2026-11-02")

    assert len(matters_found(village, "", who=who)) == count


@pytest.mark.parametrize(("path", "queries"), [("tasks/", 7), ("practical-matters/", 5)])
def test_a_list_costs_as_many_queries_for_many_rows_as_for_one(village: Village, path: str, queries: int):
    sun = village.client("sun")

    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert sun.get(f"{path}?limit=500").status_code == 200
        return len(caught)

    def add() -> None:
        task = make_task(village, "done")
        Photo.objects.create(
            id=new_id(), task=task, sha256="a" * 64, bytes=1, by=village.lin, unit=samples.VILLAGE,
            received_at=clock.now(), changed_at=clock.now(),
        )  # fmt: skip
        act(village, "sun", task, "confirm", reason="已核实")

    add()
    one = cost()
    for _ in range(8):
        add()

    assert (one, cost()) == (queries, queries)


def test_a_verb_costs_a_fixed_number_of_statements(village: Village):
    def cost(opinions: int) -> int:
        task = make_task(village, "done")
        for place in range(opinions):
            samples.make_opinion(village.house, village.gao, f"{place}号", group=task.group)
        sun = village.client("sun")
        with CaptureQueriesContext(connection) as caught:
            assert sun.post(f"tasks/{task.pk}/confirm/", {"reason": "已核实"}).status_code == 200
        assert Opinion.objects.filter(group=task.group_id, resolved_on=None).count() == 0
        return len(caught)

    assert (cost(1), cost(60)) == (27, 27)
