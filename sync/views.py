"""The phone's PUTs, on the same addresses as what desks read; and quarantine."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

import visits.examples
from fieldapi.api import Rows
from fieldapi.ids import parse_id
from matters.serializers import PracticalMatterSerializer, TaskActionSerializer
from matters.views import PracticalMatterViewSet, TaskViewSet
from media.serializers import PhotoShown
from media.views import PhotoViewSet
from opinions.models import Opinion
from opinions.serializers import OpinionSerializer
from opinions.views import OpinionViewSet
from sync import documented, examples
from sync.answers import visit_shown
from sync.intake import Verdict
from sync.models import QuarantinedRow
from sync.phone_put import PhonePut
from sync.replay import discard, replay
from sync.serializers import Discarding, QuarantineQuery, QuarantineShown, Replay, WaitingShown
from visits.serializers import VisitShown
from visits.shown import shown
from visits.views import VisitViewSet


def sent(name: str, body: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, body, request_only=True)


kept = OpenApiExample("a visit nobody knows the household of", examples.QUARANTINED, response_only=True)
answer = OpenApiExample("as it stands", visits.examples.VISIT, response_only=True)


class PhoneVisits(PhonePut, VisitViewSet):
    table = "visits"

    def stored(self, verdict: Verdict) -> dict[str, Any]:
        return visit_shown(verdict)

    @extend_schema(
        summary="走访 Send a visit",
        request=documented.VisitSent,
        responses={200: VisitShown, 201: VisitShown},
        examples=[
            sent("visit", examples.VISIT),
            sent("somebody of no household", examples.RECEPTION),
            answer,
        ],
    )
    def update(self, request: Request, pk: str) -> Response:
        """Send a visit with its opinions, matters and photo declarations. The same again answers 200."""
        return self.take(pk)


class PhoneOpinions(PhonePut, OpinionViewSet):
    table = "opinions"

    @extend_schema(
        summary="意见 Send an opinion",
        request=documented.OpinionSent,
        responses={200: OpinionSerializer, 201: OpinionSerializer, 202: WaitingShown},
        examples=[sent("alone", examples.OPINION)],
    )
    def update(self, request: Request, pk: str) -> Response:
        """Send an opinion alone, or add one to a visit."""
        return self.take(pk)


class PhoneReplies(PhonePut, OpinionViewSet):
    table = "replies"

    def stored(self, verdict: Verdict) -> dict[str, Any]:
        return dict(self.get_serializer(Opinion.objects.get(pk=verdict.row.opinion_id)).data)

    @extend_schema(
        summary="答复 Say what the household was told",
        request=documented.ReplySent,
        responses={200: OpinionSerializer, 201: OpinionSerializer, 202: WaitingShown},
        examples=[sent("told at the door", examples.REPLY)],
    )
    def reply(self, request: Request, pk: str, row_id: str) -> Response:
        """Say what the household was told; answers the opinion."""
        return self.take(row_id, {"opinion": parse_id(pk)})


class PhonePhotos(PhonePut, PhotoViewSet):
    table = "photos"

    @extend_schema(
        summary="照片 Declare a photo",
        request=documented.PhotoSent,
        responses={200: PhotoShown, 201: PhotoShown, 202: WaitingShown},
        examples=[sent("of a task", examples.PHOTO)],
    )
    def update(self, request: Request, pk: str) -> Response:
        """Declare a photo of a visit, a task or a practical matter. Its bytes follow at `content/`."""
        return self.take(pk)


class PhoneMatters(PhonePut, PracticalMatterViewSet):
    table = "practical_matters"

    @extend_schema(
        summary="实事 Record a practical matter",
        request=documented.MatterSent,
        responses={200: PracticalMatterSerializer, 201: PracticalMatterSerializer, 202: WaitingShown},
        examples=[sent("alone", examples.MATTER)],
    )
    def update(self, request: Request, pk: str) -> Response:
        """Record a practical matter done on the spot."""
        return self.take(pk)


class PhoneTaskActions(PhonePut, TaskViewSet):
    resource = "task-actions"
    table = "task_actions"

    def stored(self, verdict: Verdict) -> dict[str, Any]:
        return dict(TaskActionSerializer(verdict.row).data)

    @extend_schema(
        summary="离线办理 A verb done offline",
        request=documented.TaskActionSent,
        responses={200: TaskActionSerializer, 201: TaskActionSerializer, 202: WaitingShown},
        examples=[sent("finish", examples.ACTION)],
    )
    def update(self, request: Request, pk: str) -> Response:
        """A verb of the task table, done offline."""
        return self.take(pk)


@extend_schema_view(
    list=extend_schema(
        summary="隔离区 What was not taken, newest first",
        parameters=[QuarantineQuery],
        responses=QuarantineShown(many=True),
        examples=[kept],
    ),
    retrieve=extend_schema(summary="一条隔离记录 One entry", responses=QuarantineShown, examples=[kept]),
)
@extend_schema(tags=["quarantine"])
class QuarantineViewSet(Rows):
    """What phones sent and the server would not take, newest first."""

    resource = "quarantine"
    rows = QuarantinedRow.objects
    serializer_class = QuarantineShown
    query = QuarantineQuery
    ordering = ("-received_at", "-id")

    def filtered(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        return rows.filter(**asked)

    @extend_schema(
        summary="Let it through the door again",
        request=Replay,
        responses=QuarantineShown,
        examples=[sent("corrected", {"body": examples.VISIT}), sent("as it was sent", {})],
    )
    def replay(self, request: Request, pk: str) -> Response:
        """As its sender's row, as of when it came; `body` in place of what was sent. Refused again it stays."""
        entry = self.get_object()
        replay(by=self.by, entry=entry, body=self.body(Replay).get("body"))
        return self.shown(self.get_object())

    @extend_schema(
        summary="Decide that it will not be taken",
        request=Discarding,
        responses=QuarantineShown,
        examples=[sent("a trial", {"reason": "试填，非真实走访"})],
    )
    def discard(self, request: Request, pk: str) -> Response:
        """The entry stays, with the reason; the row leaves its phone at the next pull."""
        entry = self.get_object()
        discard(by=self.by, entry=entry, reason=self.body(Discarding)["reason"])
        return self.shown(self.get_object())


class PhoneAmendments(PhonePut, VisitViewSet):
    table = "amendments"

    def stored(self, verdict: Verdict) -> dict[str, Any]:
        return shown(verdict.row.visit)

    @extend_schema(
        summary="更正 Correct a visit",
        request=documented.AmendmentSent,
        responses={200: VisitShown, 201: VisitShown, 202: WaitingShown},
        examples=[sent("withdraw", examples.WITHDRAWAL), answer],
    )
    def amend(self, request: Request, pk: str, row_id: str) -> Response:
        """Correct a submitted visit; answers the visit as it counts now."""
        return self.take(row_id, {"visit": parse_id(pk)})
