"""Figures that were published of such work come out of raw records exactly, over their real periods (product.md).

The texts are invented; where a report says "over", any such number will do.
"""

from datetime import date, timedelta
from itertools import cycle

import pytest
import time_machine

from cadres.models import Office, Unit, User
from fieldapi import clock
from fieldapi.calendar import start_of
from fieldapi.ids import new_id
from households.models import Household, Pairing
from matters.models import MatterOpinion, PracticalMatter, Task, TaskAction
from opinions.models import Group, Opinion
from tests.conftest import Village
from tests.reports.october import records, summary
from tests.samples import COUNTY, OTHER_VILLAGE, TOWN, VILLAGE, at, make_office, make_user
from visits.models import Visit

SAID = ("村口路灯坏了", "自来水停了两天", "通组路下雨积水", "低保什么时候复核", "办事要带哪些材料")


@pytest.fixture
def bureau(village: Village):
    with time_machine.travel(at("2026-11-20 09:00"), tick=False):
        yield village


def days(first: str, last: str) -> list[date]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]


def make_cadres(count: int, office: Office | None = None) -> list[User]:
    return User.objects.bulk_create(
        User(
            username=f"cadre{User.objects.count()}-{n}", full_name=f"干部{n}", password="!", role="cadre",
            unit_id=TOWN, office=office, changed_at=clock.now(),
        )
        for n in range(count)
    )  # fmt: skip


def make_households(count: int, units: tuple[str, ...] = (VILLAGE, OTHER_VILLAGE)) -> list[Household]:
    return Household.objects.bulk_create(
        Household(
            number=f"h{n}", unit_id=units[n % len(units)], head_name="户主", changed_at=clock.now()
        )
        for n in range(count)
    )  # fmt: skip


def make_opinions(count: int, by: list[User], on: list[date], **columns: object) -> list[Opinion]:
    turns = zip(range(count), cycle(by), cycle(on), cycle(SAID), strict=False)
    return Opinion.objects.bulk_create(
        Opinion(
            **{
                "id": new_id(), "by": cadre, "text": text, "kind": "request", "unit_id": VILLAGE, "day": day,
                "made_at": start_of(day), "occurred_at": start_of(day), "received_at": start_of(day),
                "changed_at": clock.now(),
            }
            | columns
        )
        for _, cadre, day, text in turns
    )  # fmt: skip


def make_tasks(opened: list[date], by: User, office: Office, due_in: int) -> list[Task]:
    """One task a day of `opened`, due after `due_in` days."""
    now = clock.now()
    groups = Group.objects.bulk_create(
        Group(unit_id=COUNTY, title="受理", opened_at=start_of(day), changed_at=now) for day in opened
    )
    return Task.objects.bulk_create(
        Task(
            group=group, title="受理", unit_id=COUNTY, office=office, state="in_progress", opened_by=by,
            opened_at=start_of(day), opened_on=day, due_on=day + timedelta(days=due_in), changed_at=now,
        )
        for group, day in zip(groups, opened, strict=True)
    )  # fmt: skip


def close_tasks(tasks: list[Task], by: User, finished_on: list[date]) -> None:
    acts = []
    for task, day in zip(tasks, finished_on, strict=True):
        task.state, task.finished_on, task.closed_on = "confirmed", day, day
        acts.append(
            TaskAction(
                id=new_id(), task=task, verb="finish", by=by, made_at=start_of(day), day=day, unit=COUNTY,
                made_at_sent=start_of(day), received_at=start_of(day), due_on=task.due_on,
            )
        )  # fmt: skip
    Task.objects.bulk_update(tasks, ["state", "finished_on", "closed_on"])
    TaskAction.objects.bulk_create(acts)


def make_matters(opinions: list[Opinion], by: User, on: list[date]) -> None:
    """One for each opinion, which it resolves on the next of these days."""
    matters = PracticalMatter.objects.bulk_create(
        PracticalMatter(
            id=new_id(), title="办好一件实事", unit_id=VILLAGE, done_on=day, recorded_by=by,
            received_at=start_of(day), changed_at=clock.now(),
        )
        for _, day in zip(opinions, cycle(on), strict=False)
    )  # fmt: skip
    MatterOpinion.objects.bulk_create(
        MatterOpinion(matter=matter, opinion=opinion)
        for matter, opinion in zip(matters, opinions, strict=True)
    )
    for matter, opinion in zip(matters, opinions, strict=True):
        opinion.resolved_on = matter.done_on
    Opinion.objects.bulk_update(opinions, ["resolved_on"])


def test_1_a_campaign_of_103_cadres_and_184_households_collects_431_opinions_and_does_168_matters(bureau):
    cadres, households = make_cadres(103), make_households(184)
    Pairing.objects.bulk_create(
        Pairing(
            household=household, cadre=cadre, post="A", started_on="2026-07-01", assigned_by=bureau.sun,
            changed_at=clock.now(),
        )
        for household, cadre in zip(households, cycle(cadres), strict=False)
    )  # fmt: skip
    since_july = days("2026-07-01", "2026-11-19")
    opinions = make_opinions(431, cadres, since_july)
    make_matters(opinions[:168], cadres[0], since_july[60:])
    period = f"unit={COUNTY}&from=2026-07-01&to=2026-11-20"

    told = summary(bureau.client("wu"), period)

    assert (told["visits"]["cadres_paired"], told["visits"]["households_paired"]) == (103, 184)
    assert (told["opinions"]["collected"], told["practical_matters"]["completed"]) == (431, 168)
    assert (told["opinions"]["resolved"], told["opinions"]["open"]) == (168, 263)
    for name, count in (("visits.households_paired", 184), ("opinions.collected", 431)):
        assert len(records(bureau.client("wu"), name, period)) == count


def test_2_a_service_window_closes_262_of_405_items_261_of_them_early(bureau):
    window = make_office("服务窗口", COUNTY)
    month = days("2026-07-16", "2026-08-16")
    opened = sorted(day for _, day in zip(range(405), cycle(month), strict=False))
    tasks = make_tasks(opened, bureau.sun, window, due_in=40)
    early, on_the_day = tasks[:261], tasks[261]
    close_tasks(early, bureau.sun, [min(task.opened_on + timedelta(days=3), month[-1]) for task in early])
    on_the_day.due_on = month[-1]
    on_the_day.save()
    close_tasks([on_the_day], bureau.sun, [month[-1]])
    period = f"unit={COUNTY}&from=2026-07-16&to=2026-08-16&office={window.pk}"

    tasks_told = summary(bureau.client("wu"), period)["tasks"]

    assert tasks_told == {
        "opened": 405, "closed": 262, "closed_early": 261, "early_rate": 0.9962, "overdue": 0,
        "yellow_cards": 0, "red_cards": 0, "escalated": 0, "declined": 0, "reopened": 0,
    }  # fmt: skip
    assert f"{tasks_told['early_rate']:.1%}" == "99.6%"
    rows = records(bureau.client("wu"), "tasks.early_rate", period)
    assert (len(rows), sum(row["value"] for row in rows)) == (262, 261)


def test_5_a_survey_of_7_villages_meets_23_people_and_brings_11_suggestions(bureau):
    villages = tuple(f"530626101{number}" for number in range(210, 217))
    Unit.objects.bulk_create(
        Unit(code=code, name=f"村{code[-3:]}", level="village", changed_at=clock.now()) for code in villages
    )
    surveyor = make_cadres(1)[0]
    households, week = make_households(14, villages), days("2026-09-07", "2026-09-11")
    visits = Visit.objects.bulk_create(
        Visit(
            id=new_id(), household=household, cadre=surveyor, kind="field", unit_id=household.unit_id, day=day,
            people_met=2 if number < 9 else 1, started_at=start_of(day), occurred_at=start_of(day),
            received_at=start_of(day), changed_at=clock.now(),
        )
        for number, (household, day) in enumerate(zip(households, cycle(week), strict=False))
    )  # fmt: skip
    asked = make_opinions(11, [surveyor], week, kind="suggestion", visit=visits[0])
    to_publish = asked[:3]  # services, documents, telephone numbers: acted on at once
    make_matters(to_publish, surveyor, [opinion.day for opinion in to_publish])
    period = f"unit={COUNTY}&from=2026-09-07&to=2026-09-11"

    told = summary(bureau.client("wu"), period)

    assert (told["visits"]["villages_visited"], told["visits"]["people_met"]) == (7, 23)
    assert told["opinions"]["by_kind"] == {"complaint": 0, "request": 0, "suggestion": 11, "praise": 0}
    assert (told["opinions"]["resolved"], told["practical_matters"]["completed"]) == (3, 3)
    assert {row["day"] for row in records(bureau.client("wu"), "opinions.resolved", period)} == {
        str(opinion.day) for opinion in to_publish
    }


def test_6_a_bureau_closes_39_of_46_petitions_and_its_farm_branch_collects_43_opinions(bureau):
    petitions, branch = make_office("信访办", COUNTY), make_office("农场分局", COUNTY)
    year = days("2026-01-05", "2026-10-30")
    tasks = make_tasks(year[:46], bureau.sun, petitions, due_in=60)
    close_tasks(tasks[:39], bureau.sun, [task.opened_on + timedelta(days=30) for task in tasks[:39]])
    make_opinions(43, make_cadres(5, branch), year)
    make_opinions(9, [make_user("outside")], year)
    period = f"unit={COUNTY}&from=2026-01-01&to=2026-10-31"

    of_petitions = summary(bureau.client("wu"), f"{period}&office={petitions.pk}")
    of_branch = summary(bureau.client("wu"), f"{period}&office={branch.pk}")

    assert (of_petitions["tasks"]["opened"], of_petitions["tasks"]["closed"]) == (46, 39)
    assert of_petitions["tasks"]["overdue"] == 7
    assert of_branch["opinions"]["collected"] == 43
    assert len(records(bureau.client("wu"), "tasks.closed", f"{period}&office={petitions.pk}")) == 39
    assert len(records(bureau.client("wu"), "opinions.collected", f"{period}&office={branch.pk}")) == 43
