"""A device with one signed-in user: keeps what it has recorded until the server has answered for it."""

import http.client
import json
import time
from typing import Any
from uuid import uuid4

TRIES = 400
PAUSE = 0.5


class Refusal(Exception):
    """The server said no where the month expects a yes."""


class Phone:
    """Speaks HTTP on one kept-alive connection; tries again when there is no answer, as a phone does."""

    def __init__(self, port: int, username: str, password: str):
        self.port, self.username, self.password = port, username, password
        self.device = {"id": str(uuid4()), "name": username, "platform": "android", "app_version": "1.0.0"}
        self.access = self.refresh = ""
        self.user: dict[str, Any] = {}
        self.line: http.client.HTTPConnection | None = None

    def sign_in(self) -> None:
        said = {"username": self.username, "password": self.password, "device": self.device}
        self._took(self._answer("POST", "auth/token/", said, signed=False)[1])

    def change_password(self, new: str) -> None:
        self.send("POST", "auth/password/", {"old_password": self.password, "new_password": new})
        self.password = new

    def send(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, headers: Any = None
    ) -> Any:
        """The answer's JSON; refreshes the token where it has expired. Raises Refusal on 4xx."""
        status, answer = self._answer(method, path, body, raw, headers)
        while status == 401 and answer.get("code") == "token_expired":
            self._renew()
            status, answer = self._answer(method, path, body, raw, headers)
        if status >= 400:
            raise Refusal(
                f"{self.username}: {method} {path}: {status} {json.dumps(answer, ensure_ascii=False)}"
            )
        return answer

    def _renew(self) -> None:
        """A new access token; after 30 days without one, the user signs in again."""
        status, answer = self._answer("POST", "auth/token/refresh/", {"refresh": self.refresh}, signed=False)
        if status == 401:
            self.sign_in()
        else:
            self._took(answer)

    def every(self, path: str) -> list[Any]:
        """All rows of a list, page by page."""
        rows, separator = [], "&" if "?" in path else "?"
        page = self.send("GET", f"{path}{separator}limit=500")
        while True:
            rows += page["results"]
            if not page["next"]:
                return rows
            page = self.send("GET", page["next"].partition("/api/v1/")[2])

    def _took(self, answer: dict[str, Any]) -> None:
        if "access" not in answer:
            raise Refusal(f"{self.username}: {json.dumps(answer, ensure_ascii=False)}")
        self.access, self.refresh = answer["access"], answer["refresh"]
        self.user = answer.get("user", self.user)

    def _answer(
        self,
        method: str,
        path: str,
        body: Any = None,
        raw: bytes | None = None,
        headers: Any = None,
        signed: bool = True,
    ) -> tuple[int, Any]:
        content = raw if raw is not None else None if body is None else json.dumps(body).encode()
        said = {"Content-Type": "application/json", "Accept-Language": "en", **(headers or {})}
        if signed and self.access:
            said["Authorization"] = f"Bearer {self.access}"
        for _ in range(TRIES):
            try:
                self.line = self.line or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                self.line.request(method, f"/api/v1/{path}", content, said)
                response = self.line.getresponse()
                text = response.read()
            except (OSError, http.client.HTTPException):
                self.line = None
                time.sleep(PAUSE)
                continue
            if response.status in (408, 429, 503):
                time.sleep(PAUSE)
                continue
            return response.status, _read(text)
        raise Refusal(f"{self.username}: {method} {path}: no answer")


def _read(text: bytes) -> Any:
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return {"text": text.decode("utf-8", "replace")}
