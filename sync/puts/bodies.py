"""What phones PUT and are answered, as the API document tells it. How a body is read stands in `sync/columns.py`."""

from typing import Any

from rest_framework import serializers

from fieldapi.fields import IdField, InstantField
from matters.verbs import VERBS
from sync import columns


class DeviceBeside(serializers.Serializer):
    """The phone itself, beside the row: `clock_at` is its clock as it sends, by which a wrong one is measured."""

    null_is_absent = True

    id = serializers.CharField(required=False)
    app_version = serializers.CharField(required=False, max_length=40)
    clock_at = InstantField(required=False)


class SentRow(serializers.Serializer):
    """What every row of a phone may have. `id`, where it is given, is the one in the address."""

    null_is_absent = True

    id = IdField(required=False)
    made_by = IdField(required=False, help_text="who recorded it, where a phone is shared")
    device = DeviceBeside(required=False)


class OpinionOfVisit(serializers.Serializer):
    null_is_absent = True
    id = IdField()
    text = columns.OpinionColumns().fields["text"]
    kind = columns.OpinionColumns().fields["kind"]
    category = columns.OpinionColumns().fields["category"]
    wants_reply = serializers.BooleanField(required=False, default=True)


class MatterOfVisit(serializers.Serializer):
    """`households` are the visit's own unless others are named; `opinions` are those it resolves."""

    null_is_absent = True
    id = IdField()
    title = columns.MatterColumns().fields["title"]
    households = columns.MatterColumns().fields["households"]
    opinions = columns.MatterColumns().fields["opinions"]
    satisfaction = columns.MatterColumns().fields["satisfaction"]


class PhotoOfVisit(serializers.Serializer):
    """A declaration; the bytes follow at `PUT /photos/{id}/content/`."""

    null_is_absent = True
    id = IdField()
    sha256 = columns.PhotoColumns().fields["sha256"]
    bytes = columns.PhotoColumns().fields["bytes"]
    taken_at = columns.PhotoColumns().fields["taken_at"]
    caption = columns.PhotoColumns().fields["caption"]


class VisitSent(columns.VisitColumns, SentRow):
    """A visit with all that came with it. `household` may be left out only where there is a `visitor`, in kinds
    that are for anybody: reception, office_day, door_service. `companions` were there too; `tasks` are what it was
    made to work on.
    """

    opinions: Any = OpinionOfVisit(many=True, required=False)
    matters: Any = MatterOfVisit(many=True, required=False)
    photos: Any = PhotoOfVisit(many=True, required=False)


class OpinionSent(columns.OpinionColumns, SentRow):
    """With `visit` it belongs to that visit. Alone it needs `made_at`, and a `household`, or a `unit` (the sender's
    if none is named) and perhaps a `voice`: a name, an enterprise, or nobody's.
    """


class PhotoSent(columns.PhotoColumns, SentRow):
    """Of exactly one of visit, task and matter."""


class MatterSent(columns.MatterColumns, SentRow):
    """Of a visit, or alone with the day it was done on (today if none is named) and the households it benefits."""


class ReplySent(columns.ReplyColumns, SentRow):
    """What the household was told, how and when."""


class AmendmentSent(columns.AmendmentColumns, SentRow):
    """Per field the greatest (`made_at`, id) wins, by the server's clock: less the phone's offset, where it says one.

    A field sent as null is emptied, one not sent stays.
    """

    changes: Any = columns.Changes()


class TaskActionSent(columns.TaskActionColumns, SentRow):
    """`args` is what the verb is told at a desk. Evidence photos not here yet are waited for."""

    verb: Any = serializers.ChoiceField(choices=list(VERBS))


class WaitingShown(serializers.Serializer):
    """The row is kept; it takes effect when the rows it refers to arrive."""

    waiting_for = serializers.ListField(child=IdField())
