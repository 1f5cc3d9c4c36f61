"""tus as a phone speaks it, request by request."""

from base64 import b64encode
from typing import Any

from media.models import Photo
from tests.samples import Caller

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
