"""Instants as PostgreSQL writes them, read by the interpreter itself.

Django's own reader takes them apart with a regular expression, ten times as long: a third of a page of visits.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import get_adapters_template
from psycopg.adapt import Loader


class Instant(Loader):
    """`2026-11-03 01:12:00.5+00` → datetime; the connection's time zone is UTC."""

    timezone = UTC  # Django looks whether it is the connection's

    def load(self, data: Any) -> datetime:
        return datetime.fromisoformat(bytes(data).decode())


def read_quickly() -> None:
    """From now on, in every connection that is opened."""
    get_adapters_template(True, UTC).register_loader("timestamptz", Instant)
