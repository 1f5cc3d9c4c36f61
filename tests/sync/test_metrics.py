"""/metrics: backlogs and their ages, for this machine only."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from fieldapi import clock
from sync.metrics import backlogs
from tests.conftest import Village


def test_it_tells_how_many_rows_are_in_quarantine_and_since_when(village: Village, client):
    village.client("gao").put_visit(village.house, kind="feast")
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        told = client.get("/metrics").content.decode()

    assert "fieldapi_quarantined_rows 1.0" in told
    age = next(
        line for line in told.splitlines() if line.startswith("fieldapi_quarantined_rows_oldest_seconds")
    )
    assert 3590 < float(age.split()[1]) < 3610
    assert "fieldapi_waiting_rows 0.0" in told


def test_it_is_not_public(db, client):
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 404
    for proxied in ({"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=203.0.113.5"}, {"Via": "1.1 gate"}):
        assert client.get("/metrics", headers=proxied).status_code == 404


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("quarantined_rows", "quarantine_undecided"),
        ("photos_awaiting", "photos_awaited"),
        ("photos_to_develop", "photos_to_develop"),
    ],
)
def test_what_grows_for_ever_is_not_read_through(db, name, index):
    """However often an alarm asks; on a small table PostgreSQL looks at the index only where it is told to."""
    (rows,) = (rows.values(age) for told, _, rows, age in backlogs() if told == name)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in rows.explain()
