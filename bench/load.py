"""A cheap load generator: requests built beforehand, sent over kept connections by a process of its own.

One process with plain sockets costs a few per cent of a core at a thousand requests a second, which it measures
and tells: a stranger needs no wrk, and every answer's status is seen.
"""

import multiprocessing
import resource
import select
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Address = tuple[str, int]
AT_ONCE = 1 << 18  # bytes read or written in one call


@dataclass
class Outcome:
    """What a run came to. `latencies` in seconds, in the order of the answers; `cpu` seconds of the generator."""

    seconds: float = 0
    cpu: float = 0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    @property
    def share(self) -> float:
        """The generator's part of one core."""
        return self.cpu / self.seconds

    def percentile(self, part: float) -> float:
        return sorted(self.latencies)[int(part * (len(self.latencies) - 1))]

    def only(self, *statuses: int) -> "Outcome":
        """Itself; an error when any answer was another."""
        if set(self.statuses) - set(statuses):
            raise RuntimeError(f"answers were {dict(self.statuses)}, expected {statuses}")
        return self

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.seconds + other.seconds,
            self.cpu + other.cpu,
            self.latencies + other.latencies,
            self.statuses + other.statuses,
        )


def request(
    method: str, path: str, token: str = "", body: bytes = b"", kind: str = "application/json"
) -> bytes:
    """One HTTP request, ready to be sent."""
    return head(method, path, token, len(body), kind) + body


def head(method: str, path: str, token: str, length: int, kind: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if length:
        lines += [f"Content-Type: {kind}", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def run(
    address: Address, requests: Iterable[bytes], *, connections: int, seconds: float, rate: float = 0
) -> Outcome:
    """Send `requests`, each once, over so many connections, until they or the seconds are used up.

    Each connection sends its next request when it has its answer; with `rate`, so many requests are sent per
    second in all, and one that finds no connection free has been waiting since the moment it was due.
    """
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_child, args=(theirs, address, requests, connections, seconds, rate)
    )
    process.start()
    theirs.close()
    outcome: Outcome = ours.recv()
    process.join()
    return outcome


def _child(
    pipe, address: Address, requests: Iterable[bytes], connections: int, seconds: float, rate: float
) -> None:
    lines = [Line(address) for _ in range(connections)]
    before, started = _cpu(), time.perf_counter()
    outcome = _send_all(lines, iter(requests), started + seconds, 1 / rate if rate else 0)
    outcome.seconds, outcome.cpu = time.perf_counter() - started, _cpu() - before
    pipe.send(outcome)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Line:
    """One kept connection with at most one request under way. Never waits for the other side."""

    def __init__(self, address: Address):
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.due_at = 0.0
        self.rest = memoryview(b"")
        self.answer = b""

    def ask(self, request: bytes, due_at: float) -> None:
        self.due_at, self.rest, self.answer = due_at, memoryview(request), b""
        self.send()

    def send(self) -> None:
        """As much of the rest as goes."""
        while self.rest:
            try:
                self.rest = self.rest[self.socket.send(self.rest[:AT_ONCE]) :]
            except BlockingIOError:
                return

    def receive(self) -> int:
        """The status once the answer is whole, else 0."""
        piece = self.socket.recv(AT_ONCE)
        if not piece:
            raise ConnectionError("the server closed a connection")
        self.answer += piece
        return int(self.answer[9:12]) if _is_whole(self.answer) else 0

    def whole(self, request: bytes) -> float:
        """Seconds from the request to the end of its answer, which must be a 200; waits for it."""
        started = time.perf_counter()
        self.ask(request, started)
        status = 0
        while not status:
            select.select([self.socket], [], [])
            status = self.receive()
        if status != 200:
            raise RuntimeError(f"the answer was {self.answer[:500]!r}")
        return time.perf_counter() - started

    @property
    def body(self) -> bytes:
        """Of the last answer."""
        return self.answer.partition(b"\r\n\r\n")[2]

    @property
    def waits_for(self) -> int:
        return select.EPOLLIN | (select.EPOLLOUT if self.rest else 0)


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    head = head.lower()
    if b"transfer-encoding: chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    _, found, rest = head.partition(b"content-length: ")
    return not found or len(body) >= int(rest.partition(b"\r\n")[0])


def _send_all(lines: list[Line], requests: Iterator[bytes], until: float, gap: float) -> Outcome:
    outcome, poll, free = Outcome(), select.epoll(), lines[:]
    by_number = {line.socket.fileno(): line for line in lines}
    for number, line in by_number.items():
        poll.register(number, line.waits_for)
    following, due = next(requests, None), time.perf_counter()
    while following is not None or len(free) < len(lines):
        now = time.perf_counter()
        while free and following is not None and due <= now:
            line = free.pop()
            line.ask(following, due if gap else now)
            poll.modify(line.socket, line.waits_for)
            due += gap
            following = next(requests, None) if due < until and now < until else None
        for number, events in poll.poll(max(0, due - now) if free and following is not None else None):
            line = by_number[number]
            if events & select.EPOLLOUT:
                line.send()
                poll.modify(number, line.waits_for)
            if events & ~select.EPOLLOUT and (status := line.receive()):
                outcome.latencies.append(time.perf_counter() - line.due_at)
                outcome.statuses[status] += 1
                free.append(line)
    return outcome
