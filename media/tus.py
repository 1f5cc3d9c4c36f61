"""The words of tus 1.0.0 (https://tus.io/protocols/resumable-upload): what its headers say, and ours in return."""

import hashlib
import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.http import http_date
from rest_framework.request import Request

from fieldapi.errors import Refused
from media.body import length_of, packing
from media.models import Upload
from media.resume import Check

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
DIGESTS: dict[str, Callable[[], Any]] = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
CONTENT_TYPE = "application/offset+octet-stream"
NUMBER = re.compile(r"[0-9]{1,15}")


def abilities() -> dict[str, str]:
    """What OPTIONS answers."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(settings.MAX_PHOTO_BYTES),
        "Tus-Checksum-Algorithm": ",".join(DIGESTS),
    }


def progress(upload: Upload) -> dict[str, str]:
    """How far an upload is, and how long it can be gone on with."""
    return {
        "Upload-Offset": str(upload.standing),
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
    }


def check_version(request: Request) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        refused = Refused("tus_version")
        refused.headers["Tus-Version"] = VERSION
        raise refused


def number(request: Request, header: str) -> int:
    """Refuses `bad_upload_header` for anything but digits."""
    said = request.headers.get(header, "").strip()
    if not NUMBER.fullmatch(said):
        raise Refused("bad_upload_header", header=header)
    return int(said)


def metadata(request: Request) -> dict[str, bytes]:
    """Upload-Metadata: `name base64,name base64,name`, decoded. Refuses `bad_upload_header`."""
    wrong = Refused("bad_upload_header", header="Upload-Metadata")
    said = request.headers.get("Upload-Metadata", "")
    if not (said.isascii() and said.isprintable()):
        raise wrong
    found: dict[str, bytes] = {}
    for pair in filter(None, said.split(",")):
        name, _, value = pair.strip().partition(" ")
        if not name or name in found:
            raise wrong
        try:
            found[name] = b64decode(value.strip(), validate=True)
        except Error as fault:
            raise wrong from fault
    return found


def check(request: Request) -> Check | None:
    """Upload-Checksum: `sha256 base64`. Refuses `bad_upload_header`, also for an algorithm not in `DIGESTS`."""
    said = request.headers.get("Upload-Checksum")
    if said is None:
        return None
    name, _, value = said.strip().partition(" ")
    try:
        return Check(DIGESTS[name](), b64decode(value.strip(), validate=True))
    except (KeyError, Error, ValueError) as fault:
        raise Refused("bad_upload_header", header="Upload-Checksum") from fault


def check_body(request: Request, upload_length: int, offset: int) -> int:
    """How many bytes the request brings; nothing has been read then.

    Refuses `unsupported_media_type`, and `length_mismatch` for more than the upload has left.
    """
    announced = length_of(request) or 0
    kind = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if announced and kind != CONTENT_TYPE:
        raise Refused("unsupported_media_type", detail=f"Content-Type: {kind[:100]}")
    if packing(request) not in ("", "identity"):
        raise Refused("unsupported_media_type", detail=f"Content-Encoding: {packing(request)[:100]}")
    if offset + announced > upload_length:
        raise Refused("length_mismatch", declared=upload_length, received=offset + announced)
    return announced
