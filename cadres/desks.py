"""Which desk a unit's matters come to."""

from collections.abc import Collection
from uuid import UUID

from cadres.models import User
from cadres.units import ancestors
from fieldapi.access import Role


def desks_of(units: Collection[str], role: Role) -> dict[str, list[UUID]]:
    """For each unit the active supervisors (or leaders …) of the lowest unit, from its own upwards, that has any.

    A unit with none above it is missing. One query.
    """
    above = {code for unit in units for code in ancestors(unit)}
    people: dict[str, list[UUID]] = {}
    rows = User.objects.filter(unit__in=above, role=role, active=True).order_by("pk")
    for pk, code in rows.values_list("pk", "unit"):
        people.setdefault(code, []).append(pk)
    nearest = {unit: next((c for c in reversed(ancestors(unit)) if c in people), None) for unit in units}
    return {unit: people[code] for unit, code in nearest.items() if code}
