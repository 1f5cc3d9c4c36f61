"""Examples for the API document. Invented people."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

V = TypeVar("V")

GAO = "01926b3c-0000-7000-8000-000000000002"
SUN = "01926b3c-0000-7000-8000-000000000003"
PHONE = "01926b3c-0000-7000-8000-000000000004"
TOWN = {"code": "530626101", "name": "中城镇"}
NAMED = {"id": GAO, "username": "gao", "full_name": "高某"}
ONESELF = {**NAMED, "role": "cadre", "unit": TOWN, "office": None, "must_change_password": False}


def sent(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


def answered(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True)


def shown(example: OpenApiExample) -> Callable[[type[V]], type[V]]:
    """What the lists and rows of a view look like."""
    return extend_schema_view(
        list=extend_schema(examples=[example]), retrieve=extend_schema(examples=[example])
    )


SIGN_IN = sent(
    "A phone signs in",
    {
        "username": "cadre1",
        "password": "…",
        "device": {"id": PHONE, "name": "小米 14", "platform": "android", "app_version": "1.4.0"},
    },
)
SIGNED_IN = answered("Signed in", {"access": "eyJ…", "refresh": "eyJ…", "user": ONESELF})
NEW_UNIT = sent("A villagers' group", {"code": "530626101201001", "name": "一组"})
UNIT = answered(
    "A village",
    {
        "code": "530626101201",
        "name": "田坝村民委员会",
        "level": "village",
        "location": {"lat": 28.6, "lon": 103.95},
        "far_m": None,
        "version": 1,
    },
)
NEW_OFFICE = sent("An office of a town", {"unit": "530626101", "name": "民政办"})
OFFICE = answered(
    "An office of a town",
    {"id": "01926b3c-0000-7000-8000-000000000005", "unit": "530626101", "name": "民政办", "version": 1},
)
NEW_USER = sent("A cadre", {"username": "gao", "full_name": "高某", "role": "cadre", "unit": "530626101"})
USER = answered(
    "A cadre",
    {
        **NAMED,
        "phone": "138****1234",
        "role": "cadre",
        "unit": "530626101",
        "office": None,
        "location": None,
        "active": True,
        "must_change_password": False,
        "version": 1,
    },
)
WEEK = {"cadre": GAO, "started_on": "2026-11-02", "ended_on": "2026-11-06", "reason": "培训"}
NEW_ABSENCE = sent("A week's training", WEEK)
ABSENCE = answered(
    "A week's training",
    {"id": "01926b3c-0000-7000-8000-000000000006", **WEEK, "recorded_by": SUN, "version": 1},
)
LINE = answered(
    "A cadre was given another name",
    {
        "id": 4711,
        "at": "2026-11-03T09:40:00+08:00",
        "by": SUN,
        "by_name": "admin",
        "action": "users.partial_update",
        "resource": "users",
        "row_id": GAO,
        "unit": "530626101",
        "detail": {"changed": {"full_name": ["高某", "高某某"]}},
    },
)
