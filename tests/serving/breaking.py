"""A line that breaks: a proxy that passes bytes on and cuts connections in the middle, where a seed says."""

import random
import socket
from contextlib import suppress
from threading import Thread
from typing import Self

PIECE = 4096


class BreakingLine:
    """Stands before a server. First `there` connections break on the way to it, each after less than `most` bytes;
    then `back` of them on the way back, before the first or the second answer, one at least. `broken` counts them.
    """

    def __init__(self, target: int, *, seed: int, there: int, most: int, back: int = 4) -> None:
        self.target = target
        self.random = random.Random(seed)
        self.there = there
        self.back = back
        self.most = most
        self.broken = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open: list[socket.socket] = []

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        _close(self.listener, *self.open)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                phone = self.listener.accept()[0]
                server = socket.create_connection(("127.0.0.1", self.target))
                self.open += [phone, server]
                there, back = self._fate()
                Thread(target=self._go, args=(phone, server, there), daemon=True).start()
                Thread(target=self._come_back, args=(server, phone, back), daemon=True).start()

    def _fate(self) -> tuple[int | None, int | None]:
        """How many bytes go there, and how many answers come back, before it breaks; None: all."""
        if self.broken < self.there:
            return self.random.randrange(1, self.most), None
        if self.broken < self.there + self.back:
            return None, self.random.randrange(2) if self.broken > self.there else 0
        return None, None

    def _go(self, phone: socket.socket, server: socket.socket, left: int | None) -> None:
        with suppress(OSError):
            while piece := phone.recv(PIECE):
                if left is not None and len(piece) >= left:
                    self.broken += 1
                    server.sendall(piece[:left])
                    break
                server.sendall(piece)
                left = None if left is None else left - len(piece)
        _close(phone, server)

    def _come_back(self, server: socket.socket, phone: socket.socket, answers: int | None) -> None:
        with suppress(OSError):
            while piece := server.recv(PIECE):
                if answers is not None and piece.startswith(b"HTTP/1.1"):
                    if answers == 0:
                        self.broken += 1
                        break
                    answers -= 1
                phone.sendall(piece)
        _close(phone, server)


def _close(*ends: socket.socket) -> None:
    for one in ends:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
