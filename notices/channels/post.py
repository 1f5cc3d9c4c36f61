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
"""After connecting; then the line is cut, however busily the other side drips, its greeting over TLS included."""
MOST_BYTES = 64 * 1024


def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Status and the beginning of the answer. Raises Undelivered where there is none.

    Addresses come from the settings alone, so that nobody who uses the product can make it call another one.
    """
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.hostname or ""
    over_tls = parts.scheme == "https"
    connection = (HTTPSConnection if over_tls else HTTPConnection)(host, parts.port, timeout=SECONDS)
    try:
        HTTPConnection.connect(connection)  # TLS comes within the time in all
        with _cut_after(SECONDS_IN_ALL, connection.sock):
            if over_tls:
                connection.sock = ssl.create_default_context().wrap_socket(
                    connection.sock, server_hostname=host
                )
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            told = answer.status, answer.read(MOST_BYTES)
        return told
    except (OSError, HTTPException) as fault:
        raise Undelivered(f"no answer: {type(fault).__name__}") from fault
    finally:
        connection.close()


@contextmanager
def _cut_after(seconds: float, connected: socket.socket) -> Iterator[None]:
    """Raises TimeoutError where it had to cut: what came by then may look like a whole answer."""
    was_cut = Event()
    line = connected.dup()  # TLS takes the socket's own handle over

    def cut() -> None:
        was_cut.set()
        with suppress(OSError):  # it has ended meanwhile
            line.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        line.close()
    if was_cut.is_set():
        raise TimeoutError
