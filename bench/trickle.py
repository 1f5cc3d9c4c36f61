"""Many slow phones at once: each sends its request a little at a time, from one process of their own."""

import multiprocessing
import select
import time
from collections import Counter
from collections.abc import Sequence
from typing import Self

from bench.load import Address, Line

TURNS_A_SECOND = 5
ANSWER_SECONDS = 30
CUT = 0
"""Instead of a status: the server closed the connection, or never answered."""


class Phone(Line):
    """Sends a bit of its request whenever it is its turn."""

    def __init__(self, address: Address, request: bytes):
        super().__init__(address)
        self.rest = memoryview(request)

    def send_some(self, most: int) -> None:
        """A phone that was cut has nothing left to send; the answer may still be there to be read."""
        try:
            self.rest = self.rest[self.socket.send(self.rest[:most]) :]
        except BlockingIOError:
            return
        except OSError:
            self.rest = self.rest[:0]

    def hear(self) -> int | None:
        """The status, CUT, or None as long as the answer is not whole."""
        try:
            return self.receive() or None
        except ConnectionError:
            return CUT


class Trickle:
    """Sends from entering on; the phones begin one after the other within `spread` seconds."""

    def __init__(self, address: Address, requests: Sequence[bytes], bytes_per_second: int, spread: float):
        self.ours, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(
            target=_child, args=(theirs, address, requests, bytes_per_second, spread)
        )

    def __enter__(self) -> Self:
        self.process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.join()

    def answers(self) -> Counter[int]:
        """How many answers had which status, once the last has come."""
        statuses: Counter[int] = self.ours.recv()
        return statuses


def _child(pipe, address: Address, requests: Sequence[bytes], bytes_per_second: int, spread: float) -> None:
    phones = [Phone(address, request) for request in requests]
    began, turn = time.perf_counter(), 0
    while any(phone.rest for phone in phones):
        seconds = turn / TURNS_A_SECOND
        begun = len(phones) if seconds >= spread else 1 + int(len(phones) * seconds / spread)
        for phone in phones[:begun]:
            if phone.rest:
                phone.send_some(bytes_per_second // TURNS_A_SECOND)
        turn += 1
        time.sleep(max(0, began + turn / TURNS_A_SECOND - time.perf_counter()))
    pipe.send(Counter(_heard(phones)))


def _heard(phones: list[Phone]) -> list[int]:
    waiting, poll = {phone.socket.fileno(): phone for phone in phones}, select.epoll()
    for number in waiting:
        poll.register(number, select.EPOLLIN)
    statuses, deadline = [], time.monotonic() + ANSWER_SECONDS
    while waiting and time.monotonic() < deadline:
        for number, _ in poll.poll(1):
            status = waiting[number].hear()
            if status is not None:
                statuses.append(status)
                poll.unregister(number)
                del waiting[number]
    return statuses + [CUT] * len(waiting)
