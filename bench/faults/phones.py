"""Phones that record, send, and keep sending until each item is acknowledged, as the contract says.

They try again on no answer, 408, 429 and 5xx and on nothing else. Some of what they send breaks off half way, and some
answers never reach them.
"""

import http.client
import random
import socket
import struct
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

from bench.county import Beat, visit_body
from bench.load import Address
from bench.photos import filled, jpeg
from bench.pushing import milliseconds, opinion_rows, visit_row
from cadres.tokens import access_for
from fieldapi import clock, json
from fieldapi.ids import new_id

AGAIN = (408, 429)
"""And every 5xx: of these only 503, with `Retry-After`, is in the contract."""
LONGEST_WAIT = 0.5  # seconds between two tries: shorter than the server asks for, which makes it harder
ANSWER_SECONDS = 20
PHOTO_BYTES = 120_000
ROUND = timedelta(minutes=30)


@dataclass
class Seen:
    """What the phones met while one fault was in force."""

    statuses: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    wrong: list[str] = field(default_factory=list)  # answers that the contract does not know

    @property
    def told(self) -> str:
        return ", ".join(f"{count} × {status}" for status, count in sorted(self.statuses.items()))


@dataclass
class Field:
    """Where all phones are: the server's address, how often lines break, and what is going on."""

    address: Address
    seen: Seen = field(default_factory=Seen)
    cut: float = 0.02  # of the requests break off half way
    deaf: float = 0.02  # of the answers never arrive
    over: threading.Event = field(default_factory=threading.Event)  # finish what you have, and stop
    given_up: threading.Event = field(default_factory=threading.Event)
    last_answer: float = field(default_factory=time.monotonic)


class Phone(threading.Thread):
    """One cadre's. `stored`: the ids the server has acknowledged, by kind; `photos`: their hashes."""

    def __init__(self, beat: Beat, place: Field, number: int):
        super().__init__(daemon=True)
        self.beat, self.place, self.dice = beat, place, random.Random(number)
        self.made = 0
        self.stored: dict[str, set[str]] = defaultdict(set)
        self.photos: dict[str, str] = {}
        self.unsent: list[str] = []  # what was never acknowledged
        self.finished = False  # it ended because it was told to

    def run(self) -> None:
        while not self.place.over.is_set():
            self.push() if self.dice.random() < 0.5 else self.put()
        self.finished = True

    # what it records

    def push(self) -> None:
        """Five visits with two opinions and a photo each, a reply to each, and a visit that the server must refuse."""
        visits = [visit_row(self.beat, self.beat.households[0], self._moment()) for _ in range(5)]
        opinions = [row for visit in visits for row in opinion_rows(visit["id"])]
        photos = [self._photo() for _ in visits]
        wrong = visit_row(self.beat, self.beat.households[0], self._moment()) | {"kind": "feast"}
        tables = {
            "visits": [*visits, wrong],
            "opinions": opinions,
            "photos": [
                {"id": key, "visit": visit["id"], "sha256": digest(content), "bytes": len(content)}
                for visit, (key, content) in zip(visits, photos, strict=True)
            ],
            "replies": [
                {
                    "id": str(new_id()),
                    "opinion": opinion["id"],
                    "text": "已报修",
                    "how": "phone",
                    "told_at": milliseconds(clock.now()),
                }
                for opinion in opinions[::2]
            ],
        }
        changes = {table: {"created": rows, "updated": [], "deleted": []} for table, rows in tables.items()}
        sent = {table: {row["id"] for row in rows} for table, rows in tables.items()}
        sent["visits"].remove(wrong["id"])
        sent["refused"] = {wrong["id"]}

        def is_acknowledged(status: int, answer: Any) -> bool:
            told = {result["id"]: result for result in answer["results"]}
            refused = told.pop(wrong["id"])
            kept = refused["outcome"] == "refused" and refused["problem"]["quarantine"]
            return bool(kept) and {result["outcome"] for result in told.values()} <= {"created", "same"}

        body = json.dumps({"changes": changes})
        if self._until_acknowledged("POST", "sync/push/", body, is_acknowledged, sent):
            self._upload(photos)

    def put(self) -> None:
        """One visit with two opinions by itself, and a correction of it."""
        key, amendment = str(new_id()), str(new_id())
        body = visit_body(key, self.beat, self.beat.households[1], self._moment())
        opinions = {row["id"] for row in json.loads(body)["opinions"]}
        sent = {"visits": {key}, "opinions": opinions}
        if self._until_acknowledged("PUT", f"visits/{key}/", body, _is_stored, sent):
            change = {"made_at": clock.now(), "reason": "补记", "changes": {"note": amendment}}
            path = f"visits/{key}/amendments/{amendment}/"
            self._until_acknowledged("PUT", path, json.dumps(change), _is_stored, {"amendments": {amendment}})

    def _upload(self, photos: list[tuple[str, bytes]]) -> None:
        for key, content in photos:
            path = f"photos/{key}/content/"
            if self._until_acknowledged("PUT", path, content, _is_kept, {"files": {key}}, kind="image/jpeg"):
                self.photos[key] = digest(content)

    def _photo(self) -> tuple[str, bytes]:
        """Its id, and bytes like no other's."""
        key = new_id()
        return str(key), filled(jpeg(160, 120), PHOTO_BYTES - 16) + key.bytes

    def _moment(self) -> Any:
        self.made += 1
        return clock.now() - self.made * ROUND

    # how it sends

    def _until_acknowledged(
        self,
        method: str,
        path: str,
        body: bytes,
        is_acknowledged: Callable[[int, Any], bool],
        sent: dict[str, set[str]],
        kind: str = "application/json",
    ) -> bool:
        """Try until it is, or until everybody gives up."""
        while not self.place.given_up.is_set():
            status, answer, retry_after = self._try(method, path, body, kind)
            seen = self.place.seen
            seen.statuses[str(status) if status else "no answer"] += 1
            if status and status < 300:
                self.place.last_answer = time.monotonic()
                if is_acknowledged(status, answer):
                    seen.acknowledged += sum(map(len, sent.values()))
                    for name, ids in sent.items():
                        self.stored[name] |= ids
                    return True
                seen.wrong.append(f"{method} {path}: {status} {str(answer)[:300]}")
                break
            if status and status not in AGAIN and not (status == 503 and retry_after):
                seen.wrong.append(f"{method} {path}: {status} {str(answer)[:300]}")
                if status < 500:
                    break
            time.sleep(self.dice.uniform(0.1, LONGEST_WAIT))
        self.unsent += [key for ids in sent.values() for key in ids]
        return False

    def _try(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, Any, str]:
        """Status (0: no answer), what was said, and `Retry-After`."""
        line = http.client.HTTPConnection(*self.place.address, timeout=ANSWER_SECONDS)
        headers = {"Authorization": f"Bearer {access_for(self.beat.device)}", "Content-Type": kind}
        luck = self.dice.random()
        try:
            line.connect()
            if luck < self.place.cut:
                line.putrequest(method, f"/api/v1/{path}")
                for name, value in (headers | {"Content-Length": str(len(body))}).items():
                    line.putheader(name, value)
                line.endheaders(body[: len(body) // 2])
                return self._break_off(line)
            line.request(method, f"/api/v1/{path}", body, headers)
            if luck > 1 - self.place.deaf:
                return self._break_off(line)
            with line.getresponse() as answer:
                said = answer.read()
                return (
                    answer.status,
                    json.loads(said) if said else None,
                    answer.headers.get("Retry-After", ""),
                )
        except (OSError, http.client.HTTPException):
            return 0, None, ""
        finally:
            line.close()

    def _break_off(self, line: http.client.HTTPConnection) -> tuple[int, Any, str]:
        """The network is gone: sometimes the server is told (a reset), sometimes it only hears nothing more."""
        if line.sock is not None and self.dice.random() < 0.5:
            line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return 0, None, ""


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _is_stored(status: int, answer: Any) -> bool:
    return status in (200, 201)


def _is_kept(status: int, answer: Any) -> bool:
    return status == 200 and answer["state"] == "stored"
