"""`python -m tools.month [--data FOLDER] [--only sqlite|postgres]`: on SQLite, then on PostgreSQL."""

import argparse
import sys
import tempfile
from pathlib import Path

from tools.month.play import play
from tools.postgres import NoPostgres, throwaway_postgres


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--data", type=Path, help="a folder with opinions/, photos/, units/; invented texts without it"
    )
    asked.add_argument("--only", choices=["sqlite", "postgres"])
    said = asked.parse_args()
    faults = []
    if said.only != "postgres":
        with tempfile.TemporaryDirectory(prefix="fieldapi-month-") as folder:
            faults += _played("SQLite", Path(folder), f"sqlite:///{folder}/month.sqlite3", said.data)
    if said.only != "sqlite":
        try:
            with tempfile.TemporaryDirectory(prefix="fieldapi-month-") as folder, throwaway_postgres() as url:
                faults += _played("PostgreSQL", Path(folder), url, said.data)
        except NoPostgres as reason:
            print(f"PostgreSQL: NOT PLAYED, {reason}")
    for fault in faults:
        print(f"WRONG  {fault}", file=sys.stderr)
    return 1 if faults else 0


def _played(database: str, folder: Path, url: str, data: Path | None) -> list[str]:
    print(f"\n== a month on {database} ==", flush=True)
    return [f"{database}: {fault}" for fault in play(folder, url, data)]


if __name__ == "__main__":
    sys.exit(main())
