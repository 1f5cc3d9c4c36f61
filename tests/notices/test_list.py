"""`/notices/`: what one is told, for oneself alone."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fieldapi import clock
from notices.models import Notice
from tests.conftest import Village
from tests.notices.told import a_notice
from tests.samples import at


def listed(village: Village, who: str, query: str = "") -> list[str]:
    return [row["id"] for row in village.client(who).get(f"notices/{query}").json()["results"]]


def test_a_notice_says_what_it_is_about_in_the_language_of_the_request(village: Village):
    with time_machine.travel(at("2026-11-02 10:00"), tick=False):
        notice = a_notice(village.gao, day=at("2026-11-23 00:00").date())
    gao = village.client("gao")

    shown = gao.get(f"notices/{notice.pk}/").json()

    assert shown == {
        "id": str(notice.pk),
        "kind": "task_given",
        "name": "新任务",
        "resource": "tasks",
        "row_id": str(notice.row_id),
        "unit": notice.unit,
        "title": "路灯",
        "day": "2026-11-23",
        "at": "2026-11-02T10:00:00+08:00",
        "read_at": None,
        "version": 1,
    }
    english = gao.get(f"notices/{notice.pk}/", **{"Accept-Language": "en"}).json()
    assert english["name"] == "new task"


def test_everybody_lists_their_own_newest_first_and_nobody_elses(village: Village):
    earlier = a_notice(village.gao)
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        later = a_notice(village.gao, "red_card")
    a_notice(village.chen)

    assert listed(village, "gao") == [str(later.pk), str(earlier.pk)]
    assert listed(village, "sun") == []


def test_a_list_of_the_unread_and_of_a_kind(village: Village):
    red, given = a_notice(village.gao, "red_card"), a_notice(village.gao)
    gao = village.client("gao")
    assert gao.post(f"notices/{red.pk}/read/").status_code == 200

    assert listed(village, "gao", "?unread=yes") == [str(given.pk)]
    assert listed(village, "gao", "?unread=no") == [str(red.pk)]
    assert listed(village, "gao", "?kind=red_card") == [str(red.pk)]
    assert gao.get("notices/?kind=rumour").json()["code"] == "bad_query"


def test_a_long_list_comes_in_pages(village: Village):
    for _ in range(7):
        a_notice(village.gao)
    gao = village.client("gao")

    first = gao.get("notices/?limit=4").json()
    second = gao.get(first["next"].partition("/api/v1/")[2]).json()

    ids = [row["id"] for row in first["results"] + second["results"]]
    assert (len(ids), len(set(ids)), second["next"]) == (7, 7, None)


def test_a_list_costs_two_queries_for_one_and_for_many(village: Village):
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            village_gao.get("notices/?limit=500")
        return len(asked)

    a_notice(village.gao)
    village_gao = village.client("gao")
    one = cost()
    for _ in range(20):
        a_notice(village.gao)

    assert (one, cost()) == (2, 2)


def test_read_is_read_once_and_says_when(village: Village):
    notice = a_notice(village.gao)
    gao = village.client("gao")
    with time_machine.travel(at("2026-11-03 09:00"), tick=False):
        first = village.client("gao").post(f"notices/{notice.pk}/read/")
    second = gao.post(f"notices/{notice.pk}/read/")

    assert first.json()["read_at"] == "2026-11-03T09:00:00+08:00"
    assert (second.json(), second.headers["ETag"]) == (first.json(), '"2"')


def test_many_are_marked_at_once(village: Village):
    some = [a_notice(village.gao) for _ in range(3)]
    gao = village.client("gao")
    gao.post(f"notices/{some[0].pk}/read/")

    answer = gao.post("notices/read/", {"notices": [str(row.pk) for row in some]})

    assert (answer.status_code, answer.json()) == (200, {"read": 2})
    assert Notice.objects.unread().count() == 0


def test_somebody_elses_among_them_is_pointed_at_and_none_is_marked(village: Village):
    own, others = a_notice(village.gao), a_notice(village.chen)

    answer = village.client("gao").post("notices/read/", {"notices": [str(own.pk), str(others.pk)]})

    assert (answer.status_code, answer.json()["code"]) == (400, "notice_unknown")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/notices/1"]
    assert Notice.objects.unread().count() == 2


@pytest.mark.parametrize("body", [{}, {"notices": []}, {"notices": ["x"]}, {"notices": "all"}, {"all": True}])
def test_a_faulty_body_is_refused(village: Village, body: dict):
    assert village.client("gao").post("notices/read/", body).status_code == 400


def test_nobody_is_told_twice_of_the_same_occasion(village: Village):
    first = a_notice(village.gao)
    a_notice(village.gao, row_id=first.row_id)
    assert Notice.objects.count() == 1

    a_notice(village.gao, "red_card", row_id=first.row_id)
    assert Notice.objects.count() == 2
