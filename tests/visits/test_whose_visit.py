"""Whose visit is taken: at households served today or ever, and for anybody of the unit where the kind says so."""

import pytest
from django.db import IntegrityError, transaction

from fieldapi.ids import new_id
from opinions.models import Opinion
from sync.models import QuarantinedRow
from tests import samples
from tests.conftest import Village
from tests.samples import make_household, visit_body
from visits.models import Visit

FOR_ANYBODY = ["reception", "office_day", "door_service"]
VISITOR = {"name": "赶集的老人", "address": "邻县关河村"}
NOT_PAIRED = {"code": "not_paired", "state": "raised", "evidence": [{"measured": 0, "threshold": 1}]}


def put_visitor(village: Village, who: str = "gao", **columns):
    body = {**visit_body(new_id()), "household": None, "kind": "reception", "visitor": VISITOR, **columns}
    return village.client(who).put(f"visits/{new_id()}/", body)


@pytest.mark.parametrize("kind", ["home", "field", "phone"])
def test_a_visit_outside_ones_own_time_is_taken_without_a_post_and_flagged(village: Village, kind):
    answer = village.client("qian").put_visit(village.house, kind=kind)

    assert (answer.status_code, answer.json()["post"]) == (201, None)
    assert answer.json()["flags"] == [NOT_PAIRED]


@pytest.mark.parametrize("who", ["gao", "chen"])
def test_a_visit_in_ones_own_time_is_not_flagged(village: Village, who):
    assert village.client(who).put_visit(village.house).json()["flags"] == []


@pytest.mark.parametrize("kind", FOR_ANYBODY)
def test_any_household_of_the_cadres_unit_is_received_and_served_unpaired_and_unflagged(
    village: Village, kind
):
    answer = village.client("lin").put_visit(village.house, kind=kind)

    assert answer.status_code == 201
    said = answer.json()
    assert (said["household"], said["post"], said["flags"]) == (str(village.house.pk), None, [])
    assert said["unit"] == samples.VILLAGE


@pytest.mark.parametrize("kind", ["home", "field", "phone"])
def test_other_kinds_are_for_households_once_served(village: Village, kind):
    answer = village.client("lin").put_visit(village.house, kind=kind)

    assert (answer.status_code, answer.json()["code"]) == (400, "household_unknown")
    assert answer.json()["errors"][0]["pointer"] == "/household"
    assert (Visit.objects.count(), QuarantinedRow.objects.count()) == (0, 1)


@pytest.mark.parametrize("kind", FOR_ANYBODY)
def test_a_household_of_another_unit_is_unknown_like_one_that_is_not_there(village: Village, kind):
    elsewhere = make_household("9", samples.OTHER_VILLAGE)
    answers = [village.client("lin").put_visit(house, kind=kind) for house in (elsewhere, new_id())]

    assert [answer.json()["code"] for answer in answers] == ["household_unknown"] * 2
    assert Visit.objects.count() == 0


@pytest.mark.parametrize("kind", FOR_ANYBODY)
def test_who_comes_from_no_household_here_is_received_as_a_visitor(village: Village, kind):
    answer = put_visitor(village, kind=kind, location=None)

    assert answer.status_code == 201
    said = answer.json()
    assert (said["household"], said["visitor"], said["post"]) == (None, VISITOR, None)
    assert (said["unit"], said["distance_m"], said["point"]) == (samples.TOWN, None, None)
    assert [flag["code"] for flag in said["flags"]] == (["no_location"] if kind == "door_service" else [])


def test_a_visitors_opinions_and_matters_belong_to_the_cadres_unit_and_to_no_household(village: Village):
    told = {"id": str(new_id()), "text": "想办异地医保", "kind": "request"}
    done = {"id": str(new_id()), "title": "帮助填表", "opinions": [told["id"]]}
    said = put_visitor(village, opinions=[told], matters=[done]).json()

    assert said["matters"][0]["households"] == []
    opinion = Opinion.objects.get()
    assert (opinion.household, opinion.unit_id, opinion.resolved_on) == (None, samples.TOWN, opinion.day)
    sun = village.client("sun")
    summary = sun.get(f"summaries/monthly/?unit={samples.TOWN}&month={str(opinion.day)[:7]}").json()
    assert (summary["visits"]["total"], summary["visits"]["households_visited"]) == (1, 0)
    assert summary["visits"]["by_kind"]["reception"] == 1
    query = f"figure=visits.total&unit={samples.TOWN}&month={str(opinion.day)[:7]}"
    rows = sun.get(f"summaries/monthly/records/?{query}").json()["results"]
    assert [(row["household"], row["label"]) for row in rows] == [(None, "赶集的老人")]


@pytest.mark.parametrize(
    ("columns", "pointer"),
    [
        ({"visitor": None}, "/visitor"),
        ({"kind": "home"}, "/household"),
        ({"kind": "field"}, "/household"),
        ({"kind": "phone"}, "/household"),
        ({"visitor": {"address": "关河村"}}, "/visitor/name"),
    ],
)
def test_a_visit_of_nobody_is_pointed_at_and_kept(village: Village, columns, pointer):
    answer = put_visitor(village, **columns)

    assert answer.status_code == 400
    faults = [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
    assert faults == [(pointer, "required")]
    assert (Visit.objects.count(), QuarantinedRow.objects.count()) == (0, 1)


def test_a_visitors_visit_again_is_200_and_with_another_name_409(village: Village):
    gao, visit_id = village.client("gao"), new_id()
    body = {**visit_body(new_id()), "household": None, "kind": "reception", "visitor": VISITOR}
    first, again = (gao.put(f"visits/{visit_id}/", body) for _ in range(2))
    other = gao.put(f"visits/{visit_id}/", {**body, "visitor": {"name": "另一位"}})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert other.json()["code"] == "content_differs"


def test_a_visitor_may_turn_out_to_be_of_a_household(village: Village):
    gao = village.client("gao")
    visit_id = put_visitor(village).json()["id"]
    said = {"made_at": "2026-11-03T20:00:00+08:00", "reason": "是结对户", "changes": {}}
    changes = {"household": str(village.house.pk)}
    answer = gao.put(f"visits/{visit_id}/amendments/{new_id()}/", {**said, "changes": changes})

    assert (answer.status_code, answer.json()["household"]) == (201, changes["household"])
    assert (answer.json()["post"], answer.json()["unit"]) == ("A", samples.VILLAGE)


def test_the_database_takes_no_visit_of_nobody(village: Village):
    visit = samples.make_visit(village.house, village.gao)
    with pytest.raises(IntegrityError, match="a_visit_has_a_household_or_a_visitor"), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(household=None)


def test_what_a_newer_phone_says_of_its_location_is_kept_and_listed(village: Village):
    place = {"lat": 28.6, "lon": 103.95, "accuracy_m": 12.5, "system": "wgs84"}
    answer = village.client("gao").put_visit(village.house, location={**place, "altitude": 1840, "a/b": 1})

    assert answer.status_code == 201
    assert answer.json()["location"] == place
    assert answer.json()["ignored_fields"] == ["/location/altitude", "/location/a~1b"]
    assert Visit.objects.get().ignored == '{"location/altitude":1840,"location/a~1b":1}'
