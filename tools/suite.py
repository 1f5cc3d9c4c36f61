"""Runs the whole test suite on SQLite and then on PostgreSQL: `python -m tools.suite [pytest arguments]`.

Each run uses two processes with a database of their own. Both runs always happen; the exit code is the
first failure's. Without PostgreSQL the suite passes on SQLite alone and says so; with CI=true it fails.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.installed_postgres import NoPostgres
from tools.postgres import throwaway_postgres

PROCESSES = "2"


def main(arguments: list[str]) -> int:
    outcomes = {"SQLite": on_sqlite(arguments)}
    try:
        with throwaway_postgres() as url:
            outcomes["PostgreSQL"] = run_suite("PostgreSQL", url, arguments)
        missing = ""
    except NoPostgres as reason:
        missing = str(reason)
    print()
    for database, code in outcomes.items():
        print(f"{database}: {'passed' if code == 0 else f'FAILED (pytest said {code})'}")
    if missing:
        print(f"PostgreSQL: NOT TESTED, {missing}")
    failures = [code for code in outcomes.values() if code]
    if missing and in_ci():
        failures.append(1)
    return failures[0] if failures else 0


def on_sqlite(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="fieldapi-sqlite-") as folder:
        return run_suite("SQLite", f"sqlite:///{folder}/db.sqlite3", arguments)


def run_suite(database: str, url: str, arguments: list[str]) -> int:
    """One pytest run against `url`, in a data directory of its own; pytest's exit code."""
    print(f"\n== {database} ==", flush=True)
    with tempfile.TemporaryDirectory(prefix="fieldapi-test-") as folder:
        environment = os.environ | {"DATABASE_URL": url, "FIELDAPI_DATA_DIR": str(Path(folder, "var"))}
        pytest = [sys.executable, "-m", "pytest", "-n", PROCESSES, *arguments]
        return subprocess.run(pytest, env=environment, check=False).returncode


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
