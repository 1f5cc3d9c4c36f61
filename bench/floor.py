"""The floor: what this PostgreSQL can do at best for a visit, by its own pgbench."""

import os
import re
import subprocess

from django.db import connection

from tools.postgres import find_binaries

CLIENTS = 16
TABLES = """
CREATE TABLE IF NOT EXISTS floor_visit (
    id uuid PRIMARY KEY, household uuid NOT NULL, started_at timestamptz NOT NULL, body text NOT NULL);
CREATE TABLE IF NOT EXISTS floor_opinion (
    id uuid PRIMARY KEY, visit uuid NOT NULL REFERENCES floor_visit, said text NOT NULL);
CREATE INDEX IF NOT EXISTS floor_opinions_of_visit ON floor_opinion (visit);
"""
BODY = "".join(f"{number:04x}" for number in range(375))  # 1 500 bytes
TRANSACTION = f"""
\\set visit random(1, {2**62})
BEGIN;
INSERT INTO floor_visit VALUES (md5(:visit::text)::uuid, gen_random_uuid(), now(), '{BODY}');
INSERT INTO floor_opinion VALUES (gen_random_uuid(), md5(:visit::text)::uuid, '村口路灯坏了三个月');
INSERT INTO floor_opinion VALUES (gen_random_uuid(), md5(:visit::text)::uuid, '水管漏水');
COMMIT;
"""


def prepare() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)


def transactions_per_second(seconds: float) -> float:
    """One visit-like row of 1.5 KB and two child rows in each, 16 clients, prepared statements."""
    return pgbench(TRANSACTION, seconds)


def pgbench(script: str, seconds: float) -> float:
    settings = connection.settings_dict
    command = [find_binaries() / "pgbench", "--no-vacuum", "--protocol=prepared", "--file=-"]
    command += [f"--client={CLIENTS}", "--jobs=2", f"--time={max(1, round(seconds))}"]
    told = subprocess.run(
        command,
        input=script,
        env=os.environ
        | {
            "PGHOST": settings["HOST"],
            "PGPORT": str(settings["PORT"]),
            "PGUSER": settings["USER"],
            "PGPASSWORD": settings["PASSWORD"],
            "PGDATABASE": settings["NAME"],
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rate = re.search(r"tps = ([\d.]+)", told)
    assert rate, told
    return float(rate.group(1))
