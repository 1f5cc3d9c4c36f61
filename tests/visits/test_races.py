"""Copies of one visit at once: one row, success for each."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from opinions.models import Opinion
from sync.due import wake_waiting
from sync.models import WaitingRow
from tests.conftest import Village
from tests.samples import visit_body
from visits.models import Visit

COPIES = 8


@pytest.fixture
def real_village(transactional_db: None) -> Village:
    village = Village()
    assert village.house
    return village


def all_at_once(calls):
    """Run the calls in threads that start together; their answers in order."""
    answers, barrier = [None] * len(calls), Barrier(len(calls))

    def run(place, call):
        barrier.wait()
        try:
            answers[place] = call()
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_n_copies_at_once_make_one_row_and_n_successes(real_village: Village):
    gao, visit_id = real_village.client("gao"), new_id()
    told = {"id": str(new_id()), "text": "路灯坏了", "kind": "request"}
    body = visit_body(real_village.house, opinions=[told])
    answers = all_at_once([lambda: gao.put(f"visits/{visit_id}/", body)] * COPIES)

    assert sorted(answer.status_code for answer in answers) == [200] * (COPIES - 1) + [201]
    assert (Visit.objects.count(), Opinion.objects.count()) == (1, 1)
    assert JournalLine.objects.filter(action="visits.record").count() == 1


def test_two_contents_under_one_id_at_once_leave_one_and_refuse_the_other(real_village: Village):
    gao, visit_id = real_village.client("gao"), new_id()
    bodies = [visit_body(real_village.house, note=note) for note in ("一", "二")]
    answers = all_at_once([lambda body=body: gao.put(f"visits/{visit_id}/", body) for body in bodies])

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert Visit.objects.count() == 1


def test_a_visit_and_its_amendment_at_once_both_take_effect(real_village: Village):
    gao, visit_id = real_village.client("gao"), new_id()
    change = {"made_at": "2026-11-03T20:00:00+08:00", "reason": "改", "changes": {"note": "二"}}
    all_at_once(
        [
            lambda: gao.put(f"visits/{visit_id}/", visit_body(real_village.house, note="一")),
            lambda: gao.put(f"visits/{visit_id}/amendments/{new_id()}/", change),
        ]
    )
    wake_waiting()  # what `run_due` does every minute

    assert Visit.objects.get().note == "二"
    assert WaitingRow.objects.count() == 0
