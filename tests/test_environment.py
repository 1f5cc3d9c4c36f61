"""A setting that is wrong stops the start with one line that says what to do."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from fieldapi import environment
from fieldapi.environment import WrongEnvironment

HERE = Path("/nowhere")
STRONG = "0123456789abcdef" * 2


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch):
    """Sets a variable and asks for what it means."""

    def say(name: str, value: str) -> None:
        monkeypatch.setenv(name, value)

    for variable in environment.VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)
    return say


WRONG = [
    (
        "FIELDAPI_STATEMENT_SECONDS",
        "0",
        environment.statement_seconds,
        "FIELDAPI_STATEMENT_SECONDS is '0': say a number from 1 to 86400.",
    ),
    ("FIELDAPI_MODE", "prod", environment.mode, "FIELDAPI_MODE is 'prod': say local or production."),
    (
        "FIELDAPI_DEBUG",
        "maybe",
        lambda: environment.debug(production=False),
        "FIELDAPI_DEBUG is 'maybe': say yes or no.",
    ),
    (
        "FIELDAPI_DEBUG",
        "yes",
        lambda: environment.debug(production=True),
        "FIELDAPI_DEBUG=yes is refused in production: it would show secrets.",
    ),
    (
        "FIELDAPI_CLOCK",
        "tomorrow",
        lambda: environment.clock_offset(production=False),
        "FIELDAPI_CLOCK is 'tomorrow': write it as 2026-10-01T08:00:00+08:00.",
    ),
    (
        "FIELDAPI_CLOCK",
        "0001-01-01",
        lambda: environment.clock_offset(production=False),
        "FIELDAPI_CLOCK is '0001-01-01': a year from 1970 to 2099.",
    ),
    (
        "FIELDAPI_CLOCK",
        "2026-10-01T08:00:00+08:00",
        lambda: environment.clock_offset(production=True),
        "FIELDAPI_CLOCK is refused in production: a moved clock is for rehearsals.",
    ),
    (
        "FIELDAPI_SECRET_KEY",
        "",
        lambda: environment.secret_key(HERE, production=True),
        "FIELDAPI_SECRET_KEY is required in production (FIELDAPI_MODE=local makes one).",
    ),
    (
        "FIELDAPI_SECRET_KEY",
        "short",
        lambda: environment.secret_key(HERE, production=True),
        "FIELDAPI_SECRET_KEY is too short: 32 characters or more.",
    ),
    (
        "FIELDAPI_DATA_KEY",
        "short",
        lambda: environment.data_key(STRONG, production=True),
        "FIELDAPI_DATA_KEY is too short: 32 characters or more.",
    ),
    (
        "FIELDAPI_ALLOWED_HOSTS",
        "",
        lambda: environment.allowed_hosts(production=True),
        "FIELDAPI_ALLOWED_HOSTS is required in production: the names the server answers to.",
    ),
    (
        "FIELDAPI_TRUSTED_PROXIES",
        "10.0.0.0/99",
        environment.trusted_proxies,
        "FIELDAPI_TRUSTED_PROXIES: '10.0.0.0/99' does not appear to be an IPv4 or IPv6 network.",
    ),
    (
        "FIELDAPI_DATA_DIR",
        "/dev/null/var",
        lambda: environment.data_dir(HERE),
        "FIELDAPI_DATA_DIR /dev/null/var cannot be made: Not a directory.",
    ),
    (
        "DATABASE_URL",
        "mysql://u:p@h/name",
        lambda: environment.database_url(HERE),
        "DATABASE_URL must begin with sqlite:/// or postgres://.",
    ),
    (
        "DATABASE_URL",
        "postgres://u:p@h:port/name",
        lambda: environment.database_url(HERE),
        "DATABASE_URL: its port is no port.",
    ),
    (
        "DATABASE_URL",
        "postgres://u:p@h",
        lambda: environment.database_url(HERE),
        "DATABASE_URL names no database: postgres://…/name.",
    ),
    (
        "FIELDAPI_STORAGE_URL",
        "ftp://h/x",
        lambda: environment.storage_url(HERE),
        "FIELDAPI_STORAGE_URL must begin with file:/// or s3://.",
    ),
    (
        "FIELDAPI_STORAGE_URL",
        "s3://key:secret@host",
        lambda: environment.storage_url(HERE),
        "FIELDAPI_STORAGE_URL lacks a part: s3://key:secret@host:port/bucket.",
    ),
    (
        "FIELDAPI_STORAGE_URL",
        "s3://k:s@h:99999/b",
        lambda: environment.storage_url(HERE),
        "FIELDAPI_STORAGE_URL: its port is no port.",
    ),
    (
        "FIELDAPI_STORAGE_URL",
        "s3://k:s@h/b?secure=maybe",
        lambda: environment.storage_url(HERE),
        "FIELDAPI_STORAGE_URL: say secure=yes or secure=no.",
    ),
    (
        "WEB_CONCURRENCY",
        "two",
        lambda: environment.whole_number("WEB_CONCURRENCY", "2", most=256),
        "WEB_CONCURRENCY is 'two': say a number from 1 to 256.",
    ),
    (
        "PORT",
        "70000",
        lambda: environment.whole_number("PORT", "8000", most=65535),
        "PORT is '70000': say a number from 1 to 65535.",
    ),
    *(
        (
            "FIELDAPI_CLIENT_SILENCE",
            wrong,
            environment.client_silence,
            f"FIELDAPI_CLIENT_SILENCE is '{wrong}': say seconds, more than 0 and at most 3600.",
        )
        for wrong in ("long", "0", "-1", "nan", "inf")
    ),
]


@pytest.mark.parametrize(("name", "value", "read", "line"), WRONG)
def test_a_wrong_value_is_said_in_one_line(said, name, value, read, line):
    said(name, value)

    with pytest.raises(WrongEnvironment) as told:
        read()
    assert told.value.code == line


def test_nothing_set_is_a_local_run(said, tmp_path):
    assert environment.mode() == "local"
    assert environment.debug(production=False) is False
    assert environment.clock_offset(production=False) == timedelta(0)
    assert environment.database_url(tmp_path) == f"sqlite:///{tmp_path}/fieldapi.sqlite3"
    assert environment.storage_url(tmp_path) == f"file://{tmp_path}/files"
    assert environment.trusted_proxies() == []
    assert environment.client_silence() == 60
    assert environment.data_key("the secret key", production=True) == "the secret key"


def test_a_secret_key_is_made_once_and_only_its_owner_reads_it(said, tmp_path):
    first, second = (environment.secret_key(tmp_path, production=False) for _ in range(2))

    assert first == second
    assert len(first) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_clock_starts_where_it_is_told_to(said):
    said("FIELDAPI_CLOCK", "2026-10-01T08:00:00")  # without an offset: in Shanghai

    with time_machine.travel("2026-11-01T00:00:00+00:00", tick=False):
        assert environment.clock_offset(production=False) == timedelta(days=-31)
