"""A gunicorn worker whose threads no client can hold for long, however slow, silent or gone.

gunicorn's threaded worker waits for the rest of a request without a limit, so a phone that loses the
network in the middle of a photo keeps a thread for ever; and it says goodbye to each connection in
its accepting loop, for up to two seconds. Here a client must keep sending (see `Patience`), a
connection is closed in the thread that served it, and a body cut off half way is an OSError for the
application, never a short body that looks complete. An answer given early, before the body was read, reaches a
client that is still sending.
"""

import os
import select
import socket
import struct
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Self

from gunicorn.http import RequestParser
from gunicorn.http.errors import NoMoreData
from gunicorn.http.message import Request
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn, ThreadWorker

HESITATION = 0.0005  # seconds for each connection, up to so many
MOST_HESITATION = 10
BREATH = 20  # milliseconds between an answer and the next request in which its thread waits for it
# Bytes read for the sake of an answered client: the greatest photo and more.
MOST_UNREAD = 32 * 1024 * 1024


@dataclass(frozen=True)
class Patience:
    """How slow a client may be.

    `silence`: seconds without a byte, in either direction. `slowest`: bytes per second it must reach on
    average over a request, headers and body, after the first `grace` seconds.
    """

    silence: float = 60
    grace: float = 60
    slowest: float = 500

    @classmethod
    def from_environment(cls) -> Self:
        """FIELDAPI_CLIENT_SILENCE gives silence and grace, in seconds."""
        seconds = float(os.environ.get("FIELDAPI_CLIENT_SILENCE") or cls.silence)
        return cls(silence=seconds, grace=seconds)


class ClientGone(NoMoreData):
    """The client left, fell silent or trickled before its request was complete; an OSError."""


class PacedUnreader(SocketUnreader):
    """gunicorn's reader of one connection; raises ClientGone when patience has run out."""

    # Between many small reads, each waiting for the interpreter lock, and much memory per slow upload.
    max_body_chunk = 256 * 1024

    def __init__(self, sock: socket.socket, patience: Patience) -> None:
        super().__init__(sock)
        self.patience = patience
        # The kernel's timeouts: Python's own are undone before every request, by setblocking(True).
        seconds, part = divmod(patience.silence, 1)
        timeval = struct.pack("ll", int(seconds), int(part * 1_000_000))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)

    def begin_request(self) -> None:
        self.deadline = time.monotonic() + self.patience.grace

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next piece of the request, never empty."""
        try:
            data = super().chunk(size_hint)
        except BlockingIOError:
            raise ClientGone("silence") from None
        if not data:
            raise ClientGone("end of connection")
        self.deadline += len(data) / self.patience.slowest
        if time.monotonic() > self.deadline:
            raise ClientGone("too little for too long")
        return data


class PatientWorker(ThreadWorker):
    """gunicorn's gthread, with a PacedUnreader under every connection."""

    def init_process(self) -> None:
        self.patience = Patience.from_environment()
        super().init_process()

    def accept(self, listener: Any) -> None:
        """Hesitate the longer, the more connections are here: a new one goes to the process that has fewest.

        All processes wake up for it, and without this the first to wake takes nearly all of them. When another was
        quicker, gunicorn's own accept finds nothing and goes on.
        """
        time.sleep(min(self.nr_conns, MOST_HESITATION) * HESITATION)
        super().accept(listener)

    def handle(self, conn: TConn) -> Any:
        """Serve one request, and those on its heels, in a thread. False when the connection is over: closed here."""
        if conn.parser is None:
            conn.parser = RequestParser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = PacedUnreader(conn.sock, self.patience)
        goes_on = True
        while goes_on:
            conn.parser.unreader.begin_request()
            outcome = super().handle(conn)
            goes_on = outcome is True and self.has_more(conn)
        if outcome is False and not is_closed(conn):
            conn.close(graceful=True)
        return outcome

    def has_more(self, conn: TConn) -> bool:
        """A phone that sends one request after another keeps its thread, as long as there is one for everybody: the
        way through the accepting loop and back takes two changes of threads.
        """
        if not self.alive or self.nr_conns > self.cfg.threads:
            return False
        if conn.parser.unreader.buf.getvalue():
            return True
        poll = select.poll()
        poll.register(conn.sock, select.POLLIN)
        return bool(poll.poll(BREATH))

    def handle_request(self, req: Request, conn: TConn) -> bool:
        try:
            goes_on = super().handle_request(req, conn)
        except BlockingIOError:
            raise ClientGone("the answer, which nobody reads") from None
        # Closing on a client that still sends would take from it an answer given early, such as a 401.
        return conn.parser.finish_body(max_bytes=MOST_UNREAD) and goes_on

    def finish_request(self, conn: TConn, future: Future[Any]) -> None:
        """Back in the accepting loop, which must not wait for anybody."""
        if is_closed(conn):
            self.nr_conns -= 1
        else:
            super().finish_request(conn, future)


def is_closed(conn: TConn) -> bool:
    return conn.sock.fileno() == -1
