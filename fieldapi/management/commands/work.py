"""`manage.py work`: the background worker. Start as many as there is work for."""

from argparse import ArgumentParser
from typing import Any

from django_tasks_db.management.commands import db_worker

from fieldapi.abandoned import put_back_abandoned, worker_name


class Command(db_worker.Command):
    help = "Runs background jobs until it is stopped; SIGTERM lets the present job end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(queue_name="*", worker_id=worker_name(), startup_delay=False, reload=False)

    def handle(self, *, worker_id: str, **options: Any) -> None:
        if count := put_back_abandoned(worker_id):
            self.stdout.write(f"{count} jobs of a worker that was killed are put back.")
        super().handle(worker_id=worker_id, **options)
