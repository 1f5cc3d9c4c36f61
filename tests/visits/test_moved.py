"""What was done before its household moved belongs to the unit the household lived in then."""

from datetime import timedelta

from fieldapi import clock
from fieldapi.ids import new_id
from fieldapi.json import instant
from households.models import HouseholdChange
from matters.models import PracticalMatter
from media.models import Photo
from opinions.models import Opinion
from tests.conftest import Village
from tests.samples import OTHER_VILLAGE, VILLAGE
from visits.models import Visit


def moved_yesterday(village: Village):
    """The house, now in the other town."""
    house, yesterday = village.house, clock.today() - timedelta(days=1)
    HouseholdChange.objects.create(
        household=house, verb="move", on=yesterday, reason="搬迁", was_unit=VILLAGE, by=village.sun, at=clock.now()
    )  # fmt: skip
    house.unit_id = OTHER_VILLAGE
    house.save()
    return house


def test_a_visit_made_before_the_move_and_all_that_came_with_it(village: Village):
    house, before = moved_yesterday(village), clock.now() - timedelta(days=3)
    answer = village.client("gao").put_visit(
        house,
        started_at=instant(before),
        ended_at=None,
        opinions=[{"id": str(new_id()), "text": "路灯坏了", "kind": "request"}],
        matters=[{"id": str(new_id()), "title": "换灯泡"}],
        photos=[{"id": str(new_id()), "sha256": "0" * 64, "bytes": 10}],
    )

    assert answer.status_code == 201
    rows = [model.objects.get() for model in (Visit, Opinion, PracticalMatter, Photo)]
    assert [getattr(row, "unit_id", None) or row.unit for row in rows] == [VILLAGE] * 4


def test_opinions_and_matters_sent_alone(village: Village):
    house, gao = moved_yesterday(village), village.client("gao")
    day = clock.today() - timedelta(days=3)
    told = {"household": str(house.pk), "text": "路灯坏了", "kind": "request"}
    done = {"households": [str(house.pk)], "title": "换灯泡"}
    for made_at, done_on in ((clock.now() - timedelta(days=3), day), (clock.now(), clock.today())):
        gao.put(f"opinions/{new_id()}/", {**told, "made_at": instant(made_at)})
        gao.put(f"practical-matters/{new_id()}/", {**done, "done_on": f"{done_on}"})

    assert list(Opinion.objects.order_by("day").values_list("unit", flat=True)) == [VILLAGE, OTHER_VILLAGE]
    units = PracticalMatter.objects.order_by("done_on").values_list("unit", flat=True)
    assert list(units) == [VILLAGE, OTHER_VILLAGE]
