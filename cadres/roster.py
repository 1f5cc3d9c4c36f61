"""A roster: people from a spreadsheet. What its columns are called, which rows can be taken, and taking them.

A row that repeats what stands is unchanged; one that differs from it is reported, never written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from cadres.divisions import TOWN
from cadres.models import Device, Office, User
from cadres.passwords import one_time_password
from cadres.units import ancestors, within
from cadres.usernames import folded, may_be_given
from fieldapi import clock
from fieldapi.access import Role
from fieldapi.errors import Refused
from fieldapi.ids import new_id
from fieldapi.journal import Entry, note_down_all
from fieldapi.tables import Column, Fault, Row
from fieldapi.tables.places import BOUNDS, PLACE, is_same, point_of

ROLES = {
    "干部": "cadre", "包户干部": "cadre", "结对干部": "cadre", "网格员": "cadre", "工作人员": "cadre",
    "主管": "supervisor", "督导": "supervisor", "督导员": "supervisor", "负责人": "supervisor",
    "领导": "leader", "分管领导": "leader",
    "管理员": "admin", "系统管理员": "admin",
}  # fmt: skip
COLUMNS = (
    Column("username", ("用户名", "账号", "帐号", "登录名", "登录账号"), required=True, kind="code"),
    Column("full_name", ("姓名", "干部姓名", "人员姓名", "名字"), required=True),
    Column(
        "role",
        ("角色", "身份", "岗位", "人员类别"),
        kind="choice",
        choices=ROLES | {role.value: role.value for role in Role},
        hint="干部、主管、领导或管理员；不填为干部",
    ),
    TOWN,
    Column(
        "unit",
        (
            "单位",
            "所在单位",
            "所属单位",
            "工作单位",
            "区划",
            "行政区划",
            "区划代码",
            "村",
            "行政村",
            "村社区",
        ),
        hint="区划名称或代码；不填则为导入时所选的单位",
    ),
    Column("office", ("科室", "责任科室", "部门", "所在科室", "办公室"), hint="系统中已有的科室名称"),
    Column("phone", ("手机", "手机号", "手机号码", "联系电话", "电话", "电话号码", "联系方式"), kind="phone"),
    *PLACE,
)
LONGEST = {"username": 150, "full_name": 100}
COMPARED = ("full_name", "role", "unit_id", "office_id", "phone", "lat", "lon")


@dataclass(frozen=True)
class Verdict:
    """Of one row: the id it stands for, and the user to be stored, None where it stands already.

    Without an id the row has faults.
    """

    row_id: UUID | None = None
    new: User | None = None


def judge(*, by: User, top: str, rows: Sequence[Row], unit_of: Callable[[Row], str]) -> list[Verdict]:
    """A verdict for each row, in order; faults are added to the rows. Two queries, nothing is written.

    `top` is the unit the roster is for. `unit_of` finds the unit a row names, and adds a fault and gives "" where
    it cannot. Codes of faults: too_long, bad_username, duplicate_row, office_unknown, already_exists, differs.
    """
    names = [folded(str(row.values.get("username") or "")) for row in rows]
    stored = {user.username: user for user in User.objects.filter(username__in=set(names))}
    offices = {(office.unit_id, office.name): office.pk for office in _offices(top)}
    seen: dict[str, int] = {}
    verdicts = []
    for row, name in zip(rows, names, strict=True):
        told = _told(row, name, unit_of(row), offices)
        if name in seen:
            row.faults.append(Fault("username", "duplicate_row", str(seen[name])))
        elif name:
            seen[name] = row.line
        verdicts.append(Verdict() if row.faults else _verdict(by, row, told, stored.get(name)))
    return verdicts


@transaction.atomic
def enrol(
    *, by: User, people: Sequence[User], detail: Mapping[str, Any] | None = None
) -> list[dict[str, str]]:
    """Store judged users, each with a one-time password, which is told nowhere else. A few statements.

    `detail` goes into the journal's lines. Refuses already_exists where somebody was faster.
    """
    passwords = []
    for user in people:
        password, user.password = one_time_password()
        passwords.append(
            {"username": user.username, "full_name": user.full_name, "one_time_password": password}
        )
    try:
        with transaction.atomic():
            User.objects.bulk_create(people, batch_size=500)
    except IntegrityError as fault:
        raise Refused("already_exists") from fault
    note_down_all(
        by,
        [
            Entry(
                "users.create",
                user.pk,
                user.unit_id,
                {"username": user.username, "role": user.role, **(detail or {})},
            )
            for user in people
        ],
    )
    return passwords


@transaction.atomic
def strike_off(*, by: User, ids: Sequence[UUID], detail: Mapping[str, Any] | None = None) -> None:
    """Take back enrolled users, in one step. Refuses in_use where one has signed in or a row names one.

    (The latter is the database's word: ProtectedError.)
    """
    people = list(User.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    if Device.objects.filter(user__in=people).exists():
        raise Refused("in_use")
    User.objects.filter(pk__in=[user.pk for user in people]).delete()
    note_down_all(by, [Entry("users.destroy", user.pk, user.unit_id, dict(detail or {})) for user in people])


def _offices(top: str) -> Sequence[Office]:
    return list(Office.objects.filter(Q(**within(top)) | Q(unit__in=ancestors(top))))


def _told(row: Row, name: str, unit: str, offices: Mapping[tuple[str, str], UUID]) -> dict[str, Any]:
    """The user's columns as the row tells them; what it leaves empty it does not tell."""
    values = {column: value for column, value in row.values.items() if value is not None}
    told: dict[str, Any] = {"username": name, "unit_id": unit, **point_of(row)}
    told |= {column: values[column] for column in ("full_name", "role", "phone") if column in values}
    for column, longest in LONGEST.items():
        if len(str(told.get(column, ""))) > longest:
            row.faults.append(Fault(column, "too_long", str(longest)))
    if name and not may_be_given(name):
        row.faults.append(Fault("username", "bad_username"))
    if unit and "office" in values:
        near = [offices.get((code, str(values["office"]))) for code in reversed(ancestors(unit))]
        told["office_id"] = next((pk for pk in near if pk), None)
        if told["office_id"] is None:
            row.faults.append(Fault("office", "office_unknown", str(values["office"])))
    return told


def _verdict(by: User, row: Row, told: dict[str, Any], stored: User | None) -> Verdict:
    if stored is None:
        user = User(
            pk=new_id(), **({"role": Role.CADRE} | told), must_change_password=True, changed_at=clock.now()
        )
        return Verdict(user.pk, user)
    if not by.governs(stored.unit_id):
        row.faults.append(Fault("username", "already_exists"))
        return Verdict()
    for column in COMPARED:
        if column not in told:
            continue
        held = getattr(stored, column)
        if not (is_same(held, told[column]) if column in BOUNDS else held == told[column]):
            row.faults.append(Fault(column.removesuffix("_id"), "differs"))
    return Verdict() if row.faults else Verdict(stored.pk)
