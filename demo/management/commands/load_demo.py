from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cadres.models import User
from demo.load import load
from demo.password import demo_password


class Command(BaseCommand):
    help = "Fills an empty database with the demo: a small county and a month of visits. Never in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing, without complaint, where there are users"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo's accounts never exist in production.")
        if User.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("The database is not empty: the demo is loaded into an empty one only.")
        load(demo_password())
        self.stdout.write("The demo is loaded.")
