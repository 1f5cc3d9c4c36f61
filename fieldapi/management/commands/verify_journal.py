"""`manage.py verify_journal`: whether every line of the journal is as it was written."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fieldapi.journal import broken_lines

SHOWN = 20


class Command(BaseCommand):
    help = "Recomputes the seal of every line of the journal; exit code 1 if one does not fit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from-id", type=int, default=0, help="begin at this line")

    def handle(self, *, from_id: int, **options: Any) -> None:
        checked, broken = broken_lines(from_id)
        for line in broken[:SHOWN]:
            self.stderr.write(f"line {line}: its seal does not fit")
        if broken:
            raise CommandError(f"{len(broken)} of {checked} lines are not as they were written.")
        self.stdout.write(f"{checked} lines, every one as it was written.")
