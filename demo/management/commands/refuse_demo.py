from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.people import are_here
from fieldapi import environment


class Command(BaseCommand):
    help = "Ends with an error, in one line, where the database holds the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        if are_here():
            named = "DATABASE_URL=…" if environment.text("DATABASE_URL") else "FIELDAPI_DATA_DIR=var/county"
            raise CommandError(
                "The database holds the demo, and DEMO=no starts without one: "
                f"say where its own is to be, make run DEMO=no {named}"
            )
