"""`manage.py import_units FILE.csv`: the divisions a county works with."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cadres.divisions import import_table
from fieldapi.errors import Refused, words


class Command(BaseCommand):
    help = (
        "Adds and renames divisions from a CSV or XLSX file with the columns code, name and level. Doing it "
        "twice changes nothing. Bad lines are listed and left out (exit code 1); a file that is no such list "
        "changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            with file.open("rb") as stream:
                outcome = import_table(file.name, stream)
        except OSError as fault:
            raise CommandError(f"{file}: {fault.strerror}") from fault
        except Refused as refused:
            raise CommandError(
                f"{file}: {words(refused.code, **refused.facts)} {refused.detail}"
            ) from refused
        self.stdout.write(f"{outcome.new} new, {outcome.renamed} renamed, {outcome.same} as they were.")
        for line in outcome.faults:
            self.stderr.write(line)
        if outcome.faults:
            raise CommandError(f"{len(outcome.faults)} lines were left out.")
