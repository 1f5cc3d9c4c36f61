"""Between the server and its object storage: passes everything on, answers 500 instead, or hangs up."""

import contextlib
import socket
import threading
from collections.abc import Iterator

from bench.load import Address

AT_ONCE = 1 << 16
ERROR = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class StorageProxy:
    """`mood` is `well`, `errors` or `silent`; a change ends the lines that are open."""

    def __init__(self, storage: Address):
        self.storage, self.mood = storage, "well"
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address: Address = self.listener.getsockname()
        self.lines: set[socket.socket] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    @contextlib.contextmanager
    def unwell(self, mood: str) -> Iterator[None]:
        self._change(mood)
        try:
            yield
        finally:
            self._change("well")

    def _change(self, mood: str) -> None:
        self.mood = mood
        for line in list(self.lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        while True:
            line, _ = self.listener.accept()
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):
            if self.mood == "errors":
                line.recv(AT_ONCE)
                line.sendall(ERROR)
            elif self.mood == "well":
                with socket.create_connection(self.storage) as behind:
                    self.lines |= {line, behind}
                    threading.Thread(target=_pass_on, args=(behind, line), daemon=True).start()
                    _pass_on(line, behind)
                    self.lines -= {line, behind}


def _pass_on(giver: socket.socket, taker: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := giver.recv(AT_ONCE):
            taker.sendall(piece)
    for side in (giver, taker):
        with contextlib.suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)
