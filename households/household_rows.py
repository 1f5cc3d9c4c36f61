"""A spreadsheet of households: what its columns are called, and which rows can be taken."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from cadres.divisions import TOWN
from cadres.models import User
from fieldapi import clock
from fieldapi.errors import Refused
from fieldapi.ids import new_id
from fieldapi.journal import Entry, note_down_all
from fieldapi.models import JournalLine
from fieldapi.tables import Column, Fault, Row, Unreadable
from fieldapi.tables.places import BOUNDS, PLACE, is_same, point_of
from households.actions import clash
from households.division_names import DivisionNames
from households.imports import Judged, Told
from households.models import Household

TAGS = {
    "老人": "elderly", "老年人": "elderly", "高龄": "elderly", "高龄老人": "elderly", "独居老人": "elderly",
    "残疾": "disabled", "残疾人": "disabled",
    "低收入": "low_income", "低保": "low_income", "低保户": "low_income", "困难户": "low_income",
    "脱贫户": "low_income", "监测户": "low_income", "特困": "low_income", "五保户": "low_income",
    "留守": "left_behind", "留守儿童": "left_behind", "留守老人": "left_behind",
    "单亲": "single_parent", "单亲家庭": "single_parent",
    "退役军人": "veteran", "退伍军人": "veteran", "军属": "veteran",
    "外来": "migrant", "流动人口": "migrant",
}  # fmt: skip
UNIT = Column(
    "unit",
    (
        "村",
        "行政村",
        "所属村",
        "所在村",
        "村社区",
        "村居",
        "社区",
        "村名",
        "行政区划",
        "区划",
        "区划代码",
        "村代码",
        "单位",
    ),
    hint="村名或区划代码；不填则为导入时所选的村",
)
NUMBER = Column("number", ("户号", "户编号", "编号", "家庭编号", "户口编号"), required=True, kind="code")
COLUMNS = (
    TOWN,
    UNIT,
    NUMBER,
    Column("head_name", ("户主姓名", "户主", "户主名", "姓名"), required=True),
    Column("phone", ("联系电话", "电话", "手机", "手机号", "手机号码", "电话号码", "户主电话"), kind="phone"),
    Column(
        "id_number",
        ("身份证号", "身份证号码", "身份证", "公民身份号码", "证件号码", "户主身份证号"),
        kind="id_number",
        hint="整列先设为文本格式",
    ),
    Column("address", ("地址", "家庭住址", "住址", "详细地址", "家庭地址")),
    Column("tags", ("类别", "家庭类别", "标签", "人群类别", "困难类型"), kind="list", choices=TAGS),
    Column("size", ("人口", "家庭人口", "人口数", "家庭人口数", "人数"), kind="number"),
    *PLACE,
    Column("note", ("备注", "说明")),
)
TOLD_AS_IT_IS = ("number", "head_name", "phone", "id_number", "address", "note")
LONGEST = {"number": 40, "head_name": 100, "address": 300, "note": 10_000}
MOST_PEOPLE = 1_000
VILLAGE = 12  # digits of a village's code: a unit above it holds no households of its own
HARMLESS = ("households.create", "households.geocode", "households.reveal")


class HouseholdRows:
    """Households by unit and number. A row that differs from the stored household is reported, never written."""

    name = "households"
    columns = COLUMNS

    def judge(self, by: User, unit: str, rows: Sequence[Row]) -> list[Judged]:
        divisions = DivisionNames.below(unit)
        judged = [Judged(row) for row in rows]
        facts = [_facts(one, divisions, unit) for one in judged]
        stored = {
            (row.unit_id, row.number): row
            for row in Household.objects.filter(unit__in={told.get("unit_id") for told in facts} - {None})
        }
        seen: dict[tuple[str, str], int] = {}
        for one, told in zip(judged, facts, strict=True):
            place = (told.get("unit_id", ""), told.get("number", ""))
            if place in seen:
                one.fault("number", "duplicate_row", str(seen[place]))
            elif all(place):
                seen[place] = one.row.line
            if one.row.faults:
                continue
            if place in stored:
                _compare(one, stored[place], told)
            else:
                source = "imported" if "lat" in told else ""
                one.made = Household(id=new_id(), changed_at=clock.now(), location_source=source, **told)
                one.row_id = one.made.pk
        return judged

    def store(self, by: User, made: Sequence[Judged], batch: UUID) -> Told:
        try:
            with transaction.atomic():
                Household.objects.bulk_create([one.made for one in made], batch_size=500)
        except IntegrityError as fault:
            raise clash(fault) from fault
        note_down_all(
            by,
            [
                Entry(
                    "households.create",
                    one.row_id,
                    one.made.unit_id,
                    {"number": one.made.number, "import": batch, "line": one.row.line},
                )
                for one in made
            ],
        )
        return []

    def take_back(self, by: User, ids: Sequence[UUID], batch: UUID) -> None:
        """A household somebody has changed since is in use too: what was written there must not be lost."""
        rows = Household.objects.filter(pk__in=ids)
        units = dict(rows.select_for_update(no_key=True).values_list("pk", "unit_id"))
        changed = JournalLine.objects.filter(resource="households", row_id__in=[str(key) for key in ids])
        if changed.exclude(action__in=HARMLESS).exists():
            raise Refused("in_use")
        rows.delete()
        note_down_all(
            by, [Entry("households.destroy", key, unit, {"import": batch}) for key, unit in units.items()]
        )


def find_unit(row: Row, divisions: DivisionNames, top: str) -> str:
    """The unit a row names by town and village, `top` where it names none; "" with a fault where it is unclear."""
    place = top
    for column in ("town", "unit"):
        if text := row.values.get(column):
            try:
                place = divisions.find(str(text), top=place)
            except Unreadable as fault:
                row.faults.append(Fault(column, fault.code, fault.detail))
                return ""
    return place


def _facts(one: Judged, divisions: DivisionNames, top: str) -> dict[str, Any]:
    """The household's columns as the row tells them; what a row leaves empty it does not tell."""
    values: dict[str, Any] = {
        name: value for name, value in one.row.values.items() if value not in (None, [])
    }
    told = {name: values[name] for name in TOLD_AS_IT_IS if name in values}
    for name, longest in LONGEST.items():
        if len(told.get(name, "")) > longest:
            one.fault(name, "too_long", str(longest))
    if "tags" in values:
        told["tags"] = Household.joined(values["tags"])
    if "size" in values:
        told["size"] = values["size"]
        if not isinstance(values["size"], int) or not 0 <= values["size"] <= MOST_PEOPLE:
            one.fault("size", "out_of_range", str(MOST_PEOPLE))
    unit = find_unit(one.row, divisions, top)
    if unit and len(unit) < VILLAGE and "unit" not in values:
        one.fault("unit", "required")
    return told | point_of(one.row) | ({"unit_id": unit} if unit else {})


def _compare(one: Judged, stored: Household, told: Mapping[str, Any]) -> None:
    """A row equal to the stored household in all it tells is unchanged; else each column that differs is a fault."""
    one.row_id = stored.pk
    for name, value in told.items():
        held = getattr(stored, name)
        if not (is_same(held, value) if name in BOUNDS else held == value):
            one.fault("unit" if name == "unit_id" else name, "differs")
