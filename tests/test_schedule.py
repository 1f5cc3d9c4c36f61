"""The worker does what is due, again and again."""

from threading import Event

import pytest
from django.db import InterfaceError, OperationalError

from fieldapi.management.commands.work import keep_schedule

TIMES: list[int] = []
STOPPED = Event()


def tick() -> None:
    """What is due here: stops the schedule at the third time."""
    TIMES.append(len(TIMES))
    if len(TIMES) == 3:
        STOPPED.set()


def test_what_is_due_is_done_every_so_often_until_it_is_stopped(transactional_db, settings):
    settings.DUE = ["tests.test_schedule.tick"]
    TIMES.clear()
    STOPPED.clear()
    keep_schedule(STOPPED, every=0.001)

    assert TIMES == [0, 1, 2]


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError, OSError])
def test_a_database_that_is_away_does_not_end_the_schedule(transactional_db, monkeypatch, fault):
    asked, stopped = [], Event()

    def away() -> None:
        asked.append(1)
        if len(asked) == 2:
            stopped.set()
        raise fault("away")

    monkeypatch.setattr("fieldapi.management.commands.work.run_due", away)
    keep_schedule(stopped, every=0.001)

    assert len(asked) == 2
