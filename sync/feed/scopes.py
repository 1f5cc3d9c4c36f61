"""Scopes are ids: those of households, people and offices are their own, a division's is made of its code."""

from uuid import UUID

EVERYBODY = UUID(int=0)


def of_unit(code: str) -> UUID:
    """`530626101` → ffffffff-ffff-ffff-ffff-fff530626101."""
    return UUID(code.rjust(32, "f"))


def unit_of(scope: UUID) -> str:
    return scope.hex.lstrip("f")
