"""What a phone is answered with for the visit it sent: as it was just written, or as it stands."""

from typing import Any

from sync.intake import CREATED, Accepted, Verdict
from sync.known import kinds_of_parts
from visits.models import Visit
from visits.shown import Parts, parts_of, shown


def visit_shown(verdict: Verdict) -> dict[str, Any]:
    """No query for a visit that is new and stands as it was written."""
    if verdict.has_moved_on:
        verdict.row = Visit.objects.get(pk=verdict.row.pk)
    elif verdict.outcome == CREATED and not verdict.rows.matters:  # a matter changes the opinions it resolves
        return shown(verdict.row, _as_written(verdict.rows))
    return shown(verdict.row, parts_of(verdict.row, kinds_of_parts(verdict.row.pk)))


def _as_written(rows: Accepted) -> Parts:
    return Parts(
        companions=rows.companions,
        worked_on=rows.worked_on,
        flags=rows.flags,
        photos=rows.photos,
        opinions=rows.opinions,
    )
