"""`python -m tools.fuzz`: every operation of docs/openapi.yaml over HTTP, with each role's real token.

Starts the server as `make run` does, with the demo, on a throw-away database. Ends with 1 if schemathesis
found anything or the server wrote a traceback. `--short` is the form that fits into CI.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools.fuzz.surroundings import prepared
from tools.month.server import ROOT, Server
from tools.postgres import NoPostgres, throwaway_postgres

PASSWORD = "fuzz-the-demo-1"
PEOPLE = ("cadre1", "supervisor", "leader", "admin")
DOCUMENT, CONFIG = "docs/openapi.yaml", "tools/fuzz/schemathesis.toml"
OUT = "^/api/v1/auth/logout/"
# Guessing passwords locks the address, which must not happen to those who sign in: last, and once.
IN = "^/api/v1/auth/token/"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", choices=["sqlite", "postgres"])
    asked.add_argument("--people", default=",".join(PEOPLE), help="user names of the demo")
    asked.add_argument("--paths", default=".", help="a regular expression: only these paths")
    asked.add_argument("--examples", type=int, default=20, help="at most, of each operation's random cases")
    asked.add_argument("--seed", type=int, default=530626)
    asked.add_argument("--short", action="store_true", help="few random cases, on SQLite")
    said = asked.parse_args()
    if said.short:
        said.only, said.examples = "sqlite", 2
    failed = []
    if said.only != "postgres":
        with tempfile.TemporaryDirectory(prefix="fieldapi-fuzz-") as folder:
            failed += fuzzed("SQLite", Path(folder), f"sqlite:///{folder}/fuzz.sqlite3", said)
    if said.only != "sqlite":
        try:
            with tempfile.TemporaryDirectory(prefix="fieldapi-fuzz-") as folder, throwaway_postgres() as url:
                failed += fuzzed("PostgreSQL", Path(folder), url, said)
        except NoPostgres as reason:
            print(f"PostgreSQL: NOT FUZZED, {reason}")
    print(f"FAILED: {', '.join(failed)}" if failed else "Nothing found.")
    return 1 if failed else 0


def fuzzed(database: str, folder: Path, url: str, said: argparse.Namespace) -> list[str]:
    """The runs in which something was found."""
    server = Server(folder, url, demo=True)
    server.environment["FIELDAPI_DEMO_PASSWORD"] = PASSWORD
    server.start()
    failed: list[str] = []
    try:
        for name, known in prepared(server.port, PASSWORD, said.people.split(",")).items():
            runs = [
                [known["access"], "--include-path-regex", said.paths, "--exclude-path-regex", f"{OUT}|{IN}"]
            ]
            if said.paths == ".":
                runs.append([known["ending"], "--include-path-regex", OUT])
            for run in runs:
                print(f"\n== {name} on {database} ==", flush=True)
                if not passes(server.port, folder, known, said, *run):
                    failed.append(f"{name} on {database}")
        if said.paths == ".":
            print(f"\n== nobody, signing in, on {database} ==", flush=True)
            if not passes(server.port, folder, {}, said, "", "--include-path-regex", IN):
                failed.append(f"signing in on {database}")
    finally:
        server.stop()
    if "Traceback" in (log := Path(server.log.name).read_text(errors="replace")):
        print(log[log.index("Traceback") - 500 :][:5000])
        failed.append(f"the server's log on {database}")
    return failed


def passes(
    port: int, folder: Path, known: dict[str, Any], said: argparse.Namespace, token: str, *which: str
) -> bool:
    """One run of schemathesis as one person."""
    facts = folder / "known.json"
    facts.write_text(json.dumps(known))
    url = f"http://127.0.0.1:{port}"
    signed = ["--header", f"Authorization: Bearer {token}"] if token else []
    command = [
        str(Path(sys.executable).with_name("st")), "--config-file", CONFIG, "run", DOCUMENT, "--url", url,
        "--phases", "examples,fuzzing" if said.short else "examples,coverage,fuzzing",
        "--max-examples", str(said.examples), "--seed", str(said.seed), "--no-color", *signed, *which,
    ]  # fmt: skip
    environment = os.environ | {"FUZZ_KNOWN": str(facts), "FUZZ_URL": url}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
