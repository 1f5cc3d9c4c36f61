"""Databases to measure in, on the one server: each begins as a copy of another, so that no row disturbs the next."""

import os
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from psycopg import sql

from bench.server import cpu_of

FIRST = "county"
"""The people, their phones and households; no visits."""


def use(name: str) -> None:
    """Django here, and every server started from now on, talk to this database."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's
    connection.settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = url_of(name)


def make(name: str, *, like: str = FIRST) -> str:
    """A database with everything the other holds, in use from now on; nobody may be connected to the other."""
    use(name)
    with psycopg.connect(url_of("postgres"), autocommit=True) as maintenance:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        maintenance.execute(copy.format(sql.Identifier(name), sql.Identifier(like)))
    return name


def cpu_of_backends(name: str) -> float:
    """Seconds of processor that the connections to this database, as many as are open now, have used."""
    with psycopg.connect(url_of("postgres")) as maintenance:
        backends = maintenance.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [name])
        return sum(cpu_of(process) for (process,) in backends)


def url_of(name: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
