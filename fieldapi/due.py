"""What is due: the functions `settings.DUE` names, each in its turn, in one place at a time.

Each of them is safe to run twice and at once; the lock only saves the work.
"""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from fieldapi import clock
from fieldapi.idempotency import KEPT
from fieldapi.models import RememberedAnswer

JOBS_KEPT = timedelta(days=7)
"""Long enough to look for the reason of one that failed."""
log = logging.getLogger(__name__)
LOCK = 530_627  # this lock's number among PostgreSQL's advisory locks


def run_due() -> list[str] | None:
    """Run everything that is due; the names that failed, or None where another process is at it.

    One that fails is logged and does not hold up the others.
    """
    with alone() as here:
        return [name for name in settings.DUE if not _runs(name)] if here else None


def _runs(name: str) -> bool:
    try:
        import_string(name)()
    except Exception:
        log.exception("%s failed", name)
        return False
    return True


@contextmanager
def alone() -> Iterator[bool]:
    """Whether nobody else is at it; let go when this ends, also when the process is killed."""
    if connection.vendor != "postgresql":
        with (settings.DATA_DIR / "run_due.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (taken,) = cursor.fetchone()
    try:
        yield taken
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def forget_answers() -> None:
    """Answers remembered for an Idempotency-Key longer than a key is good for."""
    RememberedAnswer.objects.filter(at__lt=clock.now() - KEPT - timedelta(hours=1)).delete()


def forget_jobs() -> None:
    """Background jobs that ended a week ago: each photo leaves one."""
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - JOBS_KEPT).delete()
