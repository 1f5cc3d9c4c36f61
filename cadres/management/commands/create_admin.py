"""`manage.py create_admin --username … --unit …`: the first admin of a county, who adds everybody else."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cadres.actions import add_first_admin
from fieldapi.errors import Refused, words


class Command(BaseCommand):
    help = "Adds an admin. Asks for the password twice, or reads it as one line from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--unit", required=True, help="code of the unit the admin is to administer")
        parser.add_argument("--full-name", default="")

    def handle(self, *, username: str, unit: str, full_name: str, **options: Any) -> None:
        password = asked_twice() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
        try:
            admin = add_first_admin(username=username, full_name=full_name, unit=unit, password=password)
        except Refused as refused:
            raise CommandError(
                " ".join(fault.detail or words(fault.code) for fault in refused.errors)
            ) from refused
        self.stdout.write(f"Admin {admin.username} of {admin.unit} is there.")


def asked_twice() -> str:
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandError("The two passwords differ.")
    return password
