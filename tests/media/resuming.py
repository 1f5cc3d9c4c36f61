"""tus as a phone speaks it, request by request."""

from base64 import b64encode
from typing import Any

from django.core.files.storage import default_storage

from media.due import free_uploads
from media.models import Photo
from media.parts import uploads_with_parts
from media.storage import original
from tests.samples import Caller
from tests.serving.live import Server

VERSION = {"Tus-Resumable": "1.0.0"}
OCTETS = "application/offset+octet-stream"
NOBODY = Caller(None)


def words_about(photo: object, **others: str) -> str:
    """Upload-Metadata."""
    pairs = {"photo": str(getattr(photo, "pk", photo)), **others}
    return ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in pairs.items())


def beginning(photo: Photo, **headers: str) -> dict[str, str]:
    """The headers of a POST."""
    named = {"Upload-Length": str(photo.bytes), "Upload-Metadata": words_about(photo)}
    return VERSION | named | headers


def begin(caller: Caller, photo: Photo, content: bytes = b"", **headers: str) -> Any:
    kind = {"content_type": OCTETS} if content else {}
    return caller.send("POST", "uploads/", content, **kind, **beginning(photo, **headers))


def begun(caller: Caller, photo: Photo) -> str:
    """The address of a new upload."""
    answer = begin(caller, photo)
    assert answer.status_code == 201, answer.content
    return str(answer.headers["Location"])


def head(address: str, caller: Caller = NOBODY, **headers: str) -> Any:
    return caller.send("HEAD", address, b"", **(VERSION | headers))


def patch(address: str, offset: int, content: bytes, caller: Caller = NOBODY, **headers: str) -> Any:
    said = VERSION | {"Upload-Offset": str(offset), "content_type": OCTETS} | headers
    return caller.send("PATCH", address, content, **said)


def terminate(address: str, caller: Caller = NOBODY) -> Any:
    return caller.send("DELETE", address, b"", **VERSION)


def offset_of(address: str) -> int:
    answer = head(address)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


class Sending:
    """One PATCH to a real server, on its way as far as it is told to go."""

    def __init__(self, server: Server, address: str, content: bytes, offset: int = 0) -> None:
        self.connection = server.connect()
        self.connection.putrequest("PATCH", address)
        said = VERSION | {"Upload-Offset": str(offset), "Content-Type": OCTETS}
        for name, value in (said | {"Content-Length": str(len(content))}).items():
            self.connection.putheader(name, value)
        self.connection.endheaders()
        self.rest = content

    def send(self, count: int) -> None:
        part, self.rest = self.rest[:count], self.rest[count:]
        self.connection.send(part)

    def finish(self) -> int:
        """Send what is left; the status of the answer."""
        self.connection.send(self.rest)
        with self.connection.getresponse() as answer:
            return answer.status


def assert_stored(photo: Photo, content: bytes) -> None:
    """Kept for good, and nothing else is."""
    photo.refresh_from_db()
    assert photo.state == "stored"
    with default_storage.open(original(photo)) as stored:
        assert stored.read() == content
    free_uploads()
    assert uploads_with_parts() == []
