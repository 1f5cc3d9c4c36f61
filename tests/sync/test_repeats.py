"""What a push brings again just as it came is known at once; whatever differs is judged as ever."""

import pytest

from fieldapi.ids import new_id
from matters.models import PracticalMatter
from media.models import Photo
from opinions.models import Opinion
from sync.models import Awaited, QuarantinedRow
from sync.repeats import brought_again
from tests.conftest import Village
from tests.sync.flat import opinion_row, outcomes, push, visit_row
from tests.sync.test_push import stored
from visits.models import Visit


def a_day(village: Village, many: int = 1) -> dict[str, list]:
    visits = [visit_row(village.house, note=f"{n}") for n in range(many)]
    return {
        "visits": visits,
        "opinions": [opinion_row(visit) for visit in visits for _ in range(2)],
        "practical_matters": [{"id": str(new_id()), "visit": one["id"], "title": "换水管"} for one in visits],
        "photos": [
            {"id": str(new_id()), "visit": one["id"], "sha256": "a" * 64, "bytes": 9} for one in visits
        ],
    }


@pytest.mark.parametrize("many", [1, 40])
def test_a_day_again_costs_one_look(village: Village, many, django_assert_num_queries):
    gao, day = village.client("gao"), a_day(village, many)
    push(gao, **day)
    before = stored()
    with django_assert_num_queries(2):  # who asks, and the look
        answer = push(gao, **day)

    assert {outcome for _, outcome in outcomes(answer)} == {"same"}
    assert len(answer["results"]) == 5 * many
    assert stored() == before


def test_every_row_of_the_four_large_tables_keeps_its_fingerprint(village: Village):
    push(village.client("gao"), **a_day(village))
    for model in (Visit, Opinion, PracticalMatter, Photo):
        prints = model.objects.values_list("fingerprint", flat=True)
        assert None not in prints
        assert len(set(prints)) == len(prints)


def test_what_differs_in_a_letter_is_compared_column_by_column(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house, note="老人在家")
    push(gao, visits=[visit])

    assert outcomes(push(gao, visits=[visit | {"_changed": "note"}])) == [("visits", "same")]
    assert outcomes(push(gao, visits=[visit | {"visitor_name": ""}])) == [("visits", "same")]
    assert outcomes(push(gao, visits=[visit | {"note": "老人不在家"}])) == [("visits", "conflict")]
    assert Visit.objects.get().note == "老人在家"


def test_what_somebody_else_sends_letter_by_letter_is_no_repeat(village: Village):
    day = a_day(village)
    for row in day["visits"]:
        row["made_by"] = None
    push(village.client("gao"), **day)
    told = push(village.client("chen"), **day)

    assert {outcome for _, outcome in outcomes(told)} <= {"conflict", "refused"}
    assert set(Visit.objects.values_list("cadre__username", flat=True)) == {"gao"}


def test_a_row_that_stands_brings_along_one_that_is_new(village: Village):
    gao, day = village.client("gao"), a_day(village)
    push(gao, **day)
    late = opinion_row(day["visits"][0])
    answer = push(gao, visits=day["visits"], opinions=[late, *day["opinions"]])

    assert outcomes(answer) == [
        ("visits", "same"),
        ("opinions", "created"),
        ("opinions", "same"),
        ("opinions", "same"),
    ]
    assert Opinion.objects.get(pk=late["id"]).visit_id == Visit.objects.get().pk


def test_a_row_twice_in_one_push_is_the_same_and_with_other_content_a_conflict(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house)
    push(gao, visits=[visit])
    told = push(gao, visits=[visit, visit, visit | {"note": "另一个"}])

    assert [outcome for _, outcome in outcomes(told)] == ["same", "same", "conflict"]
    assert QuarantinedRow.objects.count() == 1


def test_fields_that_are_not_known_are_named_each_time(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house) | {"weather": "雨"}
    first, again = push(gao, visits=[visit]), push(gao, visits=[visit])

    assert Visit.objects.get().fingerprint is None
    assert first["results"][0]["ignored_fields"] == again["results"][0]["ignored_fields"] == ["weather"]
    assert outcomes(again) == [("visits", "same")]


def test_a_twin_that_comes_between_the_look_and_the_writing_is_the_same(village: Village, monkeypatch):
    gao, day = village.client("gao"), a_day(village)

    def overtaken(rows):
        found = brought_again(rows)
        with monkeypatch.context() as twin:
            twin.setattr("sync.push.brought_again", brought_again)
            push(village.client("gao"), **day)
        return found

    monkeypatch.setattr("sync.push.brought_again", overtaken)
    assert {outcome for _, outcome in outcomes(push(gao, **day))} == {"same"}
    assert stored() == (1, 2, 1, 1, 0, 0, 0, 0)


def test_an_opinion_may_have_the_id_of_its_visit(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house)
    push(gao, visits=[visit])
    opinion = opinion_row(visit) | {"id": visit["id"]}

    assert outcomes(push(gao, opinions=[opinion])) == [("opinions", "created")]
    assert str(Opinion.objects.get().visit_id) == visit["id"]


def test_a_repeat_wakes_what_a_killed_server_left_waiting(village: Village, monkeypatch):
    gao, visit = village.client("gao"), visit_row(village.house)
    opinion = opinion_row(visit)
    push(gao, opinions=[opinion])
    with monkeypatch.context() as killed:
        killed.setattr("sync.door.wake", lambda arrived: None)
        push(gao, visits=[visit])
    assert Awaited.objects.count() == 1

    assert outcomes(push(gao, visits=[visit])) == [("visits", "same")]
    assert Awaited.objects.count() == 0
    assert str(Opinion.objects.get().pk) == opinion["id"]
