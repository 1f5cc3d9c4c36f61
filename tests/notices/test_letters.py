"""Letters: one digest a day, at most one an hour about what cannot wait, nothing at night."""

from datetime import time
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from notices import due
from notices.environment import Outward
from notices.letters import write_letters
from notices.models import Delivery, Letter, Notice
from notices.wording import LONGEST, summary_of
from tests.conftest import Village
from tests.notices.sending import NIGHT, goes_out, on, run
from tests.notices.told import a_notice


@pytest.fixture(autouse=True)
def logged(settings):
    goes_out(settings, channel="log")


def letters() -> list[tuple[str, bool, int]]:
    """(person, digest, number of notices) in the order in which they were written."""
    rows = Letter.objects.order_by("made_at", "person__username", "digest")
    return [(row.person.username, row.digest, row.notices.count()) for row in rows]


def test_forty_things_of_a_day_are_one_digest(village: Village):
    with on("2026-11-02 15:00"):
        for _ in range(40):
            a_notice(village.gao, "red_card")
        a_notice(village.chen, "item_new")

    assert run("2026-11-03 07:59") == 0
    assert run("2026-11-03 08:00") == 2
    assert letters() == [("chen", True, 1), ("gao", True, 40)]


def test_what_comes_after_the_digest_waits_for_the_next(village: Village):
    with on("2026-11-02 07:30"):
        a_notice(village.gao, "yellow_card")
    run("2026-11-02 08:00")
    with on("2026-11-02 08:01"):
        a_notice(village.gao, "red_card")

    assert run("2026-11-02 20:59") == 0
    assert run("2026-11-03 08:05") == 1
    assert letters() == [("gao", True, 1), ("gao", True, 1)]


def test_what_cannot_wait_goes_out_at_once_and_what_follows_within_the_hour_together(village: Village):
    with on("2026-11-02 15:00"):
        a_notice(village.gao)
    assert run("2026-11-02 15:01") == 1

    for minute in range(10, 50):
        with on(f"2026-11-02 15:{minute}"):
            a_notice(village.gao)
        assert run(f"2026-11-02 15:{minute}") == 0
    assert run("2026-11-02 16:01") == 1
    assert letters() == [("gao", False, 1), ("gao", False, 40)]


def test_nothing_goes_out_at_night(village: Village):
    with on("2026-11-02 20:59"):
        a_notice(village.gao)
        a_notice(village.chen, "red_card")

    assert [run(f"2026-11-02 {moment}") for moment in ("21:00", "23:59")] == [0, 0]
    assert [run(f"2026-11-03 {moment}") for moment in ("00:00", "07:59")] == [0, 0]
    assert run("2026-11-03 08:00") == 2


def test_a_letter_that_was_written_before_the_night_waits_for_the_morning(village: Village):
    with on("2026-11-02 20:59"):
        a_notice(village.gao)
        write_letters()

    assert (run("2026-11-02 21:00"), Delivery.objects.get().state) == (0, "waiting")
    assert run("2026-11-03 08:00") == 1


@pytest.mark.parametrize(
    ("quiet", "silent", "open_"),
    [(NIGHT, ["21:00", "07:59"], ["08:00", "20:59"]), ((time(12), time(14)), ["12:00"], ["14:00", "11:59"])],
)
def test_quiet_hours_may_pass_midnight_or_not(quiet, silent, open_):
    hours = Outward(quiet=quiet)

    assert all(hours.is_quiet(time.fromisoformat(moment)) for moment in silent)
    assert not any(hours.is_quiet(time.fromisoformat(moment)) for moment in open_)
    assert not Outward().is_quiet(time(3))


def test_what_was_read_in_the_app_is_not_sent(village: Village):
    with on("2026-11-02 15:00"):
        notice = a_notice(village.gao)
        village.client("gao").post(f"notices/{notice.pk}/read/")

    assert run("2026-11-02 15:01") == 0


def test_what_nobody_could_be_told_of_for_a_week_is_left_to_the_list(village: Village):
    with on("2026-11-02 15:00"):
        a_notice(village.gao)

    assert run("2026-11-09 15:01") == 0
    assert Notice.objects.count() == 1


def test_where_no_channel_is_named_nothing_is_written_or_asked(village: Village, settings):
    settings.NOTICES = Outward()
    a_notice(village.gao)
    with CaptureQueriesContext(connection) as asked:
        due.send_out()

    assert (len(asked), Letter.objects.count()) == (0, 0)


def test_where_nothing_is_due_three_queries_say_so(village: Village):
    with on("2026-11-02 15:00"), CaptureQueriesContext(connection) as asked:
        due.send_out()

    assert len(asked) == 3


def test_the_worker_is_called_once_for_all_that_is_due(village: Village):
    with on("2026-11-02 15:00"):
        for person in (village.gao, village.chen):
            a_notice(person)
        due.send_out()
        due.send_out()

    assert DBTaskResult.objects.filter(task_path=due.deliver.module_path).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_write_one_letter():
    village = Village()
    barrier = Barrier(2)
    for number in range(5):
        a_notice(village.gao, occasion=str(number))

    def write() -> None:
        barrier.wait()
        try:
            write_letters()
        finally:
            connection.close()

    with on("2026-11-02 15:00"):
        Notice.objects.update(at="2026-11-02T14:00:00+08:00")
        threads = [Thread(target=write) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert letters() == [("gao", False, 5)]
    assert Delivery.objects.count() == 1


def test_a_letter_says_how_many_of_what_in_a_few_characters():
    def of(*kinds: str) -> str:
        return summary_of(Notice(kind=kind) for kind in kinds)

    assert of("red_card", "task_given", "red_card") == "新任务1、红牌2"
    everything = of(*[kind for kind in ("task_given", "task_reopened", "escalated", "review_asked",
        "decision_due", "task_opened", "item_new", "item_waiting", "unstarted") for _ in range(100)])  # fmt: skip
    assert len(everything) <= LONGEST
    assert everything.endswith("等")


def test_notices_and_their_letters_are_kept_for_ninety_days(village: Village):
    with on("2026-08-04 15:00"):
        a_notice(village.gao)
        write_letters()
    with on("2026-08-06 15:00"):
        kept = a_notice(village.gao)

    with on("2026-11-03 15:00"):
        due.forget_old()

    assert list(Notice.objects.all()) == [kept]
    assert Letter.objects.count() == Delivery.objects.count() == 0
