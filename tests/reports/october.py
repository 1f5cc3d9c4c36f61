"""A made-up October 2026 in two towns of the county, with something in it for every figure."""

from types import SimpleNamespace
from uuid import UUID

from tests import samples
from tests.conftest import Village
from tests.reports import rows
from tests.reports.rows import (
    finish,
    make_act,
    make_category,
    make_companion,
    make_flag,
    make_matter,
    make_task,
)
from tests.samples import OTHER_TOWN, OTHER_VILLAGE, TOWN, Caller, make_opinion, make_visit

SECTIONS = ("visits", "opinions", "tasks", "practical_matters", "added_after_closing")


def make_october(village: Village) -> SimpleNamespace:
    """What the tests name of it. `xu` serves a house in the other town; `lin`'s house is never visited."""
    gao, chen, lin, sun = village.gao, village.chen, village.lin, village.sun
    house, idle = village.house, samples.make_household("2")
    far = samples.make_household("3", unit=OTHER_VILLAGE)
    xu = samples.make_user("xu", unit=OTHER_TOWN)
    samples.make_pairing(idle, lin, assigned_by=sun)
    samples.make_pairing(far, xu, assigned_by=sun)
    lighting, water = make_category("lighting", "照明"), make_category("water", "饮水")
    office = samples.make_office("民政办")

    first = make_visit(house, gao, "2026-10-01", people_met=2)
    second = make_visit(house, chen, "2026-10-08", people_met=3, kind="reception")
    third = make_visit(far, xu, "2026-10-31", people_met=None, kind="phone")
    withdrawn = make_visit(house, gao, "2026-10-09", withdrawn=True, people_met=9)
    before = make_visit(house, gao, "2026-09-30", people_met=1)
    make_companion(second, lin)
    make_flag(first)
    make_flag(second, state="dismissed")
    make_flag(second, "no_location", state="upheld")
    make_flag(third, state="dismissed")

    light = make_opinion(house, gao, on="2026-10-01", visit=first, category_id=lighting, kind="complaint")
    tap = make_opinion(house, chen, on="2026-10-08", visit=second, category_id=water)
    thanks = make_opinion(far, xu, on="2026-10-31", kind="praise")
    make_opinion(house, gao, on="2026-10-09", visit=withdrawn)
    old = make_opinion(house, gao, on="2026-09-30", visit=before, category_id=lighting, kind="suggestion")
    samples.Opinion.objects.filter(pk=light.pk).update(replied_on="2026-10-20")

    done = make_task(
        sun, light, on="2026-10-02", due_on="2026-10-20", handler=lin, office=office, category_id=lighting
    )
    finish(done, "2026-10-19", lin, closed="2026-10-21")
    make_act(done, "reopen", "2026-10-15", sun)
    make_matter(lin, "2026-10-21", [house], [light], task=done, satisfaction=5)
    on_time = finish(make_task(sun, on="2026-10-03", due_on="2026-10-10", handler=gao), "2026-10-10", gao)
    refused = make_task(sun, old, on="2026-09-30", due_on="2026-10-30")
    finish(refused, "2026-10-29", sun, state="declined")
    samples.Opinion.objects.filter(pk=old.pk).update(declined_on="2026-10-29")
    late = make_task(sun, tap, on="2026-10-09", due_on="2026-10-31", handler=gao, office=office)
    make_task(sun, on="2026-10-09", due_on="2026-11-01")
    make_task(sun, on="2026-10-09", state="merged", due_on="2026-10-10")
    make_matter(gao, "2026-10-08", [house, idle], visit=first, satisfaction=4)
    make_matter(xu, "2026-10-31", [far])
    make_matter(gao, "2026-10-09", [house], visit=withdrawn, satisfaction=1)
    return SimpleNamespace(
        house=house, idle=idle, far=far, xu=xu, office=office, first=first, second=second, third=third,
        light=light, tap=tap, thanks=thanks, old=old, done=done, on_time=on_time, refused=refused, late=late,
        units=(TOWN, OTHER_TOWN), day=rows.day,
    )  # fmt: skip


def summary(caller: Caller, query: str = "unit=530626&month=2026-10") -> dict:
    answer = caller.get(f"summaries/monthly/?{query}")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def records(caller: Caller, figure: str, query: str = "unit=530626&month=2026-10") -> list[dict]:
    """All pages."""
    found, address = [], f"/api/v1/summaries/monthly/records/?figure={figure}&{query}&limit=500"
    while address:
        answer = caller.get(address.removeprefix("http://testserver"))
        assert answer.status_code == 200, answer.json()
        page = answer.json()
        found, address = found + page["results"], page["next"]
    return found


def ids(rows: list[dict]) -> list[UUID]:
    return [UUID(row["id"]) for row in rows]
