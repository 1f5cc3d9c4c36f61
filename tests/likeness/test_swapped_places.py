"""Two hundred village sentences, each about two places by turns: none may join."""

import csv
import itertools
import random
from pathlib import Path

import pytest

import demo
from likeness.comparing import Said

SENTENCES = (
    "{}路灯坏了三个月没人修",
    "{}自来水三天没来了，老人吃水都困难",
    "希望给{}装几盏路灯",
    "{}到县城的公路塌方了",
    "{}三组的水渠堵了，田里没得水",
    "{}小学门口车子太快，娃儿过马路危险",
    "{}的垃圾池满了没人拉",
    "{}卫生室没有医生",
    "我们{}的手机信号时有时无",
    "{}低保评得不公平",
    "{}河边的养猪场臭得很",
    "反映{}征地补偿款没有到位",
    "{}电压低，电饭锅都煮不熟饭",
    "{}文化广场晚上太吵",
    "关于{}危房改造补助一直没发的问题",
    "{}李家院子那段路没硬化",
    "{}没有公交车，赶场要走一个钟头",
    "{}的村务公开栏一年没更新",
    "{}二组和三组之间的机耕道要修",
    "请问{}什么时候通天然气",
)


def division_names() -> list[str]:
    """Towns and villages of the demo county, as people write them."""
    file = Path(demo.__file__).with_name("units.csv")
    with file.open(encoding="utf-8-sig", newline="") as rows:
        names = [row["name"] for row in csv.DictReader(rows) if len(row["code"]) in (9, 12)]
    return list(dict.fromkeys(names))


PAIRS = list(itertools.islice(itertools.cycle(itertools.combinations(division_names(), 2)), 200))


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_about_another_division_is_not_joined(sentence):
    pairs = random.Random(sentence).sample(PAIRS, 10)

    joined = [
        (one, other)
        for one, other in pairs
        if Said(sentence.format(one)).closeness(Said(sentence.format(other))).sure >= 1
    ]

    assert joined == []
