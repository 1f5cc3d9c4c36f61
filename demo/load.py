"""The demo: a month of visits, opinions, tasks and matters, done through the product's own actions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cadres.models import Office, User
from cadres.units import within
from demo import people
from fieldapi import clock
from fieldapi.calendar import Month, start_of
from fieldapi.ids import new_id
from fieldapi.json import instant
from households.cover import acting
from households.models import Household
from matters.joining import open_task
from matters.perform import perform
from opinions.models import Opinion
from sync.door import receive
from sync.reading import read_bundle

SEED = 530626
SAID = (
    ("村口路灯坏了三个月", "request", "lighting"),
    ("自来水这几天又停了", "complaint", "water"),
    ("通组路下雨就积水", "complaint", "roads"),
    ("希望公布办事的电话和材料", "suggestion", "village_affairs"),
    ("低保什么时候复核", "request", "subsistence"),
    ("送药上门很方便，谢谢", "praise", "health"),
    ("垃圾池满了没人清运", "complaint", "sanitation"),
    ("老人想办高龄补贴", "request", "elderly_care"),
)
ANSWERS = {"confirm": "已处理完毕，请放心使用", "decline": "属于上级职责，已转交并说明"}
DONE = ("帮助更换灶台水管", "代办高龄补贴", "送药上门", "帮忙修好门锁")


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Let this process's clock stand near `moment` for a while; never in production."""
    before = settings.CLOCK_OFFSET
    settings.CLOCK_OFFSET = moment - timezone.now()
    try:
        yield
    finally:
        settings.CLOCK_OFFSET = before


@transaction.atomic
def load(password: str) -> None:
    """Fill an empty database: last month whole, this month until yesterday."""
    now, chance = clock.now(), Random(SEED)
    last = Month.of(clock.today()).preceding
    people.make_units()
    users = people.make_users(password)
    households = people.make_households(users, since=last.first)
    days = [last.first + timedelta(days=n) for n in range((clock.today() - last.first).days)]
    said, helped = cycle(SAID), cycle(DONE)
    for number, day in enumerate(days):
        for turn in range(2):
            household = households[(2 * number + turn) % len(households)]
            began = start_of(day) + timedelta(hours=9 + 3 * turn, minutes=chance.randrange(60))
            with clock_at(min(began + timedelta(hours=8), now)):
                _call(users, household, began, chance, said, helped if (number + turn) % 3 == 0 else None)
    _follow_up(users, now)


def _call(
    users: dict[str, User], household: Household, began: datetime, chance: Random, said: Any, helped: Any
) -> None:
    """One home visit by whoever acts for the household that day."""
    cadre = acting([household.pk], began.date())[household.pk]
    far = 0.006 if chance.random() < 0.06 else 0.0
    text, kind, category = next(said)
    opinion = {"id": str(new_id()), "text": text, "kind": kind, "category": category}
    matter = (
        {"id": str(new_id()), "title": next(helped), "opinions": [opinion["id"]], "satisfaction": 5}
        if helped
        else None
    )
    body = {
        "household": str(household.pk),
        "kind": "home",
        "started_at": instant(began),
        "ended_at": instant(began + timedelta(minutes=15 + chance.randrange(30))),
        "people_met": 1 + chance.randrange(3),
        "location": {
            "lat": (household.lat or 0) + far,
            "lon": household.lon,
            "accuracy_m": 12.0,
            "system": "wgs84",
        },
        "opinions": [opinion],
        "matters": [matter] if matter else [],
    }
    by = users[cadre.username]
    verdict = receive(by, None, [read_bundle(by, "visits", str(new_id()), body)])[0]
    if verdict.refused is not None:
        raise verdict.refused


def _follow_up(users: dict[str, User], now: datetime) -> None:
    """Tasks in every state, from opinions that nothing has resolved yet."""
    told: dict[str, list[Opinion]] = {}
    rest = Opinion.objects.filter(resolved_on__isnull=True, **within(people.TOWN)).exclude(kind="praise")
    for opinion in rest.order_by("occurred_at", "id"):
        told.setdefault(opinion.text, []).append(opinion)
    paths = (("finish", "confirm"), ("finish",), (), None, ("decline",), ("finish", "confirm"))
    for (text, opinions), path in zip(sorted(told.items()), paths, strict=False):
        opened = min(max(opinion.occurred_at for opinion in opinions[:3]) + timedelta(days=1), now)
        with clock_at(opened):
            task = open_task(
                by=users["supervisor"],
                title=text,
                opinions=[opinion.pk for opinion in opinions[:3]],
                due_on=clock.today() + timedelta(days=14),
            )
        _work(users, task.pk, path, opened, opinions[:3], now)


def _work(
    users: dict[str, User],
    task: UUID,
    path: tuple[str, ...] | None,
    opened: datetime,
    opinions: list[Opinion],
    now: datetime,
) -> None:
    """Do the verbs of `path`, a day apart, and tell the households how it ended; None leaves the task open."""
    if path is None:
        return
    moment = opened
    office = Office.objects.get(unit=people.TOWN)
    fixings = {
        "office": str(office.pk),
        "handler": str(users["cadre1"].pk),
        "plan": "现场查看后处理",
        "closing_standard": "群众认可",
    }
    steps: list[tuple[str, str, dict[str, Any]]] = [("supervisor", "assign", fixings)]
    if path != ("decline",):
        steps.append(("cadre1", "start", {}))
    told = {
        "finish": ("cadre1", {"outcome": "已处理完毕"}),
        "confirm": ("supervisor", {"reason": "电话回访，群众满意"}),
        "decline": ("supervisor", {"reason": "属于上级职责，已告知"}),
    }
    steps += [(told[verb][0], verb, told[verb][1]) for verb in path]
    for who, verb, args in steps:
        moment = min(moment + timedelta(days=1), now)
        with clock_at(moment):
            perform(by=users[who], task_id=task, verb=verb, args=args)
    if path and path[-1] in ANSWERS:
        with clock_at(moment):
            for opinion in opinions:
                _answer(opinion, ANSWERS[path[-1]], moment)


def _answer(opinion: Opinion, text: str, moment: datetime) -> None:
    """Who took the opinion down tells the household."""
    body = {"text": text, "how": "phone", "told_at": instant(moment)}
    bundle = read_bundle(opinion.by, "replies", str(new_id()), body, {"opinion": opinion.pk})
    verdict = receive(opinion.by, None, [bundle])[0]
    if verdict.refused is not None:
        raise verdict.refused
