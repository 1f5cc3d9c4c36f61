"""Suggested categories: from the starter words on the first day, then from what people confirmed."""

from typing import Any

import pytest
from django.db import transaction

from grouping import due
from grouping.learning import Known, learn_confirmed, teach_answers
from grouping.models import Suggestion, TraitUse
from opinions.models import Category, Opinion
from tests import samples
from tests.conftest import Village
from tests.samples import make_opinion

TEA = "茶叶交易市场门口路灯坏了"


def suggested(village: Village, text: str) -> list[Any]:
    """What the supervisor is shown of a new opinion once the worker has been."""
    row = make_opinion(village.house, village.gao, text)
    due.place_new()
    answer = village.client("sun").get(f"opinions/{row.pk}/").json()
    assert answer["category"] is None
    return answer["suggested_categories"]


def test_three_are_suggested_on_the_first_day_and_none_is_assigned(village: Village):
    found = suggested(village, "村口路灯坏了三个月")

    assert found[0]["code"] == "lighting"
    assert len(found) == 3
    assert found[0]["score"] > found[1]["score"] >= found[2]["score"] >= 0


def test_what_people_chose_is_learned_once(village: Village):
    samples.make_category("tea_trade", "茶叶产销")
    before = suggested(village, TEA)
    for number in range(4):
        make_opinion(
            village.house, village.gao, f"茶叶交易市场没有路灯，第{number}回说了", category_id="tea_trade"
        )

    assert learn_confirmed() == 4
    assert learn_confirmed() == 0

    assert before[0]["code"] == "lighting"
    assert suggested(village, TEA)[0]["code"] == "tea_trade"
    assert TraitUse.objects.get(trait="茶叶").uses == {"tea_trade": 4}
    traits = TraitUse.objects.exclude(trait="")
    assert TraitUse.objects.get(trait="").uses == {
        "tea_trade": sum(row.uses["tea_trade"] for row in traits),
        "": traits.count(),
    }
    assert set(Opinion.objects.exclude(category=None).values_list("taught", flat=True)) == {"tea_trade"}


def test_a_category_put_away_is_suggested_no_more(village: Village):
    Category.objects.filter(code="lighting").update(active=False)

    assert "lighting" not in [one["code"] for one in suggested(village, "村口路灯坏了三个月")]


@pytest.mark.parametrize("text", ["呱呱呱", "。。。"])
def test_nothing_is_suggested_where_nothing_is_known(village: Village, text: str):
    assert suggested(village, text) == []


def test_what_is_known_of_an_opinion_is_the_same_whoever_is_placed_with_it(
    village: Village, django_assert_num_queries: Any
):
    samples.make_category("tea_trade", "茶叶产销")
    make_opinion(village.house, village.gao, TEA, category_id="tea_trade")
    learn_confirmed()
    with transaction.atomic():
        teach_answers([({"茶叶", "路灯"}, Suggestion.State.ACCEPTED), ({"水管"}, Suggestion.State.REFUSED)])
    lamp, tea = "村口路灯坏了三个月", "茶叶卖不起价"

    with django_assert_num_queries(1):
        together = Known.of([lamp, tea, "水管爆了"])

    assert together[lamp] == Known.of([lamp])[lamp]
    assert together[tea] == Known.of([tea])[tea]
    assert set(together[lamp].answers) == {"", "路灯"}
    assert "茶叶" in together[tea].uses
