"""`/exports/`: ask for a large file, see how far it is, fetch it."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fieldapi.api import Rows
from fieldapi.errors import Refused
from fieldapi.fields import DayField, IdField, InstantField, StrictSerializer
from fieldapi.query import UnitField
from reports.exporting import ask_for
from reports.models import Export
from reports.sheets import SHEETS

TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
WANTED = {"kind": "visits", "unit": "530626", "from": "2026-10-01", "to": "2026-10-31", "format": "csv"}


class ExportWanted(StrictSerializer):
    kind = serializers.ChoiceField(choices=list(SHEETS))
    unit = UnitField()
    to = DayField()
    format = serializers.ChoiceField(choices=list(TYPES), default="csv")

    def get_fields(self) -> Any:
        return {**super().get_fields(), "from": DayField()}


class ExportShown(serializers.Serializer):
    """`written` of `total` rows; the file is at `content/` once the state is done."""

    id = IdField()
    kind = serializers.ChoiceField(choices=list(SHEETS))
    unit = serializers.CharField()
    to = DayField(source="last")
    format = serializers.ChoiceField(choices=list(TYPES))
    state = serializers.ChoiceField(choices=Export.State.choices)
    problem = serializers.CharField(allow_blank=True)
    written = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    asked_at = InstantField()
    finished_at = InstantField(allow_null=True)

    def get_fields(self) -> Any:
        return {**super().get_fields(), "from": DayField(source="first")}


@extend_schema(tags=["exports"])
@extend_schema_view(
    retrieve=extend_schema(
        summary="导出进度 How far an export is",
        description="For whoever asked for it. Ask again until `state` is `done` or `failed`; `written` of `total` rows"
        " tell how far it is.",
    )
)
class ExportViewSet(Rows):
    resource = "exports"
    rows = Export.objects
    serializer_class = ExportShown

    @extend_schema(
        summary="导出 Ask for a file of visits with opinions, opinions, tasks, or matters",
        request=ExportWanted,
        responses={202: ExportShown},
        examples=[OpenApiExample("visits", WANTED, request_only=True)],
    )
    def create(self, request: Request) -> Response:
        """Answered at once, before the file is there: the worker writes it. The file and this row are deleted a week
        after asking. Each asking has a line in the journal.
        """
        asked = self.body(ExportWanted)
        export = ask_for(
            by=self.by,
            kind=asked["kind"],
            unit=asked["unit"],
            first=asked["from"],
            last=asked["to"],
            format=asked["format"],
        )
        return self.shown(export, status=202)

    @extend_schema(
        summary="下载导出文件 The file of an export that is done",
        responses={(200, kind): OpenApiTypes.BINARY for kind in TYPES.values()},
    )
    def content(self, request: Request, pk: str) -> FileResponse:
        """For whoever asked for it, and never with a phone or identity number. Before it is done: 409 `wrong_state`."""
        export = self.get_object()
        if export.state != Export.State.DONE:
            raise Refused("wrong_state", state=export.state)
        return FileResponse(
            default_storage.open(export.file),
            as_attachment=True,
            filename=f"{export.kind}-{export.unit}-{export.first}-{export.last}.{export.format}",
            content_type=TYPES[export.format],
            headers={"Cache-Control": "private, no-store"},
        )
