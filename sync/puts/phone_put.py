"""`PUT /<collection>/{id}/`: how phones create. First 201, again 200, not yet 202, never lost."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.exceptions import APIException
from rest_framework.response import Response

from cadres.authentication import keep_sync
from fieldapi import clock
from fieldapi.api import Rows, etag
from fieldapi.errors import Refused, refusal_for
from sync.door import receive
from sync.intake import CREATED, WAITING, Verdict
from sync.models import QuarantinedRow
from sync.quarantine import NAMED_BY_ADDRESS, NOT_KEPT, keep
from sync.reading import TABLES, Bundle, read_bundle


class PhonePut(Rows):
    """Mixed into a resource's viewset; `table` is what its rows are called in sync."""

    table: ClassVar[str]

    def take(self, row_id: str, parent: Mapping[str, UUID] | None = None) -> Response:
        """Take the body as a phone's row."""
        by, device = self.sender
        verdict = receive(by, device, [self.read(row_id, parent)])[0]
        keep_sync(self.device, verdict.clock_offset)
        if verdict.refused is not None:
            raise verdict.refused
        if verdict.outcome == WAITING:
            return Response({"waiting_for": verdict.waiting_for}, status=202)
        body = {**self.stored(verdict), **_beside(verdict)}
        return Response(body, status=201 if verdict.outcome == CREATED else 200, headers=etag(verdict.row))

    def read(self, row_id: str, parent: Mapping[str, UUID] | None = None) -> Bundle:
        return read_bundle(self.by, self.table, row_id, self.request.data, parent)

    @property
    def sender(self) -> tuple[Any, UUID | None]:
        """Who is signed in, and on which device."""
        device: Any = self.request.auth
        return self.request.user, device.pk if device else None

    def stored(self, verdict: Verdict) -> dict[str, Any]:
        """The stored row as this resource shows it."""
        row = self.get_queryset().model._default_manager.get(pk=verdict.row.pk)
        return dict(self.get_serializer(row).data)

    def handle_exception(self, fault: Exception) -> Response:
        """What a signed-in phone's PUT is refused for is kept whole, and the problem says where."""
        refused = refusal_for(fault)
        if self.request.method == "PUT" and refused is not None and refused.status not in NOT_KEPT:
            self._keep(refused)
            if (row := self._replayed(refused)) is not None:
                verdict = Verdict.on(row)
                return Response(self.stored(verdict), headers=etag(row))
            return super().handle_exception(refused)
        return super().handle_exception(fault)

    def _keep(self, refused: Refused) -> None:
        if refused.code == "unreadable" or self.request.user is None:
            return
        try:
            body = self.request.data
        except (Refused, APIException):
            return
        by, device = self.sender
        row_id = self.kwargs.get("row_id") or self.kwargs["pk"]
        if (name := NAMED_BY_ADDRESS.get(self.table)) and isinstance(body, dict):
            body = {**body, name: self.kwargs["pk"]}
        refused.facts["quarantine"] = keep(by, device, self.table, row_id, body, refused, clock.now())

    def _replayed(self, refused: Refused) -> Any:
        """The row this content came to stand as, corrected by a desk."""
        if "quarantine" not in refused.facts:
            return None
        entry = QuarantinedRow.objects.get(pk=refused.facts["quarantine"])
        if entry.taken_as is None:
            return None
        return TABLES[self.table].model._default_manager.filter(pk=entry.taken_as).first()


def _beside(verdict: Verdict) -> dict[str, Any]:
    beside: dict[str, Any] = {}
    if ignored := verdict.bundle.ignored_fields:
        beside["ignored_fields"] = ignored
    if verdict.waiting_for:
        beside["waiting_for"] = verdict.waiting_for
    return beside
