"""`make bench`: the figures of docs/performance.md, each beside its floor, all in one run.

`python -m bench [rows…]` starts a durable PostgreSQL and two web processes in production settings, measures the rows
of A, B and C (or those named), prints one table and writes var/bench.json. `--smoke` only shows that every row runs:
its figures mean nothing.
"""

import argparse
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

from bench import databases
from bench.figures import Figure, save, table
from bench.pace import Pace
from tools.postgres import NoPostgres, throwaway_postgres

ROWS = {
    "A1": "single_visits",
    "A2": "single_visits",
    "A3": "uploads",
    "A4": "derivatives",
    "A5": "reading",
    "A6": "reading",
    "A7": "exports",
    "A8": "starting",
    "A9": "slow_phones",
    "B1": "pushing",
    "B2": "pushing",
    "B3": "pulling",
    "B4": "first_sync",
    "B5": "handing_over",
    "C1": "placing",
    "C2": "placing",
    "C3": "falling",
}
"""Which module measures a row. Loaded by name, since models need a Django that has been set up."""
RESULTS = Path("var/bench.json")


def main() -> int:
    asked, began, waiting = arguments(), time.monotonic(), os.getloadavg()[0]
    try:
        with throwaway_postgres(durable=True) as url, tempfile.TemporaryDirectory(prefix="bench-") as folder:
            os.environ.update(production(url, folder))
            django.setup()
            figures = measure(asked.rows, Pace.of(asked))
    except NoPostgres as missing:
        print(missing, file=sys.stderr)
        return 69
    load = os.getloadavg()[0]
    print(table(figures))
    print(
        f"{time.monotonic() - began:.0f} s in all; load average {waiting:.1f} at the beginning, {load:.1f} now"
    )
    save(figures, RESULTS, smoke=asked.smoke, scale=asked.scale, load_before=waiting, load_after=load)
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="row", help=f"{', '.join(ROWS)} (default: all)")
    parser.add_argument("--scale", type=float, default=1, help="of the stored history; 1 is a million visits")
    parser.add_argument("--seconds", type=float, default=10, help="for each thing that is timed")
    parser.add_argument("--smoke", action="store_true", help="as little of everything as shows that it runs")
    asked = parser.parse_args()
    asked.rows = asked.rows or list(ROWS)
    if unknown := set(asked.rows) - ROWS.keys():
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    return asked


def production(url: str, folder: str) -> dict[str, str]:
    return {
        "FIELDAPI_MODE": "production",
        "FIELDAPI_DATA_DIR": folder,
        "FIELDAPI_SECRET_KEY": secrets.token_urlsafe(48),
        "FIELDAPI_ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "fieldapi.settings",
    }


def measure(rows: Iterable[str], pace: Pace) -> list[Figure]:
    """Each module once, in the table's order; the rows asked for out of what it measured."""
    databases.make(databases.FIRST, like="template1")
    call_command("migrate", verbosity=0)
    county = import_module("bench.county")
    here = county.settle(pace.stored(county.CADRES, least=50))
    figures: list[Figure] = []
    for module in dict.fromkeys(ROWS[row] for row in sorted(rows)):
        print(f"measuring {module.replace('_', ' ')} …", file=sys.stderr, flush=True)
        found = import_module(f"bench.{module}").measure(pace, here)
        print(table(found), file=sys.stderr, flush=True)
        figures += found
    return sorted((one for one in figures if one.row in rows), key=lambda one: one.row)


if __name__ == "__main__":
    sys.exit(main())
