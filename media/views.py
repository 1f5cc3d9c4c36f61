"""Photos over HTTP: their rows, their bytes in, their pictures out."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from cadres.units import within
from fieldapi.api import Rows, etag
from fieldapi.bodies import JSONRenderer
from fieldapi.ids import parse_id
from fieldapi.middleware import give_back_connection
from fieldapi.query import asked_for
from media.body import check_headers, pieces
from media.models import Photo
from media.receive import OWN, receive, refuse_settled
from media.serializers import PhotoQuery, PhotoShown, PictureQuery
from media.serve import picture

PHOTO = OpenApiExample(
    "a stored photo",
    {
        "id": "0199d2a0-3333-7000-8000-000000000001",
        "visit": "0199d2a0-0000-7000-8000-000000000001",
        "task": None,
        "matter": None,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "bytes": 183204,
        "taken_at": "2026-11-03T09:20:00+08:00",
        "caption": "坏了的路灯",
        "state": "stored",
        "problem": "",
        "width": 3024,
        "height": 4032,
        "media_type": "image/jpeg",
        "version": 3,
    },
    response_only=True,
)

SHOWN = PhotoShown()  # one for all uploads: making one takes as long as storing the row


def header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description)


class JPEG(JSONRenderer):
    """For whoever accepts pictures only: the picture renders itself, and what else there is to say is JSON."""

    media_type = "image/jpeg"
    format = "jpeg"


@extend_schema_view(
    list=extend_schema(
        summary="照片列表 Photos, newest first",
        description="Rows of photos, not their bytes: `state` tells whether the bytes have come and the picture is "
        "ready. Who sees a visit, task or matter sees its photos.",
        examples=[PHOTO],
    ),
    retrieve=extend_schema(
        summary="一张照片 One photo",
        description="What was declared of it, and what became of its bytes.",
        examples=[PHOTO],
    ),
)
@extend_schema(tags=["photos"])
class PhotoViewSet(Rows):
    resource = "photos"
    rows = Photo.objects
    serializer_class = PhotoShown
    query = PhotoQuery
    ordering = ("-received_at", "-id")

    def get_renderers(self) -> list[BaseRenderer]:
        renderers = super().get_renderers()
        return [*renderers, JPEG()] if self.action == "content" else renderers

    def filtered(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        if "unit" in asked:
            rows = rows.filter(**within(asked.pop("unit")))
        return rows.filter(**asked)

    @extend_schema(
        summary="上传照片 Send a photo's bytes",
        request={"image/*": OpenApiTypes.BINARY, "application/octet-stream": OpenApiTypes.BINARY},
        responses=PhotoShown,
        examples=[PHOTO],
    )
    def upload(self, request: Request, pk: str) -> Response:
        """The declared bytes, whole. Answered with `stored`, the phone may delete its copy.

        Other bytes than declared are 400 `length_mismatch` or `hash_mismatch`, a body cut off is 408: the photo
        still awaits. What is no picture is 400 `not_a_picture`, and `refused` for good. Sent again: 200.
        """
        own = OWN.run(photo=parse_id(pk), by=self.by.pk)
        if not own:
            raise NotFound
        [photo] = own
        refuse_settled(photo)
        if photo.state == Photo.State.AWAITING:
            check_headers(request, photo.bytes)
            give_back_connection()  # the phone may take minutes to send it
            receive(self.by, photo, pieces(request))
        return Response(SHOWN.to_representation(photo), headers=etag(photo))

    @extend_schema(
        summary="照片图像 The picture",
        parameters=[
            PictureQuery,
            header("Range", "A single range of bytes: `bytes=0-1023`."),
            header("If-None-Match", "The `ETag` of a picture at hand: 304 when it is still the same."),
        ],
        responses={
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            (206, "image/jpeg"): OpenApiTypes.BINARY,
            304: None,
        },
    )
    def content(self, request: Request, pk: str) -> HttpResponseBase:
        """Upright, in sRGB, with nothing private left in it. Until it is ready: 409 `not_developed_yet`."""
        asked = asked_for(request, PictureQuery)
        return picture(request, self.get_object(), asked.get("size", "full"))
