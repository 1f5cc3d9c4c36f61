"""Which group a new opinion joins, and about which a person is asked."""

import pytest

from likeness.comparing import Said
from likeness.index import COMMON, MOST_CLUES, RARE, SLOTS, clues, most_shared, slot, telling
from likeness.placing import MOST_OFFERED, place

LAMP = Said("村口路灯坏了三个月")
LAMP_AGAIN = Said("村口的路灯坏了三个月了")
DARK = Said("村口路灯不亮，老人晚上出门看不见")
WATER = Said("自来水三天没来了")


def test_an_opinion_joins_the_group_that_surely_says_the_same():
    placing = place(LAMP_AGAIN, {"lamps": {"a": LAMP}, "water": {"b": WATER}})

    assert placing.group == "lamps"
    assert placing.offers == []


def test_an_opinion_that_perhaps_says_the_same_is_asked_about():
    placing = place(DARK, {"lamps": {"a": LAMP, "c": LAMP_AGAIN}, "water": {"b": WATER}})

    assert placing.group is None
    assert [(offer.group, offer.member) for offer in placing.offers] == [("lamps", "a")]
    assert 0.28 <= placing.offers[0].score < 1


def test_an_opinion_like_nothing_met_begins_a_group():
    assert place(WATER, {"lamps": {"a": LAMP}}).group is None
    assert place(WATER, {}).offers == []


def test_one_member_about_another_place_keeps_the_newcomer_out():
    here, there = Said("田坝村的路灯坏了三个月"), Said("新滩村的路灯坏了三个月")

    assert place(here, {"g": {"a": Said("路灯坏了三个月"), "b": there}}).group is None


def test_a_member_that_a_person_put_there_speaks_for_itself():
    group = {"lamps": {"a": LAMP, "b": LAMP_AGAIN, "c": DARK}}
    darker = Said("老人晚上出门看不见路")

    assert place(darker, group).group is None
    assert place(darker, group, by_hand={"c"}).group == "lamps"


def test_what_people_put_together_keeps_nobody_out_of_the_place_the_machine_knows():
    here, there = Said("田坝村的路灯坏了三个月"), Said("新滩村的路灯坏了三个月")
    group = {"lamps": {"here": here, "there": there}}

    assert place(here, group).group is None
    assert place(here, group, by_hand={"there"}).group == "lamps"
    assert place(there, {"lamps": {"here": here}}, by_hand={"here"}).group is None


def test_the_answer_does_not_depend_on_the_order_of_groups():
    groups = {str(number): {f"m{number}": LAMP} for number in range(8)}

    assert place(LAMP_AGAIN, groups) == place(LAMP_AGAIN, dict(reversed(groups.items())))


def test_at_most_five_groups_are_asked_about():
    placing = place(DARK, {str(number): {f"m{number}": LAMP} for number in range(8)})

    assert len(placing.offers) == MOST_OFFERED == 5


def test_a_look_up_reads_a_bounded_number_of_rows():
    story = "".join(chr(0x4E00 + number) for number in range(3000))

    assert len(clues(Said(story))) == MOST_CLUES
    assert {slot(1, f"opinion {number}") for number in range(1000)} == set(range(SLOTS))
    assert slot(7, "one") == slot(7, "one")


def test_clues_of_opinions_alike_meet():
    lamp, again, water = (set(clues(one).values()) for one in (LAMP, LAMP_AGAIN, WATER))

    assert len(lamp & again) >= 5
    assert not lamp & water


def test_what_few_have_said_tells_more_than_what_everybody_says():
    mine = {"路灯": 1, "村口": 2, "坏了": 3}

    tells = telling(mine, [2] + [3] * SLOTS)

    assert tells["路灯"] == RARE == 1.3
    assert tells["坏了"] == pytest.approx(COMMON) == 0.7
    assert tells["坏了"] < tells["村口"] < tells["路灯"]


def test_those_that_share_most_clues_are_met():
    assert most_shared(["a", "b", "b", "c", "b", "c"]) == ["b", "c", "a"]
    assert len(most_shared(range(100))) == 14
