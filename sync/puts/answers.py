"""What a phone is answered with for the visit it sent: as it was just written, or as it stands."""

from dataclasses import replace
from typing import Any

from sync.intake import CREATED, SAME, Accepted, Verdict
from visits.models import Visit
from visits.shown import Parts, kinds_of, parts_of, shown


def visit_shown(verdict: Verdict) -> dict[str, Any]:
    """No query for a visit that is new and stands as it was written, or is a repeat and has only opinions."""
    visit, rows = verdict.row, verdict.rows
    if verdict.has_moved_on:
        verdict.row = visit = Visit.objects.get(pk=visit.pk)
    elif verdict.outcome == CREATED and not rows.matters:  # a matter changes the opinions it resolves
        return shown(visit, _as_written(rows))
    elif verdict.outcome == SAME and not rows:
        others = kinds_of(visit) - {"opinions"}
        return shown(visit, replace(parts_of([visit], others)[visit.pk], opinions=verdict.stood_with))
    return shown(visit)


def _as_written(rows: Accepted) -> Parts:
    return Parts(
        companions=rows.companions,
        worked_on=rows.worked_on,
        flags=rows.flags,
        photos=rows.photos,
        opinions=rows.opinions,
    )
