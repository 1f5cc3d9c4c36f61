"""The whole product behind a real gunicorn, and bodies that come in pieces, or only half."""

import gzip
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.serving.test_slow_clients import SILENCE, SIXTEEN, answer, send

ROOT = Path(__file__).resolve().parents[2]
TOKEN = (
    b"POST /api/v1/auth/token/ HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/json\r\nConnection: close\r\n"
)


def sign_in(username: str) -> bytes:
    return json.dumps({"username": username, "password": "nothing"}).encode()


WHO = sign_in("nobody")
CHUNKY = sign_in("chunky")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of an empty database of the kind this run tests."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return f"sqlite:///{tmp_path_factory.mktemp('served')}/db.sqlite3"
    name = f"served_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{url.rpartition('/')[0]}/{name}"


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    wanted = {"DATABASE_URL": database, "FIELDAPI_DATA_DIR": str(tmp_path_factory.mktemp("var"))}
    wanted |= {"FIELDAPI_MODE": "local"} | SILENCE
    environment = os.environ | wanted
    migrate = [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        command = [sys.executable, "-m", "gunicorn", "-c", "fieldapi/gunicorn.py", "--workers", "1"]
        command += ["--threads", "16", "--bind", f"fd://{listener.fileno()}", "fieldapi.wsgi:application"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=[listener.fileno()])
        with socket.create_connection(listener.getsockname(), timeout=60) as first:  # until it has started
            first.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert first.recv(12) == b"HTTP/1.1 200"
        yield listener.getsockname()
        process.terminate()
        process.wait()


def code(connection: socket.socket) -> tuple[bytes, str]:
    """Status and problem code of an answer."""
    words = answer(connection)
    return words.split(b" ")[1], json.loads(words[words.index(b"{") :])["code"]


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def test_a_body_cut_off_half_way_is_to_be_sent_again(server):
    connection = send(server, TOKEN, b"Content-Length: 1000\r\n\r\n", WHO)
    connection.shutdown(socket.SHUT_WR)

    assert code(connection) == (b"408", "incomplete")


def test_sixteen_phones_that_fall_silent_are_told_and_the_next_is_served(server):
    silent = [send(server, TOKEN, b"Content-Length: 1000\r\n\r\n", WHO) for _ in SIXTEEN]

    assert b"200 OK" in answer(
        send(server, b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    )
    assert {code(connection) for connection in silent} == {(b"408", "incomplete")}


def test_sixteen_phones_that_vanish_leave_no_database_connection_busy(server, database):
    for _ in SIXTEEN:
        send(server, TOKEN, b"Content-Length: %d\r\n\r\n" % len(WHO), WHO).close()

    assert b"200 OK" in answer(
        send(server, b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    )
    if database.startswith("postgres"):
        with psycopg.connect(database) as connection:
            stuck = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
            assert connection.execute(stuck).fetchone() == (0,)


@pytest.mark.parametrize(
    ("headers", "body"),
    [(b"", CHUNKY), (b"Content-Encoding: gzip\r\n", gzip.compress(CHUNKY))],
    ids=["plain", "gzip"],
)
def test_a_body_sent_in_chunks_is_read_like_any_other(server, headers, body):
    pieces = [chunk(body[place : place + 10]) for place in range(0, len(body), 10)]

    connection = send(server, TOKEN, headers, b"Transfer-Encoding: chunked\r\n\r\n", *pieces, b"0\r\n\r\n")

    assert code(connection) == (b"401", "bad_credentials")


def test_chunks_that_end_too_early_are_to_be_sent_again(server):
    connection = send(server, TOKEN, b"Transfer-Encoding: chunked\r\n\r\n", chunk(WHO))
    connection.shutdown(socket.SHUT_WR)

    assert code(connection) == (b"408", "incomplete")


def test_chunks_without_end_are_too_large(server):
    connection = send(server, TOKEN, b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(21):
        connection.sendall(chunk(bytes(1024 * 1024)))

    assert code(connection) == (b"413", "too_large")
