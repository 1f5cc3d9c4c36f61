"""What quarantine looks like in an answer."""

from typing import Any

from rest_framework import serializers

from fieldapi.fields import IdField, InstantField, PlainObject, PlainText, StrictSerializer
from fieldapi.json import loads
from fieldapi.query import QuerySerializer
from sync.models import QuarantinedRow


class QuarantineShown(serializers.Serializer):
    """What was sent, whole, and why it was not taken. `row_id` is text: it may be no UUID."""

    id = IdField()
    table = serializers.CharField()
    row_id = serializers.CharField()
    body = serializers.JSONField()
    problem = serializers.JSONField()
    sender = IdField()
    device = IdField(allow_null=True)
    received_at = InstantField()
    state = serializers.ChoiceField(choices=QuarantinedRow.State.choices)
    decided_by = IdField(allow_null=True)
    decided_at = InstantField(allow_null=True)
    decision_reason = serializers.CharField(allow_blank=True, help_text="why it was discarded")
    stands_as = IdField(
        allow_null=True,
        help_text="the new id it was taken under, where the one it was sent under cannot stand",
    )

    def to_representation(self, row: QuarantinedRow) -> dict[str, Any]:
        return {
            "id": str(row.pk),
            "table": row.table,
            "row_id": row.row_id,
            "body": loads(row.body),
            "problem": loads(row.problem),
            "sender": str(row.sender_id),
            "device": str(row.device) if row.device else None,
            "received_at": row.received_at,
            "state": row.state,
            "decided_by": str(row.decided_by_id) if row.decided_by_id else None,
            "decided_at": row.decided_at,
            "decision_reason": row.decision_reason,
            "stands_as": str(row.stands_as) if row.stands_as else None,
        }


class Replay(StrictSerializer):
    """`body` as a PUT takes it, corrected; without it the row is taken as it was sent.

    Its `id` is the one that was sent, or a new one where that cannot stand: no UUID, or other content stands there.
    """

    body = PlainObject(required=False)


class Discarding(StrictSerializer):
    reason = PlainText(500)


class QuarantineQuery(QuerySerializer):
    state = serializers.ChoiceField(choices=QuarantinedRow.State.choices)
    table = serializers.CharField()
    sender = IdField()
