"""Finds the PostgreSQL server binaries of this machine."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

OLDEST = 15
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


class NoPostgres(Exception):
    """There is no usable PostgreSQL here; the message says what was looked for."""


def find_binaries(places: Sequence[str] = PLACES) -> Path:
    """The bin directory of the newest PostgreSQL found, on the PATH or where distributions put it."""
    found = {version_of(place): place for place in candidate_places(places)}
    found.pop(0, None)
    if not found:
        raise NoPostgres("no PostgreSQL server found (Debian, Ubuntu: apt-get install postgresql)")
    newest = max(found)
    if newest < OLDEST:
        raise NoPostgres(f"PostgreSQL {OLDEST} or later is needed, found {newest}")
    return found[newest]


def candidate_places(places: Sequence[str]) -> Iterator[Path]:
    for pattern in places:
        yield from Path("/").glob(pattern.lstrip("/"))
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        yield Path(answer.stdout.strip() or ".")
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent


def version_of(place: Path) -> int:
    """The major version of the server in `place`, 0 if there is none."""
    if not all((place / name).is_file() for name in ("postgres", "initdb", "createdb")):
        return 0
    answer = subprocess.run([place / "postgres", "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"(\d+)", answer.stdout)
    return int(number.group(1)) if number else 0
