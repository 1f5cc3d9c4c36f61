"""An opinion's whole way over HTTP."""

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from fieldapi.api import Rows, etag
from matters.way import way_of
from matters.way_examples import WAY
from matters.way_serializers import WaySerializer
from matters.working_calendar import working_days_of
from opinions.models import Opinion, Reply


class OpinionWayViewSet(Rows):
    resource = "opinions"
    rows = Opinion.objects
    serializer_class = WaySerializer

    def get_queryset(self) -> QuerySet[Opinion]:
        replies = Prefetch("replies", Reply.objects.order_by("told_at", "id"))
        return super().get_queryset().select_related("group__task").prefetch_related(replies)

    @extend_schema(
        summary="意见全程 The whole way of one opinion: visit, group, task, matters, replies",
        description="What you may not see of it is null, or missing from its list.",
        responses=WaySerializer,
        examples=[WAY],
    )
    def way(self, request: Request, pk: str) -> Response:
        way = way_of(self.get_object(), self.by, today=self.today)
        calendars = working_days_of({way.task.unit_id}) if way.task else {}
        context = {**self.get_serializer_context(), "working_days": calendars}
        return Response(WaySerializer(way, context=context).data, headers=etag(way.opinion))
