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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Address = tuple[str, int]


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
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def run(address: Address, requests: Sequence[bytes], *, connections: int, seconds: float) -> Outcome:
    """Send `requests`, each once, over so many connections, until they or the seconds are used up."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_child, args=(theirs, address, requests, connections, seconds)
    )
    process.start()
    theirs.close()
    outcome: Outcome = ours.recv()
    process.join()
    return outcome


def _child(pipe, address: Address, requests: Sequence[bytes], connections: int, seconds: float) -> None:
    before, started = _cpu(), time.perf_counter()
    outcome = _send_all(address, iter(requests), connections, started + seconds)
    outcome.seconds, outcome.cpu = time.perf_counter() - started, _cpu() - before
    pipe.send(outcome)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Line:
    """One kept connection with at most one request under way."""

    def __init__(self, address: Address):
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self.answer = b""

    def send(self, request: bytes) -> None:
        self.answer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> int:
        """The status once the answer is whole, else 0."""
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise ConnectionError("the server closed a connection")
        self.answer += piece
        return int(self.answer[9:12]) if _is_whole(self.answer) else 0


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    head = head.lower()
    if b"transfer-encoding: chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    _, found, rest = head.partition(b"content-length: ")
    return not found or len(body) >= int(rest.partition(b"\r\n")[0])


def _send_all(address: Address, requests: Iterator[bytes], connections: int, until: float) -> Outcome:
    outcome, lines, poll = Outcome(), {}, select.epoll()
    for _ in range(connections):
        line = Line(address)
        lines[line.socket.fileno()] = line
        poll.register(line.socket, select.EPOLLIN)
        _send_next(line, requests, until)
    busy = sum(1 for line in lines.values() if line.sent_at)
    while busy:
        for number, _ in poll.poll():
            line = lines[number]
            if status := line.receive():
                outcome.latencies.append(time.perf_counter() - line.sent_at)
                outcome.statuses[status] += 1
                busy -= not _send_next(line, requests, until)
    return outcome


def _send_next(line: Line, requests: Iterator[bytes], until: float) -> bool:
    following = next(requests, None) if time.perf_counter() < until else None
    if following is None:
        return False
    line.send(following)
    return True
