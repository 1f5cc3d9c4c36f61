"""Imports over HTTP: a file in, a report out; what was bad comes back as a file; an import is undone as a whole."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, ClassVar
from urllib.parse import quote

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from cadres.units import within
from fieldapi import json
from fieldapi.access import allows
from fieldapi.api import Endpoint, Rows
from fieldapi.bodies import is_packed, read_bounded
from fieldapi.errors import Refused
from fieldapi.query import asked_for
from fieldapi.tables import template, write_csv, write_xlsx
from fieldapi.tables.sheet import MAX_BYTES
from households import imports
from households.household_rows import HouseholdRows
from households.import_serializers import (
    FormatQuery,
    ImportOut,
    ImportQuery,
    ReportOut,
    TakenOut,
    TemplateQuery,
    UploadIn,
)
from households.models import ImportBatch
from households.pairing_rows import PairingRows
from households.user_rows import UserRows

KINDS: dict[str, imports.Kind] = {kind.name: kind for kind in (UserRows(), HouseholdRows(), PairingRows())}
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
FILE = {(200, kind): OpenApiTypes.BINARY for kind in TYPES.values()}
ROOM = 64 * 1024  # for what a form says around its file


class Form(MultiPartParser):
    """A form with a file, plain or gzip, refused by its announced length before it is read."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        meta = parser_context["request"].META
        length = meta.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > MAX_BYTES + ROOM:
            raise Refused("too_large", limit=MAX_BYTES)
        if is_packed(meta):
            body = read_bounded(stream, MAX_BYTES + ROOM, packed=True)
            stream, meta["CONTENT_LENGTH"] = BytesIO(body), str(len(body))  # Django reads that many bytes
        return super().parse(stream, media_type, parser_context)


class AnyFile(BaseRenderer):
    """Lets a client ask for the type a file will have; the file itself is written by `file_answer`."""

    media_type = "*/*"
    format = "file"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        return data


class Import(Endpoint):
    """`POST /<kind>/import/`."""

    parser_classes = (Form,)

    @extend_schema(
        summary="Take in a spreadsheet; a dry run unless told otherwise",
        request={"multipart/form-data": UploadIn},
        responses=TakenOut,
    )
    def import_file(self, request: Request) -> Response:
        """Good rows are stored, bad ones reported and kept to be corrected; what stands is never overwritten.

        A file that is no table is 415 `not_a_table` or `xls_not_supported`, 400 `column_missing`.
        """
        asked = self.body(UploadIn)
        batch, passwords = imports.take_in(
            by=self.by,
            kind=KINDS[self.resource],
            unit=asked.get("unit", self.by.unit_id),
            file_name=asked["file"].name,
            stream=asked["file"],
            dry_run=asked.get("dry_run", True),
        )
        return Response({**ReportOut(batch).data, "passwords": passwords})


class UserImport(Import):
    resource = "users"


class HouseholdImport(Import):
    resource = "households"


class PairingImport(Import):
    resource = "pairings"


@extend_schema_view(
    list=extend_schema(
        summary="Files taken in or tried, newest first",
        description="Imports into the own unit's subtree, dry runs among them, with their counts; those of users for "
        "admins only.",
    ),
    retrieve=extend_schema(
        responses=ReportOut,
        summary="An import with its report row by row",
        description="What became of each row: made, already there, or bad, with the faults of each cell.",
    ),
)
class Imports(Rows):
    resource = "imports"
    rows = ImportBatch.objects
    serializer_class = ImportOut
    query = ImportQuery
    ordering = ("-at", "-id")
    files: ClassVar[frozenset[str]] = frozenset({"template", "bad_rows"})

    def get_renderers(self) -> list[BaseRenderer]:
        renderers = super().get_renderers()
        return [*renderers, AnyFile()] if self.action in self.files else renderers

    def filtered(self, rows: Any, asked: dict[str, Any]) -> Any:
        if unit := asked.pop("unit", None):
            rows = rows.filter(**within(unit))
        return rows.filter(**asked).defer("report", "created_ids", "bad_rows")

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(ReportOut(self.get_object()).data)

    @extend_schema(summary="Take back every row this import made", request=None, responses=ImportOut)
    def undo(self, request: Request, pk: str) -> Response:
        """409 `in_use` as soon as anything refers to one of them, `wrong_state` when it is undone already."""
        batch = self.get_object()
        if not allows(self.by.role, f"{batch.kind}.import_file"):
            raise Refused("permission_denied")
        return self.shown(imports.undo(by=self.by, kind=KINDS[batch.kind], batch=batch))

    @extend_schema(summary="The bad rows as a file to correct", parameters=[FormatQuery], responses=FILE)
    def bad_rows(self, request: Request, pk: str) -> HttpResponse:
        """Only for whoever sent the file: it holds numbers as they were typed. 404 where all rows were good."""
        batch = self.get_object()
        asked = asked_for(request, FormatQuery)
        if batch.by_id != self.by.pk or not batch.bad_rows:
            raise NotFound
        table = json.loads(batch.bad_rows)
        return file_answer(asked["format"], f"{batch.kind}-bad", table["headings"], table["rows"])

    @extend_schema(summary="An empty spreadsheet to fill in", parameters=[TemplateQuery], responses=FILE)
    def template(self, request: Request) -> HttpResponse:
        """The headings that an import of that kind knows, explained above them, and no rows."""
        asked = asked_for(request, TemplateQuery)
        above, headings = template(KINDS[asked["kind"]].columns)
        return file_answer(asked["format"], asked["kind"], headings, [], above=above)


def file_answer(
    form: str, name: str, headings: Sequence[str], rows: Sequence[Sequence[object]], above: Sequence[str] = ()
) -> HttpResponse:
    """A spreadsheet to keep, under `name`."""
    if form == "csv":
        content = b"".join(write_csv(headings, rows, above=above))
    else:
        book = BytesIO()
        write_xlsx(book, headings, rows, above=above)
        content = book.getvalue()
    disposition = f"attachment; filename*=UTF-8''{quote(name)}.{form}"
    return HttpResponse(content, content_type=TYPES[form], headers={"Content-Disposition": disposition})
