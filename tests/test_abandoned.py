"""A worker killed in the middle of a job loses no job."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from fieldapi.abandoned import put_back_abandoned

HERE = socket.gethostname()[:40]
ME = f"{HERE}:{os.getpid()}:abcdefgh"


@pytest.fixture
def dead_process() -> int:
    """A process id that nobody has: that of a child which has just ended."""
    child = subprocess.Popen(["true"])
    child.wait()
    return child.pid


def begun(worker: str, *, hours_ago: float = 0) -> DBTaskResult:
    job = DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}},
        task_path="gone.job",
        backend_name="default",
        run_after=timezone.now(),
    )
    job.claim(worker)
    DBTaskResult.objects.filter(pk=job.pk).update(started_at=timezone.now() - timedelta(hours=hours_ago))
    return job


def test_the_job_of_a_worker_that_was_killed_is_ready_again(db, dead_process):
    job = begun(f"{HERE}:{dead_process}:ijklmnop")

    assert put_back_abandoned(ME) == 1
    assert list(DBTaskResult.objects.ready()) == [job]


def test_the_job_of_my_own_process_id_in_an_earlier_life_is_ready_again(db):
    begun(f"{HERE}:{os.getpid()}:ijklmnop")

    assert put_back_abandoned(ME) == 1


@pytest.mark.parametrize("worker", [f"{HERE}:1:ijklmnop", "elsewhere:999999999:ijklmnop"])
def test_the_job_of_a_worker_that_may_be_alive_is_left_alone_for_an_hour(db, worker):
    begun(worker, hours_ago=0.9)
    assert put_back_abandoned(ME) == 0
    assert DBTaskResult.objects.running().count() == 1

    begun(worker, hours_ago=1.1)
    assert put_back_abandoned(ME) == 1


@pytest.fixture
def our_signals() -> Iterator[None]:
    """The worker takes the process's signals for itself; give them back."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_worker_puts_abandoned_jobs_back_before_it_starts(
    transactional_db, dead_process, our_signals, capsys
):
    begun(f"{HERE}:{dead_process}:ijklmnop")

    call_command("work", "--batch", verbosity=0)

    assert capsys.readouterr().out == "1 jobs of a worker that was killed are put back.\n"
    assert DBTaskResult.objects.failed().count() == 1
