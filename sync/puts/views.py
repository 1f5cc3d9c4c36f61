"""The phone's PUTs, on the same addresses as what desks read."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

import visits.examples
from cadres.authentication import keep_sync
from fieldapi import clock
from fieldapi.api import etag
from fieldapi.ids import parse_id
from matters.matter_views import PracticalMatterViewSet
from matters.serializers import PracticalMatterSerializer, TaskActionSerializer
from matters.views import TaskViewSet
from media.serializers import PhotoShown
from media.views import PhotoViewSet
from opinions.models import Opinion
from opinions.serializers import OpinionSerializer
from opinions.views import OpinionViewSet
from sync.intake import Verdict, clock_offset
from sync.puts import bodies, examples
from sync.puts.again import standing
from sync.puts.answers import visit_shown
from sync.puts.phone_put import PhonePut
from sync.reading import Bundle
from sync.repeats import fingerprint
from sync.sameness import content_of
from visits.serializers import VisitShown
from visits.shown import kinds_of, parts_of, shown
from visits.views import VisitViewSet


def sent(name: str, body: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, body, request_only=True)


answer = OpenApiExample("as it stands", visits.examples.VISIT, response_only=True)


class PhoneVisits(PhonePut, VisitViewSet):
    table = "visits"

    def stored(self, verdict: Verdict) -> dict[str, Any]:
        return visit_shown(verdict)

    @extend_schema(
        summary="走访 Send a visit",
        request=bodies.VisitSent,
        responses={200: VisitShown, 201: VisitShown},
        examples=[
            sent("visit", examples.VISIT),
            sent("somebody of no household", examples.RECEPTION),
            answer,
        ],
    )
    def update(self, request: Request, pk: str) -> Response:
        """Send a visit with its opinions, matters and photo declarations. The same again answers 200."""
        body: Any = request.data
        visit = standing(self.by, pk, body)
        if visit is None:
            return self.take(pk)
        keep_sync(self.device, clock_offset(body.get("device"), clock.now()))
        return Response(shown(visit, parts_of([visit], kinds_of(visit))[visit.pk]), headers=etag(visit))

    def read(self, row_id: str, parent: Mapping[str, UUID] | None = None) -> Bundle:
        """What has fields that we do not know is compared each time: the answer lists them."""
        bundle = super().read(row_id, parent)
        if not bundle.ignored_fields:
            bundle.fingerprints = {"": fingerprint(self.by, content_of(bundle.body))}
        return bundle


class PhoneAmendments(PhonePut, VisitViewSet):
    table = "amendments"

    def stored(self, verdict: Verdict) -> dict[str, Any]:
        return shown(verdict.row.visit)

    @extend_schema(
        summary="更正 Correct a visit",
        request=bodies.AmendmentSent,
        responses={200: VisitShown, 201: VisitShown, 202: bodies.WaitingShown},
        examples=[sent("withdraw", examples.WITHDRAWAL), answer],
    )
    def amend(self, request: Request, pk: str, row_id: str) -> Response:
        """Correct a submitted visit; answers the visit as it counts now."""
        return self.take(row_id, {"visit": parse_id(pk)})


class PhoneOpinions(PhonePut, OpinionViewSet):
    table = "opinions"

    @extend_schema(
        summary="意见 Send an opinion",
        request=bodies.OpinionSent,
        responses={200: OpinionSerializer, 201: OpinionSerializer, 202: bodies.WaitingShown},
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
        request=bodies.ReplySent,
        responses={200: OpinionSerializer, 201: OpinionSerializer, 202: bodies.WaitingShown},
        examples=[sent("told at the door", examples.REPLY)],
    )
    def reply(self, request: Request, pk: str, row_id: str) -> Response:
        """Say what the household was told; answers the opinion."""
        return self.take(row_id, {"opinion": parse_id(pk)})


class PhonePhotos(PhonePut, PhotoViewSet):
    table = "photos"

    @extend_schema(
        summary="照片 Declare a photo",
        request=bodies.PhotoSent,
        responses={200: PhotoShown, 201: PhotoShown, 202: bodies.WaitingShown},
        examples=[sent("of a task", examples.PHOTO)],
    )
    def update(self, request: Request, pk: str) -> Response:
        """Declare a photo of a visit, a task or a practical matter. Its bytes follow at `content/`."""
        return self.take(pk)


class PhoneMatters(PhonePut, PracticalMatterViewSet):
    table = "practical_matters"

    @extend_schema(
        summary="实事 Record a practical matter",
        request=bodies.MatterSent,
        responses={200: PracticalMatterSerializer, 201: PracticalMatterSerializer, 202: bodies.WaitingShown},
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
        request=bodies.TaskActionSent,
        responses={200: TaskActionSerializer, 201: TaskActionSerializer, 202: bodies.WaitingShown},
        examples=[sent("finish", examples.ACTION)],
    )
    def update(self, request: Request, pk: str) -> Response:
        """A verb of the task table, done offline."""
        return self.take(pk)
