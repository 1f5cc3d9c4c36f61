"""tus 1.0.0 over HTTP: a photo's bytes in as many requests as the network needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from fieldapi.api import Endpoint
from fieldapi.errors import Refused
from fieldapi.ids import parse_id
from fieldapi.middleware import give_back_connection
from media import resume, tus
from media.body import arrivals
from media.models import Upload
from media.receive import OWN, refuse_settled

PIECE = 8 * 1024  # as much of what has come may be lost when the line breaks
BYTES = {(tus.CONTENT_TYPE): OpenApiTypes.BINARY}


def header(name: str, description: str, *, required: bool = False, example: str = "") -> OpenApiParameter:
    shown = [OpenApiExample(name, example)] if example else []
    return OpenApiParameter(
        name, str, OpenApiParameter.HEADER, required=required, description=description, examples=shown
    )


def told(name: str, description: str, *statuses: int) -> OpenApiParameter:
    """A header of the answer."""
    return OpenApiParameter(
        name, str, OpenApiParameter.HEADER, response=list(statuses), description=description
    )


RESUMABLE = OpenApiParameter(
    "Tus-Resumable",
    str,
    OpenApiParameter.HEADER,
    required=True,
    enum=[tus.VERSION],
    description="The protocol's version; another one is 412 `tus_version`.",
)
CHECKSUM = header(
    "Upload-Checksum",
    "`sha1` or `sha256` and the digest of this request's bytes in base64. With it they count whole or, as 460"
    " `checksum_mismatch`, not at all.",
    example="sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
)
SECRET = OpenApiParameter(
    "secret", str, OpenApiParameter.PATH, description="From `Location`; tell it nobody."
)


def so_far(*statuses: int) -> list[OpenApiParameter]:
    return [
        told("Upload-Offset", "How many bytes are kept for good: go on from here.", *statuses),
        told("Upload-Expires", "When it ends if no further byte comes; each one puts it off.", *statuses),
    ]


@extend_schema(tags=["uploads"])
class Tus(Endpoint):
    """What every address of the protocol has: its version, in and out, and methods told in a header."""

    resource = "uploads"
    repeatable = False  # a remembered answer would keep the secret
    versioned = False
    http_method_names = ["options", "post", "head", "patch", "delete"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Some networks let only GET and POST through."""
        if request.method == "POST" and (meant := request.headers.get("X-HTTP-Method-Override")):
            request.method = meant.strip().upper()
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action not in (None, "metadata"):
            tus.check_version(request)

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Tus-Resumable": tus.VERSION}


class Uploads(Tus):
    """Where an upload begins."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        asks_only = self.request is not None and self.request.method == "OPTIONS"
        return [] if asks_only else super().get_authenticators()

    @extend_schema(
        summary="续传能力 What this server can do of tus",
        request=None,
        responses={204: None},
        parameters=[
            told(name, "As the protocol has it.", 204) for name in ("Tus-Resumable", *tus.abilities())
        ],
    )
    def metadata(self, request: Request) -> Response:
        """Version, extensions, the greatest `Upload-Length` and the checksums there are."""
        return Response(status=204, headers=tus.abilities())

    @extend_schema(
        summary="开始断点续传 Begin a resumable upload (tus)",
        request=BYTES,
        responses={201: None},
        parameters=[
            RESUMABLE,
            header("Upload-Length", "The declared `bytes` of the photo.", required=True, example="183204"),
            header(
                "Upload-Metadata",
                "`photo` and the id of a photo you have declared, in base64; other pairs are kept and told again.",
                required=True,
                example="photo MDE5OWQyYTAtMzMzMy03MDAwLTgwMDAtMDAwMDAwMDAwMDAx",
            ),
            CHECKSUM,
            told("Location", "The upload's own address, with its secret. Keep it: it is told once.", 201),
            *so_far(201),
        ],
    )
    def create(self, request: Request) -> Response:
        """[tus 1.0.0](https://tus.io/protocols/resumable-upload) with creation, creation-with-upload, checksum,
        expiration and termination (`OPTIONS` tells them). Declare the photo first: until then it is 404
        `photo_undeclared`. The address in `Location` carries a secret and needs no token, so an upload goes on
        days later. The body may already bring the first bytes.

        Begun again, as after a lost answer, the earlier upload goes on beside it; of more than five from one phone
        the one that has been silent longest ends. Of a photo that is stored the new upload is at its end at once.
        """
        said = tus.metadata(request)
        length = tus.number(request, "Upload-Length")
        if length > settings.MAX_PHOTO_BYTES:
            raise Refused("too_large", limit=settings.MAX_PHOTO_BYTES)
        if "photo" not in said:
            raise Refused("bad_upload_header", header="Upload-Metadata")
        own = OWN.run(photo=parse_id(said["photo"].decode("ascii", "replace")), by=self.by.pk)
        if not own:
            raise Refused("photo_undeclared")
        [photo] = own
        refuse_settled(photo)
        if length != photo.bytes:
            raise Refused("length_mismatch", declared=photo.bytes, received=length)
        check = tus.check(request)
        brings = tus.check_body(request, length, 0)
        upload, secret = resume.begin(
            device=self.device, photo=photo, metadata=request.headers["Upload-Metadata"]
        )
        if brings:
            take_in(request, upload, check)
        place = {"Location": f"{request.path}{secret}/"}
        return Response(status=201, headers=place | tus.progress(upload))


class Uploading(Tus):
    """An upload by its secret. No token is looked at: it may have expired meanwhile."""

    authentication_classes: Any = ()

    @extend_schema(
        summary="续传进度 How far an upload is (tus)",
        parameters=[
            SECRET,
            RESUMABLE,
            *so_far(200),
            told("Upload-Length", "How long it will be.", 200),
            told("Upload-Metadata", "As it was told at the beginning.", 200),
        ],
        request=None,
        responses={200: None},
    )
    def offset(self, request: Request, secret: str) -> Response:
        """`Upload-Offset` equal to `Upload-Length`: the photo is stored, and the phone may delete its copy. This
        is told until 30 days after the last byte, since the answer to that may have been lost.

        404 or 410: it has ended (refused, terminated, forgotten, or the phone's session was ended): begin anew.
        """
        upload = resume.upload_with(secret)
        known = {"Upload-Length": str(upload.length), "Upload-Metadata": upload.metadata}
        return Response(headers=known | tus.progress(upload))

    @extend_schema(
        summary="续传 Send an upload's next bytes (tus)",
        request=BYTES,
        responses={204: None},
        parameters=[
            SECRET,
            RESUMABLE,
            header("Upload-Offset", "Where these bytes begin.", required=True, example="70000"),
            CHECKSUM,
            *so_far(204),
        ],
    )
    def append(self, request: Request, secret: str) -> Response:
        """From elsewhere than where it stands, or when another request was faster: 409 `offset_mismatch` with the
        `offset` to go on from. When the line breaks, what has come is kept; ask with HEAD how much that is.

        The last bytes bring the photo through the same checks as a direct upload: 400 `hash_mismatch` ends the
        upload and the photo still awaits; `not_a_picture` and `too_many_pixels` refuse it for good.
        """
        upload = resume.upload_with(secret)
        offset = tus.number(request, "Upload-Offset")
        check = tus.check(request)
        if offset != upload.standing:
            raise Refused("offset_mismatch", offset=upload.standing)
        if tus.check_body(request, upload.length, offset):
            take_in(request, upload, check)
        return Response(status=204, headers=tus.progress(upload))

    @extend_schema(
        summary="放弃续传 End an upload (tus)", parameters=[SECRET, RESUMABLE], responses={204: None}
    )
    def terminate(self, request: Request, secret: str) -> Response:
        """What has come of it is deleted. A photo that is stored stays."""
        resume.end(resume.upload_with(secret))
        return Response(status=204)


def take_in(request: Request, upload: Upload, check: resume.Check | None) -> None:
    """A request's bytes into its upload. They are not looked at when the photo has been stored meanwhile."""
    if upload.done:
        return
    give_back_connection()  # the phone may take minutes to send it
    resume.append(upload, arrivals(request, PIECE), check)
