"""A spreadsheet of pairings: households by village and number, cadres by user name or full name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from cadres.divisions import TOWN
from cadres.models import User
from cadres.units import within
from cadres.usernames import folded
from fieldapi import clock
from fieldapi.errors import Refused
from fieldapi.journal import Entry, note_down_all
from fieldapi.tables import Column, Row
from households.division_names import DivisionNames
from households.household_rows import NUMBER, UNIT, find_unit
from households.imports import Judged, Told
from households.models import Household, Pairing
from households.pairing import store
from households.register import NewPairing, Register

POSTS = {
    "A": "A", "B": "B", "A岗": "A", "主岗": "A", "主责": "A", "第一责任人": "A", "主要责任人": "A",
    "B岗": "B", "副岗": "B", "备岗": "B", "第二责任人": "B", "协助责任人": "B",
}  # fmt: skip
COLUMNS = (
    TOWN,
    UNIT,
    NUMBER,
    Column("head_name", ("户主姓名", "户主", "户主名"), hint="填写则须与系统中一致"),
    Column(
        "cadre",
        ("干部", "干部账号", "用户名", "账号", "结对干部", "包户干部", "帮扶干部", "干部姓名", "责任人"),
        required=True,
        hint="用户名；姓名不重复时也可用姓名",
    ),
    Column(
        "post",
        ("岗位", "AB岗", "角色", "岗"),
        kind="choice",
        choices=POSTS | {"A": "A", "B": "B"},
        hint="A 或 B；不填为 A",
    ),
    Column(
        "started_on",
        ("开始日期", "结对日期", "起始日期", "开始时间", "结对时间"),
        kind="day",
        hint="不填为导入当天",
    ),
    Column("ended_on", ("结束日期", "截止日期", "结束时间"), kind="day", hint="不再负责的第一天"),
)
WHERE = {"household": "number", "cadre": "cadre", "post": "post", "ended_on": "ended_on", "id": ""}
"""The file's column for what the register finds fault with."""


class PairingRows:
    """A row that says what already stands is unchanged; one that cannot stand beside it is reported."""

    name = "pairings"
    columns = COLUMNS

    def judge(self, by: User, unit: str, rows: Sequence[Row]) -> list[Judged]:
        judged = [Judged(row) for row in rows]
        households, cadres = Households.below(unit, rows), Cadres.around(unit)
        divisions = DivisionNames.below(unit)
        asked = {}
        for one in judged:
            household = households.find(one, find_unit(one.row, divisions, unit))
            cadre = cadres.find(one)
            if household and cadre and not one.row.faults:
                asked[one.row.line] = _asked(one.row.values, household, cadre)
        register = Register.around(by, list(asked.values()))
        for one in judged:
            if one.row.line in asked:
                _judge(one, asked[one.row.line], register, by)
        return judged

    def store(self, by: User, made: Sequence[Judged], batch: UUID) -> Told:
        rows = [one.made for one in made]
        units = Household.objects.filter(pk__in={row.household_id for row in rows})
        store(by, rows, dict(units.values_list("pk", "unit_id")))
        return []

    def take_back(self, by: User, ids: Sequence[UUID], batch: UUID) -> None:
        """A pairing under which somebody has visited, or that was ended or handed over, is in use."""
        rows = Pairing.objects.filter(pk__in=ids)
        units = dict(rows.values_list("pk", "household__unit"))
        if rows.filter(Q(version__gt=1) | Q(household__visits__cadre=F("cadre"))).exists():
            raise Refused("in_use")
        rows.delete()
        note_down_all(
            by, [Entry("pairings.destroy", key, unit, {"import": batch}) for key, unit in units.items()]
        )


class Households:
    """The households of a subtree by their numbers."""

    def __init__(self, rows: Iterable[Household]):
        self.numbered: Mapping[str, list[Household]] = defaultdict(list)
        for row in rows:
            self.numbered[row.number].append(row)

    @classmethod
    def below(cls, unit: str, rows: Sequence[Row]) -> "Households":
        numbers = {str(number) for row in rows if (number := row.values.get("number"))}
        found = Household.objects.filter(**within(unit), number__in=numbers)
        return cls(found.only("unit_id", "number", "head_name"))

    def find(self, one: Judged, unit: str) -> Household | None:
        number, name = one.row.values.get("number"), one.row.values.get("head_name")
        if not (unit and number):
            return None
        found = [row for row in self.numbered.get(str(number), ()) if row.unit_id.startswith(unit)]
        named = [row for row in found if row.head_name == name] if name else found
        if len(named) == 1:
            return named[0]
        if len(named) > 1:
            one.fault("number", "household_ambiguous")
        elif found:
            one.fault("head_name", "differs")
        else:
            one.fault("number", "household_unknown")
        return None


class Cadres:
    """Who may serve the households of a unit's county, by user name and by full name."""

    def __init__(self, cadres: Iterable[User]):
        self.by_username: dict[str, User] = {}
        self.by_name: Mapping[str, list[User]] = defaultdict(list)
        for cadre in cadres:
            self.by_username[cadre.username] = cadre
            self.by_name[cadre.full_name].append(cadre)

    @classmethod
    def around(cls, unit: str) -> "Cadres":
        return cls(User.objects.may_serve(unit).only("username", "full_name", "unit_id"))

    def find(self, one: Judged) -> User | None:
        text = one.row.values.get("cadre")
        if not text:
            return None
        if cadre := self.by_username.get(folded(str(text))):
            return cadre
        named = self.by_name.get(str(text), [])
        if len(named) != 1:
            one.fault("cadre", "user_ambiguous" if named else "user_unknown", str(text))
            return None
        return named[0]


def _asked(values: Mapping[str, Any], household: Household, cadre: User) -> NewPairing:
    return NewPairing(
        household.pk,
        cadre.pk,
        values.get("post") or "A",
        values.get("started_on") or clock.today(),
        values.get("ended_on"),
    )


def _judge(one: Judged, asked: NewPairing, register: Register, by: User) -> None:
    """Unchanged where such a pairing stands: from that day if the row names one, else in force today."""
    for row in register.standing[asked.household]:
        same = (row.cadre_id, row.post) == (asked.cadre, asked.post)
        begins = row.started_on == asked.started_on or (
            one.row.values.get("started_on") is None and row.covers(asked.started_on)
        )
        if same and begins:
            one.row_id = row.pk
            if asked.ended_on is not None and asked.ended_on != row.ended_on:
                one.fault("ended_on", "differs")
            return
    for column, code in register.faults(asked):
        one.fault(WHERE[column], code)
    if not one.row.faults:
        one.made = register.take(asked, by)
        one.row_id = one.made.pk
