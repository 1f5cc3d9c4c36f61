"""A visit is judged by the pairing on its day, whichever of the two was entered first."""

from datetime import timedelta

import pytest

from fieldapi import clock
from fieldapi.json import instant
from fieldapi.models import JournalLine
from households.models import Pairing
from tests.conftest import Village
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
