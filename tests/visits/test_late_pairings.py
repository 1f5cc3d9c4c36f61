"""A visit is judged by the pairing on its day, whichever of the two was entered first."""

from datetime import timedelta

import pytest
import time_machine

from fieldapi import clock
from fieldapi.json import instant
from fieldapi.models import JournalLine
from households.models import Pairing
from tests.conftest import Village
from tests.samples import VILLAGE, at
from visits.late_pairings import judge_by_late_pairings
from visits.models import Visit


def visit_of(village: Village, name: str, *, days_ago: int) -> Visit:
    moment = instant(clock.now() - timedelta(days=days_ago))
    answer = village.client(name).put_visit(village.house, started_at=moment, ended_at=None)
    assert answer.status_code == 201
    return Visit.objects.get(pk=answer.json()["id"])


def judged(visit: Visit) -> tuple[str, list[str]]:
    visit.refresh_from_db()
    return visit.post, sorted(visit.flags.values_list("code", flat=True))


def hand_over(village: Village, *, days_ago: int) -> None:
    """Of post A, from gao to lin, entered today."""
    pairing = Pairing.objects.get(household=village.house, post="A", cadre=village.gao)
    told = {"to": str(village.lin.pk), "on": str(clock.today() - timedelta(days=days_ago)), "reason": "调离"}
    assert village.client("sun").post(f"pairings/{pairing.pk}/hand-over/", told).status_code in (200, 201)


def test_a_hand_over_that_is_entered_late_counts_for_visits_that_were_there_already(village):
    before, after = visit_of(village, "gao", days_ago=9), visit_of(village, "gao", days_ago=2)
    assert judged(after) == ("A", [])

    hand_over(village, days_ago=5)
    judge_by_late_pairings()

    assert judged(before) == ("A", [])
    assert judged(after) == ("", ["not_paired"])
    assert after.flagged
    assert [line.row_id for line in JournalLine.objects.filter(action="visits.judge")] == [str(after.pk)]


def test_the_same_comes_out_when_the_visits_arrive_after_it(village):
    hand_over(village, days_ago=5)
    before, after = visit_of(village, "gao", days_ago=9), visit_of(village, "gao", days_ago=2)
    judge_by_late_pairings()

    assert judged(before) == ("A", [])
    assert judged(after) == ("", ["not_paired"])
    assert (before.version, after.version) == (1, 1)


def test_a_pairing_that_is_entered_late_takes_the_flag_away(village):
    house = village.house
    visit = visit_of(village, "qian", days_ago=2)
    assert judged(visit) == ("", ["not_paired"])
    village.client("sun").post(
        f"pairings/{Pairing.objects.get(cadre=village.chen).pk}/end/",
        {"on": str(clock.today() - timedelta(days=10)), "reason": "调离"},
    )
    told = {"household": str(house.pk), "cadre": str(village.qian.pk), "post": "B"}
    told["started_on"] = str(clock.today() - timedelta(days=10))
    assert village.client("sun").post("pairings/", told).status_code == 201

    judge_by_late_pairings()

    assert judged(visit) == ("B", [])
    assert not visit.flagged


def test_where_no_pairing_changed_nothing_is_written(village, django_assert_num_queries):
    visit_of(village, "gao", days_ago=2)
    judge_by_late_pairings()
    Pairing.objects.update(changed_at=clock.now() - timedelta(days=3))

    with django_assert_num_queries(5):  # the round, what changed, how far it came; and the transaction
        judge_by_late_pairings()
    assert Visit.objects.get().version == 1


@pytest.mark.parametrize("visits", [1, 6])
def test_the_number_of_statements_does_not_depend_on_that_of_the_visits(
    village, visits, django_assert_max_num_queries
):
    for _ in range(visits):
        visit_of(village, "gao", days_ago=2)
    hand_over(village, days_ago=5)

    with django_assert_max_num_queries(20):
        judge_by_late_pairings()
    assert set(Visit.objects.values_list("post", "flagged")) == {("", True)}


def absence(village: Village, *, first: int, last: int) -> str:
    """Of gao, post A, entered today; days ago."""
    told = {"cadre": str(village.gao.pk), "reason": "住院"}
    told |= {
        "started_on": str(clock.today() - timedelta(days=first)),
        "ended_on": str(clock.today() - timedelta(days=last)),
    }
    answer = village.client("sun").post("absences/", told)
    assert answer.status_code == 201
    return f"absences/{answer.json()['id']}/"


def covers(visit: Visit) -> tuple[str, bool]:
    visit.refresh_from_db()
    return visit.post, visit.cover


def test_an_absence_that_is_entered_late_makes_cover_of_post_bs_visits_that_were_there_already(village):
    before, during = visit_of(village, "chen", days_ago=9), visit_of(village, "chen", days_ago=2)
    own = visit_of(village, "gao", days_ago=2)
    assert covers(during) == ("B", False)

    absence(village, first=5, last=1)
    judge_by_late_pairings()

    assert (covers(before), covers(during), covers(own)) == (("B", False), ("B", True), ("A", False))
    assert during.version == 2
    line = JournalLine.objects.get(action="visits.judge")
    assert (line.row_id, line.by) == (str(during.pk), None)


def test_the_same_cover_comes_out_when_the_visits_arrive_after_the_absence(village):
    absence(village, first=5, last=1)
    before, during = visit_of(village, "chen", days_ago=9), visit_of(village, "chen", days_ago=2)
    judge_by_late_pairings()

    assert (covers(before), covers(during)) == (("B", False), ("B", True))
    assert (before.version, during.version) == (1, 1)


def test_an_absence_that_is_shortened_or_taken_back_leaves_no_cover_behind(village):
    early, late = visit_of(village, "chen", days_ago=4), visit_of(village, "chen", days_ago=2)
    address, sun = absence(village, first=5, last=1), village.client("sun")
    judge_by_late_pairings()
    assert (covers(early), covers(late)) == (("B", True), ("B", True))

    sun.patch(address, {"ended_on": str(clock.today() - timedelta(days=3))}, version=1)
    judge_by_late_pairings()
    assert (covers(early), covers(late)) == (("B", True), ("B", False))

    assert sun.delete(address).status_code == 204
    judge_by_late_pairings()
    assert (covers(early), covers(late)) == (("B", False), ("B", False))


def test_post_a_that_ends_late_leaves_no_cover_beside_it(village):
    absence(village, first=5, last=1)
    visit = visit_of(village, "chen", days_ago=2)
    assert covers(visit) == ("B", True)
    pairing = Pairing.objects.get(household=village.house, post="A", cadre=village.gao)
    told = {"on": str(clock.today() - timedelta(days=5)), "reason": "调离"}
    assert village.client("sun").post(f"pairings/{pairing.pk}/end/", told).status_code == 200

    judge_by_late_pairings()

    assert covers(visit) == ("B", False)


def test_a_round_that_runs_again_judges_nothing_twice(village):
    visit = visit_of(village, "chen", days_ago=2)
    absence(village, first=5, last=1)
    for _ in range(3):
        judge_by_late_pairings()

    assert (covers(visit), visit.version) == (("B", True), 2)


def test_a_closed_month_stays_as_it_was_closed_whatever_absence_is_entered_then(village):
    with time_machine.travel(at("2026-10-20 10:00"), tick=False):
        visit = visit_of(village, "chen", days_ago=1)
    with time_machine.travel(at("2026-11-05 10:00"), tick=False):
        sun, month = village.client("sun"), {"unit": VILLAGE, "month": "2026-10"}
        assert sun.post("summaries/monthly/close/", month).status_code in (200, 201)
        address = f"summaries/monthly/?unit={VILLAGE}&month=2026-10"
        closed = sun.get(address).json()
        absence(village, first=20, last=10)
        judge_by_late_pairings()

        assert covers(visit) == ("B", True)
        assert sun.get(address).json() == closed
        assert closed["visits"]["total"] == 1
