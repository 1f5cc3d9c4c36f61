"""What people's answers teach about how much a trait tells."""

import pytest

from likeness.comparing import Said
from likeness.experience import LEAST, MOST, Answers, experience, shared


def test_a_trait_tells_more_after_yes_and_less_after_no():
    everybody = Answers(accepted=19, refused=71)  # with those before the first day: one in five

    tells = experience({"路灯": Answers(4, 1), "找了": Answers(0, 8), "村口": Answers(1, 4)}, everybody)

    assert tells["路灯"] == MOST  # √(30 ÷ 15) is more
    assert tells["找了"] == pytest.approx((10 / 18) ** 0.5)
    assert tells["村口"] == pytest.approx(1.0)


def test_one_answer_moves_little_and_a_thousand_only_so_far():
    assert 1 < experience({"路灯": Answers(1, 0)}, Answers(1, 0))["路灯"] < 1.2
    assert experience({"路灯": Answers(0, 1)}, Answers(0, 1))["路灯"] == pytest.approx((10 / 11) ** 0.5)
    assert experience({"路灯": Answers(1000, 0)}, Answers(1000, 1000))["路灯"] == MOST == 1.4
    assert experience({"路灯": Answers(0, 1000)}, Answers(1000, 1000))["路灯"] == LEAST == 0.6


def test_an_answer_is_about_what_an_opinion_shares_with_the_nearest_of_the_group():
    opinion = Said("村口路灯不亮")
    group = [Said("自来水不来"), Said("村口的路灯坏了")]

    assert shared(opinion, group) == {"村", "口", "路", "灯", "村口", "路灯"}
    assert shared(opinion, []) == frozenset()
