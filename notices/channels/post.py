"""One HTTP request to an address of the settings: no redirect followed, no proxy asked, an end to all waiting."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Timer
from urllib.parse import urlsplit

from notices.channels import Undelivered

SECONDS = 10.0
"""For connecting, and for each wait."""
SECONDS_IN_ALL = 30.0
"""After which the connection is cut, however busily the other side drips."""
MOST_BYTES = 64 * 1024


def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Status and the beginning of the answer. Raises Undelivered where there is none.

    Addresses come from the settings alone, so that nobody who uses the product can make it call another one.
    """
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        connection.connect()
        with _cut_after(SECONDS_IN_ALL, connection.sock):
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            told = answer.status, answer.read(MOST_BYTES)
        return told
    except (OSError, HTTPException) as fault:
        raise Undelivered(f"no answer: {type(fault).__name__}") from fault
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=SECONDS)


@contextmanager
def _cut_after(seconds: float, connected: socket.socket) -> Iterator[None]:
    """Raises TimeoutError where it had to cut: what came by then may look like a whole answer."""
    was_cut = Event()

    def cut() -> None:
        was_cut.set()
        with suppress(OSError):  # it has ended meanwhile
            connected.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if was_cut.is_set():
        raise TimeoutError
