"""A spreadsheet of people: the roster's judgement, with units by name."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cadres import roster
from cadres.models import User
from fieldapi.errors import Refused
from fieldapi.models import JournalLine
from fieldapi.tables import Row
from households.division_names import DivisionNames
from households.household_rows import find_unit
from households.imports import Judged


class UserRows:
    """People by user name. Each new one gets a one-time password, told once."""

    name = "users"
    columns = roster.COLUMNS

    def judge(self, by: User, unit: str, rows: Sequence[Row]) -> list[Judged]:
        divisions = DivisionNames.below(unit)
        verdicts = roster.judge(
            by=by, top=unit, rows=rows, unit_of=lambda row: find_unit(row, divisions, unit)
        )
        return [Judged(row, verdict.row_id, verdict.new) for row, verdict in zip(rows, verdicts, strict=True)]

    def store(self, by: User, made: Sequence[Judged], batch: UUID) -> list[dict[str, Any]]:
        told = roster.enrol(by=by, people=[one.made for one in made], detail={"import": batch})
        return [{"line": one.row.line, **password} for one, password in zip(made, told, strict=True)]

    def take_back(self, by: User, ids: Sequence[UUID], batch: UUID) -> None:
        """Somebody who has signed in, acted or been changed since is in use."""
        changed = JournalLine.objects.filter(resource="users", row_id__in=[str(key) for key in ids])
        if changed.exclude(action="users.create").exists():
            raise Refused("in_use")
        roster.strike_off(by=by, ids=ids, detail={"import": batch})
