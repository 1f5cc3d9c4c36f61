"""Phones that lose the network in the middle of something, over real sockets to a real gunicorn.

The server has one process of sixteen threads and little patience; a thread that stayed with
a lost client would leave the next one without an answer.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldapi.slow_clients import ClientGone, PacedUnreader, Patience, PatientWorker

ROOT = Path(__file__).resolve().parents[2]
SIXTEEN = range(16)
HEADERS = b"PUT /photo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
# An answer within this many seconds; far above what is needed, far below what sixteen lost threads cost.
SOON = 20
# How long the server bears silence: more than a loaded machine keeps this process from sending on.
SILENCE = {"FIELDAPI_CLIENT_SILENCE": "1"}


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        command = [sys.executable, "-m", "gunicorn", "-c", "fieldapi/gunicorn.py", "--threads", "16"]
        command += ["--workers", "1", "--bind", f"fd://{listener.fileno()}"]
        process = subprocess.Popen(
            [*command, "tests.serving.counting_app:application"],
            cwd=ROOT,
            env=os.environ | SILENCE,
            pass_fds=[listener.fileno()],
        )
        whole_request(listener.getsockname(), seconds=60).recv(1)  # until it has started
        yield listener.getsockname()
        process.terminate()
        process.wait()


def send(server: tuple[str, int], *parts: bytes, seconds: float = SOON) -> socket.socket:
    connection = socket.create_connection(server, timeout=seconds)
    connection.sendall(b"".join(parts))
    return connection


def answer(connection: socket.socket) -> bytes:
    """Status line and body; raises TimeoutError when nothing comes soon."""
    head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    return head.split(b"\r\n")[0] + b" " + body


def whole_request(server: tuple[str, int], *, seconds: float = SOON) -> socket.socket:
    head = HEADERS.replace(b"Host", b"Connection: close\r\nHost")
    return send(server, head, b"x" * 1000, seconds=seconds)


def test_sixteen_connections_dropped_in_mid_body_leave_no_thread_stuck(server):
    for _ in SIXTEEN:
        send(server, HEADERS, b"x" * 500).close()

    assert answer(whole_request(server)) == b"HTTP/1.1 200 OK 1000"


def test_sixteen_connections_that_fall_silent_in_mid_body_are_told_and_let_go(server):
    silent = [send(server, HEADERS, b"x" * 500) for _ in SIXTEEN]

    assert answer(whole_request(server)) == b"HTTP/1.1 200 OK 1000"
    assert {answer(connection) for connection in silent} == {b"HTTP/1.1 408 Request Timeout "}


def test_sixteen_connections_that_fall_silent_in_their_headers_are_let_go(server):
    silent = [send(server, HEADERS[:20]) for _ in SIXTEEN]

    assert answer(whole_request(server)) == b"HTTP/1.1 200 OK 1000"
    assert {connection.recv(1) for connection in silent} == {b""}


def test_sixteen_clients_that_never_read_their_answer_are_let_go(server):
    deaf = [send(server, b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n") for _ in SIXTEEN]

    assert answer(whole_request(server)) == b"HTTP/1.1 200 OK 1000"
    for connection in deaf:
        connection.close()


def test_sixteen_answered_clients_that_keep_their_end_open_hold_up_nobody(server):
    answered = [whole_request(server) for _ in SIXTEEN]
    for connection in answered:
        assert connection.recv(12) == b"HTTP/1.1 200"

    # Waiting two seconds for each of them in turn would be too late.
    assert answer(whole_request(server)) == b"HTTP/1.1 200 OK 1000"


def test_a_body_cut_off_half_way_never_looks_complete(server):
    connection = send(server, HEADERS, b"x" * 999)
    connection.shutdown(socket.SHUT_WR)

    assert answer(connection) == b"HTTP/1.1 408 Request Timeout "


def test_an_answer_given_before_the_body_was_read_reaches_a_client_that_sends_it_whole_first(server):
    # More than the sockets between them hold: the connection must not be reset under the client's hands.
    body = b"x" * 20_000_000
    head = b"PUT /at-once HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % len(body)
    with send(server, head, b"\r\n", body) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 401 Unauthorized\r\n")
        connection.sendall(HEADERS + b"x" * 1000)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")

    assert answer(send(server, head, b"Connection: close\r\n\r\n", body)) == b"HTTP/1.1 401 Unauthorized "


def test_one_connection_carries_one_request_after_another(server):
    with send(server) as connection, connection.makefile("rb") as answers:
        for _ in range(3):
            connection.sendall(HEADERS + b"x" * 1000)
            assert answers.readline() == b"HTTP/1.1 200 OK\r\n"
            assert list(iter(answers.readline, b"\r\n"))[-1] == b"Content-Length: 4\r\n"
            assert answers.read(4) == b"1000"


def test_requests_sent_all_at_once_are_answered_in_turn(server):
    with send(server, (HEADERS + b"x" * 1000) * 3) as connection, connection.makefile("rb") as answers:
        for _ in range(3):
            assert answers.readline() == b"HTTP/1.1 200 OK\r\n"
            assert list(iter(answers.readline, b"\r\n"))[-1] == b"Content-Length: 4\r\n"
            assert answers.read(4) == b"1000"


@pytest.mark.parametrize(
    ("connections", "stopping", "sent", "stays"),
    [
        (16, False, b"PUT", True),
        (16, False, b"", False),
        (17, False, b"PUT", False),
        (16, True, b"PUT", False),
    ],
)
def test_a_thread_stays_with_a_client_that_goes_on_while_there_is_one_for_everybody(
    connections, stopping, sent, stays
):
    worker = PatientWorker.__new__(PatientWorker)
    worker.nr_conns, worker.alive, worker.cfg = connections, not stopping, SimpleNamespace(threads=16)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(sent)
        parser = SimpleNamespace(unreader=PacedUnreader(ours, Patience()))

        assert worker.has_more(SimpleNamespace(sock=ours, parser=parser)) is stays


@pytest.mark.parametrize(("size", "enough"), [(999, False), (1002, True)])
def test_a_client_must_reach_the_slowest_rate_once_its_grace_is_over(size, enough):
    # One byte per second at least, and a grace that was over 1001 seconds ago.
    patience = Patience(silence=1, grace=-1001, slowest=1)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        reader = PacedUnreader(ours, patience)
        reader.begin_request()
        theirs.sendall(b"x" * size)
        if enough:
            assert len(reader.read()) == size
        else:
            with pytest.raises(ClientGone):
                reader.read()


def test_the_more_connections_a_process_has_the_later_it_takes_one_that_another_could_take(monkeypatch):
    """Both wake up for it; the clock is told, not waited for. Nobody left to accept is no fault."""
    waited: list[float] = []
    monkeypatch.setattr("fieldapi.slow_clients.time.sleep", waited.append)
    worker = PatientWorker.__new__(PatientWorker)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        for worker.nr_conns in (0, 1, 8, 900):
            worker.accept(listener)

    assert waited == [0, 0.0005, 0.004, 0.005]
