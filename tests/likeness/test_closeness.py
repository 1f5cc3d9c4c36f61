"""Whether two opinions are about the same thing: what is joined, what is asked about, what is neither."""

import pytest

from likeness.comparing import PERHAPS, Said

VILLAGES = {"530626101201": "田坝", "530626101202": "新滩"}


def verdict(one: Said, other: Said) -> str:
    near = one.closeness(other)
    assert near == other.closeness(one)
    if near.sure >= 1:
        return "same"
    return "perhaps" if near.perhaps >= PERHAPS else "other"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("村口路灯坏了三个月", "村口的路灯坏了三个月", "same"),
        ("村口路燈壞了三個月，晚上看不見", "村口路灯坏了三个月，晚上看不见", "same"),
        ("３组的水渠堵了", "三组水渠堵了", "same"),
        ("十二组的水渠堵了", "12组水渠堵了", "same"),
        ("停水二十天了", "停水20天了", "same"),
        ("村口路灯坏了", "村口的路灯坏了三个月没人管", "perhaps"),
        ("莫得水吃", "没得水吃", "same"),
        ("灯不亮", "路灯不亮，晚上看不到路", "perhaps"),
        ("没得水吃", "停水三天了没水吃", "perhaps"),
        ("村口路灯坏了三个月", "低保评得不公平", "other"),
        ("河坝头的自来水停了三天", "河坝头的房子漏雨", "perhaps"),
    ],
)
def test_people_say_the_same_thing_in_many_ways(one, other, expected):
    assert verdict(Said(one), Said(other)) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("田坝村路灯坏了三个月没人修", "新滩村路灯坏了三个月没人修"),
        ("高桥村路灯坏了三个月没人修", "白湖港村路灯坏了三个月没人修"),
        ("赫山路社区的垃圾池满了没人拉", "新兴街社区的垃圾池满了没人拉"),
        ("高家桥村的水渠堵了没人管", "刘家桥村的水渠堵了没人管"),
        ("新华村的水渠堵了没人管", "新华社区的水渠堵了没人管"),
        ("张滩镇到县城的公路塌方了", "文化村到县城的公路塌方了"),
        ("二组的机耕道要修一下", "三组的机耕道要修一下"),
        ("一中暑假收费补课", "二中暑假收费补课"),
        ("3路公交车半个钟头一趟", "5路公交车半个钟头一趟"),
        ("八一乡村口的路烂得不成样子", "大幕乡村口的路烂得不成样子"),
    ],
)
def test_the_same_words_about_another_place_are_never_the_same_thing(one, other):
    near = Said(one).closeness(Said(other))

    assert near.sure == 0
    assert near.apart


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("全村的路灯坏了三个月", "农村的路灯坏了三个月"),
        ("这段路坏了没人修", "那段路坏了没人修"),
        ("中央美郡小区的电梯又坏了", "中央郡美小区的电梯又坏了"),
        ("马路上的路灯坏了三个月", "公路上的路灯坏了三个月"),
    ],
)
def test_words_that_name_no_place_keep_nothing_apart(one, other):
    assert not Said(one).closeness(Said(other)).apart


def test_a_school_or_an_estate_says_where_not_what():
    noise = Said("金鹰小学附近工地夜间噪音大")
    traffic = Said("金鹰小学附近上学放学交通乱")

    assert noise.topics == {"environment"}
    assert Said("嘉顺安置小区停水").topics == {"water"}
    assert verdict(noise, traffic) == "perhaps"


def test_a_pair_that_tells_more_brings_those_that_share_it_nearer():
    one, other = Said("村口路灯坏了"), Said("湾里路灯不亮")
    plain = one.closeness(other).perhaps

    assert one.weighed({"路灯": 1.3}).closeness(other).perhaps > plain
    assert one.weighed({"路灯": 0.7}).closeness(other).perhaps < plain
    assert one.weighed({}).closeness(other).perhaps == plain


def test_what_names_no_place_is_about_the_village_it_was_said_in():
    here, there = Said("路灯坏了三个月", home="530626101201"), Said("路灯坏了三个月", home="530626101202")

    assert verdict(here, Said("路灯坏了三个月", home="530626101201")) == "same"
    assert verdict(here, Said("路灯坏了三个月", home="530626101")) == "same"  # said in the town's office
    assert verdict(here, there) == "perhaps"


def test_two_villages_that_name_the_same_road_speak_of_the_same_thing():
    one = Said("沿江路的护栏被车撞坏了好久", home="530626101201")
    other = Said("沿江路的护栏被车撞坏了", home="530626101202")

    assert verdict(one, other) == "same"


def test_a_village_is_known_by_its_bare_name_and_wherever_it_is_spoken_of():
    about_it = Said("新滩的路灯坏了三个月", home="530626101201", villages=VILLAGES)
    at_home = Said("路灯坏了三个月", home="530626101202", villages=VILLAGES)
    elsewhere = Said("路灯坏了三个月", home="530626101201", villages=VILLAGES)

    assert not about_it.closeness(at_home).apart
    assert about_it.closeness(elsewhere).apart


def test_the_first_line_and_what_follows_must_both_agree():
    story = "上个月下雨以后塌了一段，学生娃绕路要走半个钟头，找过几回都没有人来看。"
    one = Said(f"通组路塌方\n{story}")

    assert verdict(one, Said(f"通组路塌方要修\n{story}")) == "same"
    assert verdict(one, Said(f"养老金没有到账\n{story}")) == "perhaps"


@pytest.mark.parametrize("text", ["", "。。。", "\n\n", "a" * 100_000, "路" * 5000, "\x00路灯", "👍👍"])
def test_anything_that_can_be_typed_can_be_compared(text):
    said = Said(text)

    assert 0 <= said.closeness(Said("村口路灯坏了")).perhaps <= 1
    assert 0 <= said.closeness(said).perhaps <= 1.0001
