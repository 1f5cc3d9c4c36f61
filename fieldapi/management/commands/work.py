"""`manage.py work`: the background worker, which is the scheduler too. Start as many as there is work for."""

import logging
from argparse import ArgumentParser
from threading import Event, Thread
from typing import Any

from django.db import Error, connection
from django_tasks_db.management.commands import db_worker

from fieldapi.abandoned import put_back_abandoned, worker_name
from fieldapi.due import run_due

log = logging.getLogger(__name__)
EVERY_SECONDS = 60.0


def keep_schedule(stopped: Event, every: float = EVERY_SECONDS) -> None:
    """Do what is due every so many seconds until `stopped`; a database that is away is asked again next time."""
    while not stopped.wait(every):
        try:
            run_due()
        except (Error, OSError):
            log.exception("what is due could not be looked up")
        finally:
            connection.close()


class Command(db_worker.Command):
    help = "Runs background jobs, and what is due every minute, until it is stopped; SIGTERM lets the present job end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(queue_name="*", worker_id=worker_name(), startup_delay=False, reload=False)

    def handle(self, *, worker_id: str, **options: Any) -> None:
        if count := put_back_abandoned(worker_id):
            self.stdout.write(f"{count} jobs of a worker that was killed are put back.")
        stopped = Event()
        Thread(target=keep_schedule, args=(stopped,), daemon=True).start()
        try:
            super().handle(worker_id=worker_id, **options)
        finally:
            stopped.set()
