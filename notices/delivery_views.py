"""Letters on their way, for the admins: what has not arrived, and why."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from fieldapi.api import Rows
from notices.examples import FAILED, RESTARTED
from notices.models import Delivery, Notice
from notices.restarting import restart
from notices.serializers import DeliveryQuery, DeliverySerializer

COLUMNS = {
    "state": "state",
    "channel": "channel",
    "person": "letter__person",
    "made_after": "letter__made_at__gte",
    "made_before": "letter__made_at__lt",
}


@extend_schema_view(
    list=extend_schema(
        summary="消息投递 Messages of notices on their way, newest first",
        description="Those to the people of one's subtree, by state, channel, person and age. What they say is not"
        " shown: it is their own. Kept for 90 days.",
        examples=[FAILED],
    ),
    retrieve=extend_schema(
        summary="一次投递 One delivery",
        description="One message by one channel: how often it was tried, and what went wrong the last time.",
        examples=[FAILED],
    ),
)
class DeliveryViewSet(Rows):
    resource = "deliveries"
    rows = Delivery.objects
    query = DeliveryQuery
    serializer_class = DeliverySerializer
    ordering = ("-id",)

    def get_queryset(self) -> QuerySet[Any]:
        told = Notice.objects.filter(letter=OuterRef("letter")).order_by().values("letter")
        count = Subquery(told.annotate(count=Count("pk")).values("count"))
        return super().get_queryset().select_related("letter__person").annotate(notices=Coalesce(count, 0))

    def filtered(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        return rows.filter(**{COLUMNS[name]: value for name, value in asked.items()})

    @extend_schema(summary="重新投递 Try one again that was given up", request=None, examples=[RESTARTED])
    def restart(self, request: Request, pk: str) -> Response:
        """It is due at once, under the same id, with all its tries before it. One that is still waiting, or was
        sent, is 409 `wrong_state`.
        """
        restart(by=self.by, delivery=self.get_object())
        return self.shown(self.get_object())
