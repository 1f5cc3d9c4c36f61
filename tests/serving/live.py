"""The real web processes on the test's own database, and a client of them that can be as slow as a phone."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from fieldapi import json
from tests.samples import Caller

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30  # far above what any answer needs; a stuck one fails here


class Server:
    """Two web processes as `make run` starts them."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)

    def ask(self, caller: Caller, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request on a connection of its own: status and JSON."""
        headers = caller.headers | {"Content-Type": "application/json"}
        asking = self.connect()
        raw = None if body is None else json.dumps(body)
        asking.request(method, f"/api/v1/{path}", raw, headers)
        with asking.getresponse() as answer:
            return answer.status, json.loads(answer.read())

    def kill(self) -> None:
        """kill -9; the web processes go with their master."""
        self.process.kill()
        self.process.wait()


class Upload:
    """A photo on its way: sent bit by bit, finished or broken off."""

    def __init__(
        self, server: Server, caller: Caller, photo: object, content: bytes, *, chunked: bool = False
    ) -> None:
        self.connection = server.connect()
        self.connection.putrequest("PUT", f"/api/v1/photos/{photo}/content/")
        for name, value in (caller.headers | {"Content-Type": "image/jpeg"}).items():
            self.connection.putheader(name, value)
        length = ("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(content)))
        self.connection.putheader(*length)
        self.connection.endheaders()
        self.rest = content
        self.chunked = chunked

    def send(self, count: int) -> None:
        part, self.rest = self.rest[:count], self.rest[count:]
        self.connection.send(b"%x\r\n%s\r\n" % (len(part), part) if self.chunked else part)

    def finish(self) -> HTTPResponse:
        self.send(len(self.rest))
        if self.chunked:
            self.connection.send(b"0\r\n\r\n")
        return self.connection.getresponse()

    def break_off(self) -> HTTPResponse:
        """Send no more; somebody may still listen."""
        self.connection.sock.shutdown(socket.SHUT_WR)
        return self.connection.getresponse()


@contextlib.contextmanager
def serving(data_dir: Path, *options: str, storage: str = "", log: Path | None = None) -> Iterator[Server]:
    """The test must be transactional: the processes see only what is committed.

    `options` are gunicorn's, `storage` is the FIELDAPI_STORAGE_URL, `log` takes what they print.
    """
    environment = {
        "FIELDAPI_MODE": "local",
        "FIELDAPI_DATA_DIR": str(data_dir),
        "FIELDAPI_SECRET_KEY": settings.SECRET_KEY,
        "FIELDAPI_STORAGE_URL": storage,
        "DATABASE_URL": database_url(),
    }
    with contextlib.ExitStack() as opened:
        listener = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=512))
        output = opened.enter_context(log.open("ab")) if log else None
        command = [sys.executable, "-m", "gunicorn", "-c", "fieldapi/gunicorn.py"]
        process = subprocess.Popen(
            [*command, *options, "--bind", f"fd://{listener.fileno()}", "fieldapi.wsgi:application"],
            cwd=ROOT,
            env=os.environ | environment,
            pass_fds=[listener.fileno()],
            stdout=output,
            stderr=output,
        )
        server = Server(process, listener.getsockname()[1])
        try:
            yield server
        finally:
            server.kill()


def database_url() -> str:
    """The test database, as DATABASE_URL says it."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"
