"""A server on this machine that speaks Nominatim's search, with answers and troubles as told."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fieldapi import json


def found(lat: float, lon: float, metres: float = 20, **columns: Any) -> dict[str, Any]:
    """One place, with the box a place of that size has."""
    height, width = metres / 110_848, metres / 97_848
    return {
        "lat": str(lat),
        "lon": str(lon),
        "display_name": "田坝村, 绥江县",
        "importance": 0.42,
        "type": "house",
        "boundingbox": [str(lat - height), str(lat + height), str(lon - width), str(lon + width)],
        **columns,
    }


SECONDS = 3  # after which one that is silent is given up; what answers does so long before


class Nominatim:
    """`answers` maps an address to a place, to None, or to a trouble: 429, 500, "silence", "garbage"; a list is
    taken one by one. `asked` are the addresses in the order they came."""

    def __init__(self, port: int):
        self.port = port
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.closing = Event()

    @property
    def setting(self) -> str:
        here = f"nominatim?domain=127.0.0.1:{self.port}&scheme=http&user_agent=village"
        return f"{here}&per_second=1000&timeout={SECONDS}"

    def answer(self, address: str) -> Any:
        told = self.answers.get(address)
        return (told.pop(0) if len(told) > 1 else told[0]) if isinstance(told, list) else told


@contextmanager
def nominatim() -> Iterator[Nominatim]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = parse_qs(urlsplit(self.path).query)["q"][0]
            service.asked.append(address)
            service.agents.add(self.headers["User-Agent"])
            told = service.answer(address)
            if told == "silence":
                service.closing.wait(5)
                return
            status = told if isinstance(told, int) else 200
            body = b"<html>" if told == "garbage" else json.dumps([told] if isinstance(told, dict) else [])
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "7")
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = Nominatim(server.server_address[1])
    thread = Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
