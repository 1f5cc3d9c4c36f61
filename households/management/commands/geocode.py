"""`manage.py geocode --unit 530626`: coordinates for households that have only an address."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from households.geocode import Run
from households.geocoder import Geocoder, WrongGeocoder


class Command(BaseCommand):
    help = "Asks the geocoder of FIELDAPI_GEOCODER, slowly; may be stopped and started again at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, help="households of this unit's subtree")
        parser.add_argument("--limit", type=int, help="ask for at most so many")

    def handle(self, *, unit: str, limit: int | None, **options: Any) -> None:
        if not settings.GEOCODER:
            raise CommandError("FIELDAPI_GEOCODER is not set: nominatim?domain=…&user_agent=…")
        if not (unit.isascii() and unit.isdigit()):
            raise CommandError(f"--unit {unit}: a division code is digits")
        try:
            run = Run(Geocoder.named(settings.GEOCODER))
        except WrongGeocoder as fault:
            raise CommandError(f"FIELDAPI_GEOCODER: {fault}") from fault
        counts = run.over(unit, limit)
        told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in ("found", "unknown", "failed", "left"))
        self.stdout.write(told)
        if run.stopped:
            raise CommandError(f"stopped, {run.stopped}; start again later to go on")
