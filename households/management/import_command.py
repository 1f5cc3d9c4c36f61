"""What `import_users`, `import_households` and `import_pairings` have in common."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from cadres.models import User
from cadres.units import ancestors
from fieldapi import json
from fieldapi.access import Role
from fieldapi.errors import Refused, words
from fieldapi.tables import write_csv, write_xlsx
from households.imports import BAD, Kind, take_in
from households.models import ImportBatch


class ImportCommand(BaseCommand):
    """Stores good rows, prints bad ones. Exit code 1 when there were any."""

    kind: ClassVar[Kind]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--unit", required=True, help="where the names of villages are looked for")
        parser.add_argument("--by", default="", help="user name of who imports; the unit's first admin")
        parser.add_argument("--dry-run", action="store_true", help="report only")
        parser.add_argument("--bad-rows", type=Path, help="write the bad rows to this .xlsx or .csv")

    def handle(self, *, file: Path, unit: str, by: str, dry_run: bool, **options: Any) -> None:
        try:
            with file.open("rb") as stream:
                batch, passwords = take_in(
                    by=who(by, unit),
                    kind=self.kind,
                    unit=unit,
                    file_name=file.name,
                    stream=stream,
                    dry_run=dry_run,
                )
        except OSError as fault:
            raise CommandError(f"{file}: {fault.strerror}") from fault
        except Refused as refused:
            told = f"{words(refused.code, **refused.facts)} {refused.detail}".strip()
            raise CommandError(f"{file}: {told}") from refused
        self.tell(batch)
        for line in passwords:
            self.stdout.write(f"{line['username']}\t{line['full_name']}\t{line['one_time_password']}")
        if options["bad_rows"] and batch.bad_rows:
            keep(batch, options["bad_rows"])
        if batch.bad:
            raise CommandError(f"{batch.bad} rows are bad.")

    def tell(self, batch: ImportBatch) -> None:
        facts = batch.facts
        for row in facts["rows"]:
            if row["outcome"] == BAD:
                faults = "；".join(f"{fault['heading']} {fault['detail']}".strip() for fault in row["faults"])
                self.stderr.write(f"{row['line']}: {faults}")
        if facts["unknown_headings"]:
            self.stderr.write(f"not read: {'、'.join(facts['unknown_headings'])}")
        tried = "dry run, nothing stored: " if batch.dry_run else ""
        self.stdout.write(
            f"{tried}{batch.created} created, {batch.unchanged} unchanged, {batch.bad} bad ({batch.pk})"
        )


def who(username: str, unit: str) -> User:
    """The named user, or the admin nearest above the unit."""
    people = User.objects.filter(active=True)
    if username:
        found = people.filter(username=username).first()
    else:
        found = people.filter(role=Role.ADMIN, unit__in=ancestors(unit)).order_by("-unit", "username").first()
    if found is None:
        raise CommandError(
            f"no such user: {username}" if username else f"no admin above {unit}: create_admin"
        )
    return found


def keep(batch: ImportBatch, path: Path) -> None:
    table = json.loads(batch.bad_rows)
    with path.open("wb") as stream:
        if path.suffix.lower() == ".csv":
            stream.writelines(write_csv(table["headings"], table["rows"]))
        else:
            write_xlsx(stream, table["headings"], table["rows"])
