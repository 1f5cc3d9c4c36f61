"""A photo as a phone declares it: its bytes come later."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings

from fieldapi.errors import Refused
from media.models import Photo
from visits.record import Receipt

COLUMNS = ("visit_id", "task_id", "matter_id", "sha256", "bytes", "taken_at", "caption")
"""The phone's columns of a photo."""


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The phone's columns as the row holds them; `values` have been through the input check."""
    return {
        "visit_id": values["visit"],
        "task_id": values["task"],
        "matter_id": values["matter"],
        "sha256": values["sha256"],
        "bytes": values["bytes"],
        "taken_at": values["taken_at"],
        "caption": values["caption"] or "",
    }


def new_photo(photo_id: UUID, values: Mapping[str, Any], unit: str, receipt: Receipt) -> Photo:
    """An unsaved photo that awaits its bytes; `unit` is that of what it belongs to.

    One that is declared too large is kept as `refused`: no photo fault refuses a visit.
    """
    owners = [values[name] for name in ("visit", "task", "matter") if values[name] is not None]
    if len(owners) != 1:
        raise Refused("exactly_one", "")
    photo = Photo(
        id=photo_id,
        by=receipt.by,
        unit=unit,
        received_at=receipt.received_at,
        changed_at=receipt.received_at,
        **columns_of(values),
    )
    if photo.bytes > settings.MAX_PHOTO_BYTES:
        photo.state, photo.problem = Photo.State.REFUSED, "too_large"
    return photo
