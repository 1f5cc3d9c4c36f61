"""What an opinion is about, from the starter words and from what people confirmed."""

import pytest

from likeness.categories import Counts, suggest, traits_of

STARTER = ["lighting", "water", "electricity", "roads", "housing", "subsistence", "education", "sanitation"]


def asked(text: str, counts: Counts, categories: list[str]) -> list[str]:
    traits = traits_of(text)
    return [one.category for one in suggest(traits, counts.with_starter(categories, traits))]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("村口路灯坏了三个月", "lighting"),
        ("自来水三天没来了", "water"),
        ("電壓太低，電飯鍋煮不熟飯", "electricity"),
        ("低保评得不公平", "subsistence"),
        ("垃圾池满了没人拉", "sanitation"),
    ],
)
def test_the_starter_words_are_enough_on_the_first_day(text, category):
    assert asked(text, Counts(), STARTER)[0] == category


def test_three_at_most_and_shares_that_add_up_to_no_more_than_one():
    traits = traits_of("学校门口的路灯坏了")
    suggestions = suggest(traits, Counts().with_starter(STARTER, traits))

    assert len(suggestions) == 3
    assert 0 < sum(one.share for one in suggestions) <= 1
    assert suggestions == sorted(suggestions, key=lambda one: -one.share)


def test_nothing_is_suggested_where_nothing_known_speaks_for_any():
    assert asked("呱呱呱", Counts(), STARTER) == []
    assert suggest(traits_of("路灯坏了"), Counts()) == []


def learned(*lessons: tuple[str, str]) -> Counts:
    uses: dict[str, dict[str, int]] = {}
    totals: dict[str, int] = {}
    for text, category in lessons:
        for trait in traits_of(text):
            uses.setdefault(trait, {})[category] = uses.get(trait, {}).get(category, 0) + 1
        totals[category] = totals.get(category, 0) + len(traits_of(text))
    return Counts(uses, totals, len(uses))


def test_what_people_confirmed_outweighs_the_starter_words():
    text = "茶叶交易市场门口路灯坏了"
    before = asked(text, Counts(), [*STARTER, "tea_trade"])
    confirmed = learned(
        *[
            (f"茶叶交易市场{what}", "tea_trade")
            for what in ("路灯坏了", "门口没有路灯", "路灯不亮", "要装路灯")
        ]
    )

    assert before[0] == "lighting"
    assert asked(text, confirmed, [*STARTER, "tea_trade"])[0] == "tea_trade"


def test_a_category_nobody_knew_is_learned_from_one_opinion():
    assert asked("茶叶卖不起价", learned(("茶叶价格太低", "tea_trade")), STARTER)[0] == "tea_trade"
