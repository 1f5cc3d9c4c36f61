"""What supervisors decide makes later suggestions better, in other towns too."""

from fieldapi.ids import new_id
from grouping.models import Clue, Suggestion, TraitUse
from grouping.placing import place_in, place_new
from grouping.towns import Town
from opinions.models import Group, Opinion
from tests import samples
from tests.conftest import Village
from tests.grouping.acting import DARK, LAMP, group_of, ids, lamps_and_water
from tests.samples import make_household, make_opinion

PHRASE = "找哪个都没得人管"
MATTERS = ("水渠垮了", "垃圾池满了", "牛棚漏雨", "电压太低", "手机没信号", "井水浑得很")
ROAD = "公路塌方车子过不去"


def hear(village: Village, *texts: str, unit: str = "530626101201") -> Opinion:
    """Placed one after the other; the last is given back."""
    house = make_household(str(new_id()), unit=unit)
    for text in texts:
        row = make_opinion(house, village.gao, text)
        assert place_new() == 1
    return Opinion.objects.get(pk=row.pk)


def offered(row: Opinion) -> list[tuple[str, float]]:
    """The groups it was suggested for, best first, with the scores."""
    rows = Suggestion.objects.filter(opinion=row).order_by("-score")
    return list(rows.values_list("group__title", "score"))


def refuse_all(village: Village) -> None:
    for one in Suggestion.objects.open().filter(group__unit="530626101201").order_by("pk"):
        body = {"opinions": [str(one.opinion_id)]}
        assert village.client("sun").post(f"groups/{one.group_id}/refuse/", body).status_code == 200


def test_a_turn_of_phrase_that_refused_suggestions_shared_counts_for_less(village: Village):
    stock = [ROAD, *(what + PHRASE for what in MATTERS)]
    hear(village, *stock)
    hear(village, *stock, unit=samples.OTHER_TOWN)

    before = offered(hear(village, "公路塌方了" + PHRASE))
    refuse_all(village)
    after = offered(hear(village, "公路塌方了" + PHRASE, unit=samples.OTHER_TOWN))

    assert before[0][0] != ROAD
    assert after[0][0] == ROAD
    assert TraitUse.objects.get(trait="没得").refused > 10
    assert TraitUse.objects.get(trait="没得").accepted == 0


def test_what_accepted_suggestions_shared_counts_for_more(village: Village):
    here = hear(village, LAMP, DARK)
    ((title, before),) = offered(here)
    accepting = f"groups/{group_of(Opinion.objects.get(text=LAMP)).pk}/accept/"
    assert village.client("sun").post(accepting, {"opinions": ids(here)}).status_code == 200

    ((again, after),) = offered(hear(village, LAMP, DARK, unit=samples.OTHER_TOWN))

    assert title == again == LAMP
    assert 0.25 < before * 1.1 < after < 1


def test_who_speaks_like_an_accepted_opinion_joins_its_group(village: Village):
    said = lamps_and_water(village)
    village.client("sun").post(f"groups/{group_of(said['lamp']).pk}/accept/", {"opinions": ids(said["dark"])})

    alike = hear(village, "黑漆漆的，老人晚上出门看不见")

    assert group_of(alike) == group_of(said["lamp"])


def test_the_same_opinions_and_decisions_in_the_same_order_end_the_same(village: Village):
    texts = (LAMP, ROAD, DARK, *(what + PHRASE for what in MATTERS))
    rows = [make_opinion(village.house, village.gao, text) for text in texts]

    def play() -> list[object]:
        for row in rows:
            place_in(Town.of("530626101"), [row.pk])
            refuse_all(village)
        placed = Opinion.objects.order_by("pk").values_list("text", "group__title")
        asked = Suggestion.objects.order_by("opinion", "group__title")
        taught = TraitUse.objects.order_by("trait").values_list("trait", "accepted", "refused")
        return [*placed, *asked.values_list("opinion", "group__title", "score", "state"), *taught]

    once = play()
    Opinion.objects.update(group=None)
    for model in (Suggestion, Group, Clue, TraitUse):
        model.objects.all().delete()

    assert play() == once
    assert len(once) > 50
