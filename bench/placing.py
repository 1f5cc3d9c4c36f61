"""C1, C2: one opinion finds its group and its likely categories; many are open in its town, and more elsewhere."""

import random
import time
from collections.abc import Iterator
from itertools import islice, product
from statistics import median
from uuid import UUID

from django.db import connection

from bench import databases
from bench.county import County
from bench.figures import Figure
from bench.pace import Pace
from cadres.models import Unit
from fieldapi import clock
from fieldapi.calendar import local_day
from fieldapi.ids import new_id
from grouping.learning import Known
from grouping.models import Clue
from grouping.placing import place_in
from grouping.towns import VILLAGE, Town, town_of
from opinions.models import Opinion

OPEN = 10_000
ELSEWHERE = 100  # towns with as many
MOST_MS, MOST_MORE, MOST_MS_CATEGORY = 8, 1.15, 1
ALONE, AMONG = "placing", "placing_among"
WARM, SLICE = 10, 20
"""Placed in one database before the other has its turn: first some for the new connection, then those that count."""
WHERE = (
    "{}",
    "{}桥头",
    "{}小学门口",
    "{}到镇上那段",
    "{}水井边",
    "{}活动室旁边",
    "{}养猪场附近",
    "{}李家院子",
)
WHAT = (
    "路灯坏了没人修，老人晚上出门看不见",
    "自来水又停了，要去邻居家挑水",
    "公路塌了一段，车子过不去",
    "水渠堵了，田里放不到水",
    "垃圾池满了，臭得很",
    "手机没有信号，打电话要爬到山上",
    "电压太低，饭都煮不熟",
    "低保的钱没有发，问了几回没人回",
    "房子漏雨，墙也裂了缝",
    "危险得很，娃儿上学要过这里",
    "补偿款说了两年还没有到",
    "养老金不晓得怎么交",
)
HOW_LONG = ("", "，三个月了", "，说了好几回", "，今年春天起就这样", "，下雨天更厉害", "，请派人来看一下")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"


def measure(pace: Pace, here: County) -> list[Figure]:
    """The same opinions are placed in two databases in turn: one that holds this town's only, one with the others'."""
    databases.make(ALONE)
    cadre = here.beats[0].cadre
    town = Town.of(town_of(cadre.unit_id))
    villages = [code for code in town.villages if len(code) == VILLAGE] or [town.code]
    texts = said(random.Random(1))
    fill(town, villages, islice(texts, pace.stored(OPEN, least=100)), cadre.pk)
    databases.make(AMONG, like=ALONE)
    file_elsewhere(town, pace.stored(ELSEWHERE, least=2))
    newcomers = list(islice(texts, max(WARM + SLICE, round(pace.seconds * 30))))
    alone, among = in_turn(town, villages, newcomers, cadre.pk)
    likely = timed_categories(town, newcomers)
    return [
        Figure(
            "C1", f"grouping one opinion, {pace.stored(OPEN, least=100)} open in the town",
            f"{alone:.1f} ms", "", alone, MOST_MS, at_most=True,
        ),
        Figure(
            "C1", f"{pace.stored(ELSEWHERE, least=2)} times as many filed elsewhere",
            f"{among:.1f} ms", f"{alone:.1f} ms", among / alone, MOST_MORE, at_most=True,
        ),
        Figure("C2", "category suggestion", f"{likely:.2f} ms", "", likely, MOST_MS_CATEGORY, at_most=True),
    ]  # fmt: skip


def said(chance: random.Random) -> Iterator[str]:
    """Invented opinions without end: places, matters and ways to say it, mixed."""
    ways = list(product(WHERE, WHAT, HOW_LONG))
    while True:
        where, what, how_long = chance.choice(ways)
        name = f"{chance.choice(SURNAMES)}家{chance.choice('湾坪沟坝岭坡')}"
        yield where.format(name) + what + how_long


def collected(villages: list[str], texts: Iterator[str] | list[str], cadre: UUID) -> list[Opinion]:
    now = clock.now()
    return [
        Opinion(id=new_id(), text=text, kind="request", by_id=cadre, unit_id=villages[place % len(villages)],
                occurred_at=now, day=local_day(now), received_at=now, made_at=now, changed_at=now)
        for place, text in enumerate(texts)
    ]  # fmt: skip


def fill(town: Town, villages: list[str], texts: Iterator[str], cadre: UUID) -> None:
    """By the product's own placing, a hundred in a transaction."""
    rows = Opinion.objects.bulk_create(collected(villages, texts, cadre))
    for start in range(0, len(rows), 100):
        place_in(town, [row.pk for row in rows[start : start + 100]])
    _analyze()


def in_turn(town: Town, villages: list[str], texts: list[str], cadre: UUID) -> list[float]:
    """Milliseconds to place one, alone and among the others; the middle one."""
    times: dict[str, list[float]] = {ALONE: [], AMONG: []}
    for start in range(0, len(texts), WARM + SLICE):
        for name in times:
            databases.use(name)
            times[name] += placed(town, villages, texts[start : start + WARM + SLICE], cadre)[WARM:]
    return [median(taken) for taken in times.values()]


def placed(town: Town, villages: list[str], texts: list[str], cadre: UUID) -> list[float]:
    """Milliseconds for each, in a transaction of its own."""
    times = []
    for row in Opinion.objects.bulk_create(collected(villages, texts, cadre)):
        begun = time.perf_counter()
        place_in(town, [row.pk])
        times.append((time.perf_counter() - begun) * 1000)
    return times


def file_elsewhere(town: Town, towns: int) -> None:
    """The clues of this town once more for so many others; the opinions they lead to are this town's."""
    others = [f"99{number:07d}" for number in range(towns)]
    Unit.objects.bulk_create(
        Unit(code=code, name=code, level="town", changed_at=clock.now()) for code in others
    )
    table = Clue._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO {table} (town, clue, slot, opinion_id)"
            f" SELECT other, clue, slot, opinion_id FROM {table}, unnest(%s::text[]) other WHERE town = %s",
            [others, town.code],
        )
        cursor.execute("RESET session_replication_role")
    _analyze()


def timed_categories(town: Town, texts: list[str]) -> float:
    times = []
    for text in texts:
        begun = time.perf_counter()
        Known.of([text])[text].likely_categories(town.categories)
        times.append((time.perf_counter() - begun) * 1000)
    return median(times)


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
