"""`manage.py verify_journal`: whether every line of the journal is there, and as it was written."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fieldapi.journal import broken_lines
from fieldapi.migrated import is_migrated
from fieldapi.sealed_days import broken_days

SHOWN = 20


class Command(BaseCommand):
    help = "Recomputes every seal of the journal, of lines and of days; exit code 1 if one does not fit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from-id", type=int, default=0, help="begin at this line")

    def handle(self, *, from_id: int, **options: Any) -> None:
        if not is_migrated():
            raise CommandError("The database is not as this version expects it: run manage.py migrate first.")
        checked, broken = broken_lines(from_id)
        for line in broken[:SHOWN]:
            self.stderr.write(f"line {line}: its seal does not fit")
        days = list(broken_days())
        for day in days[:SHOWN]:
            self.stderr.write(
                "lines {from} to {to}: there were {lines}, there are {found}; not those that were sealed".format(
                    **day
                )
            )
        if broken:
            raise CommandError(f"{len(broken)} of {checked} lines are not as they were written.")
        if days:
            raise CommandError(f"{len(days)} sealed days are not as they were.")
        self.stdout.write(f"{checked} lines, every one as it was written.")
