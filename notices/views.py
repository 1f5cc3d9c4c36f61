"""提醒: what one is told, for oneself alone."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from fieldapi.api import Rows
from notices.examples import MARKED, NOTICE, READ
from notices.models import Notice
from notices.reading import mark_read
from notices.serializers import MarkedSerializer, NoticeQuery, NoticeSerializer, NoticesRead


@extend_schema_view(
    list=extend_schema(
        summary="我的提醒 Own notices, newest first",
        description="What the signed-in user has been told, and nobody else's; kept for 90 days.",
        examples=[NOTICE],
    ),
    retrieve=extend_schema(
        summary="一条提醒 One notice",
        description="One of the signed-in user's own: `resource` and `row_id` name what it is about.",
        examples=[NOTICE],
    ),
)
class NoticeViewSet(Rows):
    resource = "notices"
    rows = Notice.objects
    query = NoticeQuery
    serializer_class = NoticeSerializer
    ordering = ("-at", "-id")

    def filtered(self, rows: Any, asked: dict[str, Any]) -> Any:
        if "unread" in asked:
            rows = rows.filter(read_at__isnull=asked["unread"])
        return rows.filter(kind=asked["kind"]) if "kind" in asked else rows

    @extend_schema(summary="标为已读 Mark a notice as read", request=None, examples=[NOTICE])
    def read(self, request: Request, pk: str) -> Response:
        """Marked again, it keeps the moment of the first time."""
        mark_read(by=self.by, notices=[self.get_object().pk])
        return self.shown(self.get_object())

    @extend_schema(
        summary="批量标为已读 Mark notices as read, all of them or none",
        request=NoticesRead,
        responses=MarkedSerializer,
        examples=[READ, MARKED],
    )
    def read_many(self, request: Request) -> Response:
        """Answered with how many were unread until now. One that is not there or not one's own is 400
        `notice_unknown`, and none is marked.
        """
        return Response({"read": mark_read(by=self.by, **self.body(NoticesRead))})
