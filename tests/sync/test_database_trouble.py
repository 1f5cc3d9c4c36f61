"""A database that keeps a phone waiting: the phone is told to come again, and loses nothing."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.db import connection

from fieldapi.ids import new_id
from tests.conftest import Village
from tests.serving.live import database_url
from tests.visits.test_races import real_village
from visits.models import Visit

__all__ = ["real_village"]

pytestmark = pytest.mark.skipif(connection.vendor == "sqlite", reason="PostgreSQL's own limits")
SHOWN = "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')"


def test_a_statement_that_takes_too_long_is_503_and_the_visit_comes_again(real_village: Village):
    gao, visit = real_village.client("gao"), new_id()
    with psycopg.connect(database_url()) as other:
        other.execute("LOCK TABLE visits_visit IN ACCESS EXCLUSIVE MODE")
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '100ms'")
        kept_waiting = gao.put_visit(real_village.house, visit)
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")

    assert (kept_waiting.status_code, kept_waiting.json()["code"]) == (503, "server_busy")
    assert kept_waiting.headers["Retry-After"] == "5"
    assert gao.put_visit(real_village.house, visit).status_code == 201
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(("entry", "expected"), [("fieldapi.wsgi", "1min"), ("django", "0")])
def test_only_in_the_web_processes_a_statement_has_a_minute(db: None, entry: str, expected: str):
    asked = f"import {entry}; import django; django.setup(); from django.db import connection as c; q = c.cursor(); "
    asked += f"q.execute({SHOWN!r}); print(*q.fetchone())"
    told = subprocess.run(
        [sys.executable, "-c", asked],
        env=os.environ
        | {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "fieldapi.settings",
            "FIELDAPI_MODE": "local",  # production, which the web's entry point assumes, wants keys
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.split() == [expected, "5min"]
