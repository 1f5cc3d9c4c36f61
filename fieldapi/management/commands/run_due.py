"""`manage.py run_due`: what a scheduler calls, every minute or so."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fieldapi.due import run_due


class Command(BaseCommand):
    help = "Does what is due. Safe to run twice and from two places at once."

    def handle(self, **options: Any) -> None:
        failed = run_due()
        if failed is None:
            self.stdout.write("Another process is at it.")
        elif failed:
            raise CommandError(f"Failed, see the log: {', '.join(failed)}")
