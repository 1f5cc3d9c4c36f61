"""Background jobs whose worker was killed in the middle: put back, so that none is lost.

A job may therefore run twice, and must not mind.
"""

import os
import socket
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

# Far above what any job may take. Only needed for the jobs of a machine that never comes back.
LONGEST_JOB = timedelta(hours=1)


def worker_name() -> str:
    """Names this process for ever: machine, process id, and a word against process ids used again."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{get_random_string(8)}"


def put_back_abandoned(me: str) -> int:
    """Make ready again what a dead worker of this machine, or any worker for too long, has begun.

    `me` is this worker's own name, which it has not worked under yet. Returns how many.
    """
    running = DBTaskResult.objects.running()
    dead = [pk for pk, workers in running.values_list("pk", "worker_ids") if is_dead(workers[-1], me)]
    lost = running.filter(Q(pk__in=dead) | Q(started_at__lt=timezone.now() - LONGEST_JOB))
    return lost.update(status=TaskResultStatus.READY, started_at=None)


def is_dead(worker: str, me: str) -> bool:
    """Whether `worker` certainly works no more: it ran on this machine, and its process is gone or is now us."""
    machine, process, _ = worker.split(":")
    my_machine, my_process, _ = me.split(":")
    if machine != my_machine:
        return False
    return process == my_process or not process_exists(int(process))


def process_exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
