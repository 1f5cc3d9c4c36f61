"""What was recorded at a household belongs to the unit it lived in that day, also where its move is entered late."""

from datetime import timedelta

import pytest
import time_machine

from fieldapi import clock
from fieldapi.ids import new_id
from fieldapi.json import instant
from fieldapi.models import JournalLine
from households.models import HouseholdChange
from matters import late_moves
from matters.late_moves import follow_moves
from matters.models import PracticalMatter
from media.models import Photo
from opinions.models import Opinion
from tests import samples
from tests.conftest import Village
from tests.samples import OTHER_VILLAGE, VILLAGE, at
from visits.models import Visit

HAMLET = VILLAGE + "002"


@pytest.fixture(autouse=True)
def november(db):
    samples.make_unit(HAMLET)
    with time_machine.travel(at("2026-11-20 10:00"), tick=False):
        yield


def visit_of(village: Village, *, days_ago: int) -> Visit:
    """With an opinion, a matter and a photo."""
    answer = village.client("gao").put_visit(
        village.house,
        started_at=instant(clock.now() - timedelta(days=days_ago)),
        ended_at=None,
        opinions=[{"id": str(new_id()), "text": "路灯坏了", "kind": "request"}],
        matters=[{"id": str(new_id()), "title": "换灯泡"}],
        photos=[{"id": str(new_id()), "sha256": "0" * 64, "bytes": 10}],
    )
    assert answer.status_code == 201
    return Visit.objects.get(pk=answer.json()["id"])


def alone(village: Village, *, days_ago: int) -> list[str]:
    """The addresses of an opinion and a matter without a visit."""
    gao, then = village.client("gao"), clock.now() - timedelta(days=days_ago)
    opinion, matter = f"opinions/{new_id()}/", f"practical-matters/{new_id()}/"
    said = {"household": str(village.house.pk), "text": "水管漏", "kind": "request", "made_at": instant(then)}
    assert gao.put(opinion, said).status_code == 201
    done = {"title": "修水管", "households": [str(village.house.pk)], "done_on": str(then.date())}
    assert gao.put(matter, done).status_code == 201
    return [opinion, matter]


def moved(village: Village, *, days_ago: int, unit: str = HAMLET) -> None:
    told = {"unit": unit, "reason": "易地搬迁", "on": str(clock.today() - timedelta(days=days_ago))}
    answer = village.client("sun").post(f"households/{village.house.pk}/move/", told)
    assert answer.status_code == 200, answer.content


def units() -> dict[str, list[str]]:
    """Of everything there is, in the order of its days."""
    return {
        "visits": list(Visit.objects.order_by("day").values_list("unit", flat=True)),
        "opinions": list(Opinion.objects.order_by("day", "pk").values_list("unit", flat=True)),
        "matters": list(PracticalMatter.objects.order_by("done_on", "pk").values_list("unit", flat=True)),
        "photos": list(Photo.objects.order_by("visit__day").values_list("unit", flat=True)),
    }


def test_a_move_that_is_entered_late_takes_along_what_was_recorded_since_it(village: Village):
    before, after = visit_of(village, days_ago=9), visit_of(village, days_ago=2)
    alone(village, days_ago=1)

    moved(village, days_ago=5)
    follow_moves()

    assert units() == {
        "visits": [VILLAGE, HAMLET],
        "opinions": [VILLAGE, HAMLET, HAMLET],
        "matters": [VILLAGE, HAMLET, HAMLET],
        "photos": [VILLAGE, HAMLET],
    }
    assert (Visit.objects.get(pk=before.pk).version, Visit.objects.get(pk=after.pk).version) == (1, 2)
    lines = JournalLine.objects.filter(action="visits.follow")
    assert [(line.row_id, line.by, line.unit) for line in lines] == [(str(after.pk), None, HAMLET)]


def test_the_same_comes_out_when_everything_arrives_after_the_move(village: Village):
    moved(village, days_ago=5)
    visit_of(village, days_ago=9), visit_of(village, days_ago=2)
    alone(village, days_ago=1)
    came = units()
    follow_moves()

    assert units() == came
    assert came["visits"] == [VILLAGE, HAMLET]
    assert came["opinions"] == came["matters"] == [VILLAGE, HAMLET, HAMLET]
    assert set(Visit.objects.values_list("version", flat=True)) == {1}


def test_of_two_moves_entered_late_each_visit_belongs_to_where_the_household_lived_that_day(village: Village):
    for days_ago in (9, 5, 1):
        visit_of(village, days_ago=days_ago)
    other = VILLAGE + "003"
    samples.make_unit(other)
    moved(village, days_ago=6)
    moved(village, days_ago=3, unit=other)
    follow_moves()

    assert units()["visits"] == [VILLAGE, HAMLET, other]


def test_a_matter_that_helped_others_too_and_what_people_named_another_unit_for_stay(village: Village):
    neighbour = samples.make_household("2")
    samples.make_pairing(neighbour, village.gao)
    gao = village.client("gao")
    both = [str(neighbour.pk), str(village.house.pk)]
    gao.put(f"practical-matters/{new_id()}/", {"title": "修路", "households": both, "done_on": "2026-11-19"})
    said = {"unit": VILLAGE, "voice": "小卖部", "text": "公布电话", "kind": "suggestion"}
    gao.put(f"opinions/{new_id()}/", said | {"made_at": instant(clock.now())})

    moved(village, days_ago=5)
    follow_moves()

    assert (units()["matters"], units()["opinions"]) == ([VILLAGE], [VILLAGE])


@pytest.mark.parametrize("closed", [VILLAGE, HAMLET])
def test_what_lies_in_a_month_that_either_unit_has_closed_stays_where_it_was_counted(
    village: Village, closed: str
):
    with time_machine.travel(at("2026-10-20 10:00"), tick=False):
        visit_of(village, days_ago=1)
    visit_of(village, days_ago=1)
    sun = village.client("sun")
    month = {"unit": closed, "month": "2026-10"}
    assert sun.post("summaries/monthly/close/", month).status_code in (200, 201)
    address = f"summaries/monthly/?unit={VILLAGE}&month=2026-10"
    before = sun.get(address).json()["visits"]["total"]

    moved(village, days_ago=40)
    follow_moves()

    assert units()["visits"] == [VILLAGE, HAMLET]
    assert (sun.get(address).json()["visits"]["total"], before) == (1, 1)


def test_a_desk_of_the_unit_it_moved_to_sees_the_visit_and_that_of_the_old_one_no_more(village: Village):
    visit_of(village, days_ago=2)
    new_desk = village.client("zhou")
    assert new_desk.get("visits/").json()["results"] == []
    told = {"unit": OTHER_VILLAGE, "reason": "搬迁", "on": str(clock.today() - timedelta(days=5))}
    county = samples.Caller(samples.make_user("county", role="supervisor", unit=samples.COUNTY))
    assert county.post(f"households/{village.house.pk}/move/", told).status_code == 200
    follow_moves()

    assert len(new_desk.get("visits/").json()["results"]) == 1
    assert village.client("sun").get("visits/").json()["results"] == []


def test_a_move_is_looked_at_for_an_hour_and_then_no_more(village: Village, django_assert_num_queries):
    moved(village, days_ago=5)
    follow_moves()
    assert HouseholdChange.objects.get().followed_at is None
    with time_machine.travel(clock.now() + timedelta(minutes=61), tick=False):
        follow_moves()

        assert HouseholdChange.objects.get().followed_at == clock.now()
        with django_assert_num_queries(1):
            follow_moves()


def test_a_move_that_another_run_has_followed_meanwhile_is_done(village: Village, monkeypatch):
    visit_of(village, days_ago=2)
    moved(village, days_ago=5)
    follow = late_moves._follow
    monkeypatch.setattr(late_moves, "_follow", lambda ids: (follow(ids), follow(ids)))
    with time_machine.travel(clock.now() + timedelta(minutes=61), tick=False):
        follow_moves()

    assert HouseholdChange.objects.get().followed_at is not None
    assert JournalLine.objects.filter(action="visits.follow").count() == 1


@pytest.mark.parametrize("visits", [1, 6])
def test_the_number_of_statements_does_not_depend_on_that_of_the_visits(
    village: Village, visits: int, django_assert_max_num_queries
):
    for _ in range(visits):
        visit_of(village, days_ago=2)
    moved(village, days_ago=5)

    with django_assert_max_num_queries(19):
        follow_moves()
    assert set(units()["visits"]) == {HAMLET}
