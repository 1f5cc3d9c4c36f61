"""PUT /visits/{id}/: stored once, judged by the pairing on its day and the corrected clock, never lost."""

from datetime import timedelta

import time_machine

from fieldapi import clock, json
from fieldapi.ids import new_id
from fieldapi.json import instant
from fieldapi.models import JournalLine
from opinions.models import Opinion
from sync.models import QuarantinedRow
from tests import samples
from tests.conftest import Village
from tests.samples import at, visit_body
from visits.models import Visit

LAMP = {"text": "村口路灯坏了三个月", "kind": "request", "wants_reply": True}


def opinion(**columns):
    return {"id": str(new_id()), **LAMP, **columns}


def test_a_visit_is_stored_and_answered_with_what_was_sent(village: Village):
    body = visit_body(village.house, note="村口路灯坏了", people_met=3)
    answer = village.client("gao").put(f"visits/{new_id()}/", body)

    assert answer.status_code == 201
    said = answer.json()
    assert {name: said[name] for name in body} == body
    assert (said["post"], said["cover"], said["flags"], said["complete"]) == ("A", False, [], True)
    assert said["point"] == {"lat": 28.6, "lon": 103.95}
    assert said["distance_m"] == 0
    assert answer.headers["ETag"] == '"1"'


def test_its_opinions_come_with_it(village: Village):
    one, two = opinion(), opinion(text="水管漏水", kind="complaint", wants_reply=False)
    answer = village.client("gao").put_visit(village.house, opinions=[one, two])

    assert [said["text"] for said in answer.json()["opinions"]] == ["村口路灯坏了三个月", "水管漏水"]
    stored = Opinion.objects.get(pk=two["id"])
    assert (stored.household, stored.unit_id, stored.wants_reply) == (village.house, samples.VILLAGE, False)


def test_the_same_visit_again_is_200_and_one_row(village: Village):
    gao, visit_id, body = village.client("gao"), new_id(), visit_body(village.house, opinions=[opinion()])
    first = gao.put(f"visits/{visit_id}/", body)
    again = gao.put(f"visits/{visit_id}/", body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert (Visit.objects.count(), Opinion.objects.count(), JournalLine.objects.count()) == (1, 1, 1)


def test_everything_that_came_with_a_visit_is_answered_at_once_and_again(village: Village):
    gao, visit_id, said = village.client("gao"), new_id(), opinion()
    body = visit_body(
        village.house,
        companions=[str(village.lin.pk)],
        location={"lat": 28.7, "lon": 103.95, "mocked": True},
        opinions=[said],
        matters=[{"id": str(new_id()), "title": "帮助更换灶台水管", "opinions": [said["id"]]}],
        photos=[{"id": str(new_id()), "sha256": "a" * 64, "bytes": 1000, "caption": "灶台"}],
    )
    first = gao.put(f"visits/{visit_id}/", body)
    again = gao.put(f"visits/{visit_id}/", body)
    read = gao.get(f"visits/{visit_id}/")

    assert (first.status_code, again.status_code) == (201, 200)
    assert [flag["code"] for flag in first.json()["flags"]] == ["far", "mocked"]
    assert [matter["opinions"] for matter in first.json()["matters"]] == [[said["id"]]]
    assert again.json() == first.json() == read.json()


def test_a_visit_whose_amendment_came_first_is_answered_as_it_counts(village: Village):
    gao, visit_id = village.client("gao"), new_id()
    change = {"made_at": "2026-11-03T20:00:00+08:00", "reason": "写错了", "changes": {"note": "二"}}
    gao.put(f"visits/{visit_id}/amendments/{new_id()}/", change)
    answer = gao.put(f"visits/{visit_id}/", visit_body(village.house, note="一"))

    assert (answer.status_code, answer.json()["note"], answer.headers["ETag"]) == (201, "二", '"2"')
    assert [one["reason"] for one in answer.json()["amendments"]] == ["写错了"]


def test_absent_null_and_empty_are_the_same_content(village: Village):
    gao, visit_id = village.client("gao"), new_id()
    body = visit_body(village.house)
    gao.put(f"visits/{visit_id}/", body)
    again = gao.put(
        f"visits/{visit_id}/", {**body, "note": None, "companions": [], "tasks": None, "device": {}}
    )

    assert again.status_code == 200


def test_the_same_instant_in_another_offset_is_the_same_content(village: Village):
    gao, visit_id = village.client("gao"), new_id()
    gao.put(f"visits/{visit_id}/", visit_body(village.house, started_at="2026-11-03T09:12:00.1239+08:00"))
    again = gao.put(
        f"visits/{visit_id}/", visit_body(village.house, started_at="2026-11-03T01:12:00.123Z", ended_at=None)
    )

    assert again.status_code == 409  # ended_at differs
    assert again.json()["code"] == "content_differs"


def test_an_opinion_added_to_a_visit_sent_again_is_stored(village: Village):
    gao, visit_id, body = village.client("gao"), new_id(), visit_body(village.house)
    gao.put(f"visits/{visit_id}/", body)
    again = gao.put(f"visits/{visit_id}/", {**body, "opinions": [opinion()]})

    assert again.status_code == 200
    assert len(again.json()["opinions"]) == 1


def test_other_content_under_the_id_is_refused_and_kept(village: Village):
    gao, visit_id = village.client("gao"), new_id()
    gao.put(f"visits/{visit_id}/", visit_body(village.house, note="一"))
    answer = gao.put(f"visits/{visit_id}/", visit_body(village.house, note="二"))

    assert answer.status_code == 409
    assert answer.json()["code"] == "content_differs"
    assert Visit.objects.get().note == "一"
    kept = QuarantinedRow.objects.get()
    assert str(kept.pk) == answer.json()["quarantine"]
    assert '"note":"二"' in kept.body


def test_an_id_that_is_somebody_elses_is_refused_and_kept(village: Village):
    visit_id, body = new_id(), visit_body(village.house)
    village.client("gao").put(f"visits/{visit_id}/", body)
    answer = village.client("chen").put(f"visits/{visit_id}/", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "content_differs")
    assert Visit.objects.get().cadre == village.gao


def test_one_bad_opinion_refuses_the_visit_whole_and_points_at_it(village: Village):
    answer = village.client("gao").put_visit(village.house, opinions=[opinion(), opinion(kind="wish")])

    assert answer.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [
        ("/opinions/1/kind", "invalid_choice")
    ]
    assert (Visit.objects.count(), Opinion.objects.count()) == (0, 0)
    assert QuarantinedRow.objects.count() == 1


def test_an_id_that_is_no_uuid_is_refused_and_what_was_sent_is_kept(village: Village):
    answer = village.client("gao").put("visits/abc/", visit_body(village.house))

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_id")
    assert QuarantinedRow.objects.get().row_id == "abc"


def test_a_household_never_served_is_refused_like_one_that_is_not_there(village: Village):
    lin = village.client("lin")
    never, nowhere = lin.put_visit(village.house), lin.put_visit(new_id())

    for answer in (never, nowhere):
        assert answer.status_code == 400
        assert answer.json()["errors"] == [never.json()["errors"][0]]
        assert answer.json()["errors"][0]["code"] == "household_unknown"
    assert Visit.objects.count() == 0


def test_a_predecessors_visit_of_her_own_time_counts_for_her_after_the_hand_over(village: Village):
    before = clock.now() - timedelta(days=40)
    answer = village.client("qian").put_visit(
        village.house, started_at=instant(before), ended_at=instant(before + timedelta(minutes=20))
    )

    assert (answer.status_code, answer.json()["post"]) == (201, "A")


def test_a_predecessors_visit_of_today_is_stored_without_a_post(village: Village):
    answer = village.client("qian").put_visit(village.house)

    assert (answer.status_code, answer.json()["post"]) == (201, None)


@time_machine.travel(at("2026-11-03 12:00"), tick=False)
def test_a_clock_off_by_hours_is_measured_and_corrected(village: Village):
    answer = village.client("gao").put_visit(
        village.house,
        started_at="2026-11-03T15:00:00+08:00",
        ended_at="2026-11-03T15:30:00+08:00",
        device={"id": "p", "clock_at": "2026-11-03T18:00:00+08:00"},
    )

    said = answer.json()
    assert said["started_at"] == "2026-11-03T15:00:00+08:00"
    assert said["occurred_at"] == "2026-11-03T09:00:00+08:00"
    assert [flag["code"] for flag in said["flags"]] == ["clock_off"]
    assert said["flags"][0]["evidence"] == [{"measured": 21600.0, "threshold": 300}]


@time_machine.travel(at("2026-11-03 12:00"), tick=False)
def test_a_visit_never_lies_after_its_receipt(village: Village):
    answer = village.client("gao").put_visit(
        village.house, started_at="2027-01-01T00:00:00+08:00", ended_at="2027-01-01T00:10:00+08:00"
    )

    assert answer.json()["occurred_at"] == "2026-11-03T12:00:00+08:00"


def test_far_away_is_flagged_and_not_refused(village: Village):
    answer = village.client("gao").put_visit(
        village.house, location={"lat": 28.61, "lon": 103.95, "accuracy_m": 10, "system": "wgs84"}
    )

    assert answer.status_code == 201
    flag = answer.json()["flags"][0]
    assert (flag["code"], flag["state"]) == ("far", "raised")
    assert flag["evidence"][0]["threshold"] == 200


def test_two_visits_too_far_apart_are_flagged_on_both_in_whichever_order_they_come(village: Village):
    gao, early, late = (
        village.client("gao"),
        clock.now() - timedelta(hours=3),
        clock.now() - timedelta(hours=2),
    )
    there = {"lat": 30.6, "lon": 104.06, "accuracy_m": 10, "system": "wgs84"}
    second = gao.put_visit(village.house, kind="field", started_at=instant(late), ended_at=None)
    first = gao.put_visit(
        village.house, kind="field", started_at=instant(early), ended_at=None, location=there
    )

    for answer in (first, second):
        now = gao.get(f"visits/{answer.json()['id']}/").json()
        assert [flag["code"] for flag in now["flags"]] == ["impossible_travel"]


def test_what_the_server_does_not_know_is_stored_and_listed(village: Village):
    answer = village.client("gao").put_visit(village.house, weather="雨", opinions=[opinion(mood="平静")])

    assert answer.status_code == 201
    assert answer.json()["ignored_fields"] == ["/weather", "/opinions/0/mood"]
    assert Visit.objects.get().ignored == '{"weather":"雨"}'


def test_what_is_the_servers_is_passed_over(village: Village):
    answer = village.client("gao").put_visit(village.house, post="B", received_at="2020-01-01T00:00:00Z")

    assert answer.json()["post"] == "A"
    assert "ignored_fields" not in answer.json()


def test_a_row_of_another_user_waits_for_that_users_sign_in(village: Village):
    visit_id, body = new_id(), visit_body(village.house, made_by=str(village.chen.pk))
    answer = village.client("gao").put(f"visits/{visit_id}/", body)
    own = village.client("chen").put(f"visits/{visit_id}/", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "other_user")
    assert own.status_code == 201


def test_refused_content_that_is_accepted_later_leaves_quarantine(village: Village):
    lin, visit_id, body = village.client("lin"), new_id(), visit_body(village.house)
    refused = lin.put(f"visits/{visit_id}/", body)
    samples.make_pairing(village.house, village.lin, started_on="2025-01-01", ended_on="2025-02-01")
    accepted = lin.put(f"visits/{visit_id}/", body)

    assert (refused.status_code, accepted.status_code) == (400, 201)
    assert QuarantinedRow.objects.get().state == "replayed"


def test_the_same_refused_content_again_writes_nothing(village: Village):
    lin, visit_id, body = village.client("lin"), new_id(), visit_body(village.house)
    first, again = (lin.put(f"visits/{visit_id}/", body) for _ in range(2))

    assert first.json()["quarantine"] == again.json()["quarantine"]
    assert QuarantinedRow.objects.count() == 1


def test_a_leader_may_not_send_visits_and_what_was_sent_is_kept(village: Village):
    answer = village.client("wu").put_visit(village.house)

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert Visit.objects.count() == 0
    assert QuarantinedRow.objects.count() == 1


def test_nobody_may_send_visits_and_nothing_is_kept(village: Village):
    answer = village.client(None).put_visit(village.house)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert (Visit.objects.count(), QuarantinedRow.objects.count()) == (0, 0)


@time_machine.travel(at("2026-11-03 12:00"))
def test_a_visit_takes_the_same_statements_for_one_opinion_and_for_thirty(village, django_assert_num_queries):
    gao, house = village.client("gao"), village.house
    with django_assert_num_queries(10):
        gao.put_visit(house, opinions=[opinion()])
    with django_assert_num_queries(10):
        gao.put_visit(house, opinions=[opinion() for _ in range(30)])


@time_machine.travel(at("2026-11-03 12:00"))
def test_an_instant_is_the_same_with_every_offset_that_can_be_written(village: Village):
    gao = village.client("gao")
    far_east, far_west = "2026-11-03T22:11:00+20:59", "2026-11-02T01:41:00-23:59"
    answer = gao.put_visit(village.house, started_at=far_east, ended_at=far_west)

    assert answer.status_code == 201
    told = answer.json()
    assert (told["started_at"], told["ended_at"]) == (
        "2026-11-03T09:12:00+08:00",
        "2026-11-03T09:40:00+08:00",
    )
    found = gao.get(f"visits/?occurred_after={far_east.replace('+', '%2B')}").json()["results"]
    assert [row["id"] for row in found] == [told["id"]]


def test_the_journal_tells_of_a_visit_once_and_names_what_came_with_it(village: Village):
    gao, visit_id, said = village.client("gao"), new_id(), opinion()
    photo, matter = {"id": str(new_id()), "sha256": "a" * 64, "bytes": 1000}, str(new_id())
    body = visit_body(
        village.house, opinions=[said], photos=[photo], matters=[{"id": matter, "title": "换水管"}]
    )
    gao.put(f"visits/{visit_id}/", body)

    line = JournalLine.objects.get()
    assert (line.action, line.row_id, line.by_name) == ("visits.record", str(visit_id), "gao")
    assert json.loads(line.detail) == {
        "opinions": [said["id"]],
        "practical_matters": [matter],
        "photos": [photo["id"]],
    }
