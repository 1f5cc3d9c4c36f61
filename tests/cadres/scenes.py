"""What the cast tries at the endpoints of people, units and devices."""

from django.contrib.auth.hashers import make_password

from cadres.models import Absence, Device
from fieldapi import clock
from tests.conftest import Village
from tests.samples import TOWN as TOWN_CODE
from tests.samples import VILLAGE, make_device, make_office
from tests.scenes import COUNTY, EVERYBODY, TOWN, Scene

WEEK = {"started_on": "2026-11-02", "ended_on": "2026-11-06", "reason": "培训"}
ADMIN = frozenset({"zheng"})  # not `tang`, whose town it is not


def office(village: Village) -> str:
    return f"offices/{make_office().pk}/"


def gao(village: Village) -> str:
    return f"users/{village.gao.pk}/"


def phone_of_gao(village: Village) -> str:
    device: Device = make_device(village.gao)
    return f"devices/{device.pk}/"


def absence_of_gao(village: Village) -> str:
    row = Absence.objects.create(cadre=village.gao, recorded_by=village.sun, changed_at=clock.now(), **WEEK)
    return f"absences/{row.pk}/"


def own_password(village: Village) -> str:
    for name in EVERYBODY:
        person = getattr(village, name)
        person.password = make_password("zou-fang-2026")
        person.save()
    return "auth/password/"


SCENES = {
    "auth.logout": Scene(lambda village: "auth/logout/"),
    "auth.password": Scene(
        own_password, body=lambda village: {"old_password": "zou-fang-2026", "new_password": "Xin-mi-ma-88"}
    ),
    "me.retrieve": Scene(lambda village: "me/"),
    "devices.list": Scene(lambda village: "devices/"),
    "devices.retrieve": Scene(phone_of_gao, through=frozenset({"gao", "sun", "zheng"})),
    "devices.destroy": Scene(phone_of_gao, through=frozenset({"gao", "sun", "zheng"})),
    "units.list": Scene(lambda village: "units/"),
    "units.retrieve": Scene(lambda village: f"units/{VILLAGE}/", through=TOWN | COUNTY),
    "units.create": Scene(
        lambda village: "units/",
        ADMIN,
        lambda village: {"code": f"{VILLAGE}001", "name": "一组"},
        otherwise=400,
    ),
    "units.partial_update": Scene(
        lambda village: f"units/{VILLAGE}/", ADMIN, lambda village: {"name": "田坝"}, version=1
    ),
    "offices.list": Scene(lambda village: "offices/"),
    "offices.retrieve": Scene(office, through=TOWN | COUNTY),
    "offices.create": Scene(
        lambda village: "offices/",
        ADMIN,
        lambda village: {"unit": TOWN_CODE, "name": "农业办"},
        otherwise=400,
    ),
    "offices.partial_update": Scene(office, ADMIN, lambda village: {"name": "农业办"}, version=1),
    "users.list": Scene(lambda village: "users/"),
    "users.retrieve": Scene(gao, through=TOWN | COUNTY),
    "users.create": Scene(
        lambda village: "users/",
        ADMIN,
        otherwise=400,
        body=lambda village: {
            "username": "hong",
            "full_name": "洪某",
            "role": "cadre",
            "unit": TOWN_CODE,
        },
    ),
    "users.partial_update": Scene(gao, ADMIN, lambda village: {"full_name": "高某"}, version=1),
    "users.password": Scene(lambda village: f"{gao(village)}password/", ADMIN),
    "absences.list": Scene(lambda village: "absences/"),
    "absences.retrieve": Scene(absence_of_gao, through=frozenset({"gao", "sun"}) | COUNTY),
    "absences.create": Scene(
        lambda village: "absences/",
        body=lambda village: WEEK | {"cadre": str(village.gao.pk)},
        through=frozenset({"sun", "zheng"}),
        otherwise=400,
    ),
    "absences.partial_update": Scene(
        absence_of_gao,
        body=lambda village: {"reason": "开会"},
        version=1,
        through=frozenset({"sun", "zheng"}),
    ),
    "journal.list": Scene(lambda village: "journal/"),
    "absences.destroy": Scene(absence_of_gao, through=frozenset({"sun", "zheng"})),
}
