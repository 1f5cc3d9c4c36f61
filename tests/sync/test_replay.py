"""A supervisor corrects, replays or discards what was turned away; the phone is told."""

from typing import Any

import pytest

from fieldapi import json
from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from opinions.models import Reply
from sync.models import QuarantinedRow
from tests import samples
from tests.conftest import Village
from tests.samples import visit_body
from tests.sync.flat import Mirror, opinion_row, outcomes, push, visit_row
from visits.models import Visit


def turned_away(village: Village, **columns) -> tuple[dict, dict]:
    """A visit row of `gao`'s phone that was refused, and its entry."""
    row = visit_row(village.house, **({"kind": "feast"} | columns))
    problem = push(village.client("gao"), visits=[row])["results"][0]["problem"]
    return row, village.client("sun").get(f"quarantine/{problem['quarantine']}/").json()


def test_a_corrected_row_is_its_senders_and_the_phones_copy_is_the_same_from_then_on(village: Village):
    row, entry = turned_away(village)
    answer = village.client("sun").post(
        f"quarantine/{entry['id']}/replay/", {"body": entry["body"] | {"kind": "home"}}
    )

    assert (answer.status_code, answer.json()["state"]) == (200, "replayed")
    assert answer.json()["decided_by"] == str(village.sun.pk)
    visit = Visit.objects.get(pk=row["id"])
    assert (visit.kind, visit.cadre, visit.received_at.isoformat(timespec="seconds")) == (
        "home",
        village.gao,
        QuarantinedRow.objects.get().received_at.isoformat(timespec="seconds"),
    )
    assert outcomes(push(village.client("gao"), visits=[row])) == [("visits", "same")]
    assert outcomes(push(village.client("gao"), visits=[row | {"note": "x"}])) == [("visits", "refused")]
    line = JournalLine.objects.get(action="quarantine.replay")
    assert (line.by, json.loads(line.detail)["corrected"]["kind"]) == (village.sun.pk, "home")


def test_a_visit_put_again_after_its_correction_is_answered_as_it_stands(village: Village):
    gao, address = village.client("gao"), f"visits/{new_id()}/"
    wrong = visit_body(village.house, kind="feast")
    entry = gao.put(address, wrong).json()["quarantine"]
    village.client("sun").post(f"quarantine/{entry}/replay/", {"body": wrong | {"kind": "home"}})
    answer = gao.put(address, wrong)

    assert (answer.status_code, answer.json()["kind"]) == (200, "home")
    assert gao.put(address, wrong | {"note": "另"}).status_code == 400


def test_once_the_reason_is_gone_it_is_replayed_as_it_was_sent(village: Village):
    house = samples.make_household("9")
    row = visit_row(house)
    told = push(village.client("gao"), visits=[row], opinions=[opinion_row(row)])["results"][0]["problem"]
    samples.make_pairing(house, village.gao)
    answer = village.client("sun").post(f"quarantine/{told['quarantine']}/replay/")

    assert (answer.status_code, Visit.objects.get().household) == (200, house)
    assert Visit.objects.get().opinions.count() == 1


def test_what_is_refused_again_stays(village: Village):
    _, entry = turned_away(village)
    answer = village.client("sun").post(f"quarantine/{entry['id']}/replay/")

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/kind")
    assert (QuarantinedRow.objects.get().state, Visit.objects.count()) == ("kept", 0)
    assert not JournalLine.objects.filter(action="quarantine.replay").exists()


def test_a_discarded_row_leaves_the_phone_with_its_parts_and_the_reason_is_told(village: Village):
    row = visit_row(village.house, kind="feast")
    phone, part = Mirror(village.client("gao")), opinion_row(row)
    phone.pull()
    told = push(phone.caller, visits=[row], opinions=[part])["results"][0]["problem"]
    address = f"quarantine/{told['quarantine']}"
    assert phone.pull()["changes"]["visits"]["deleted"] == []
    answer = village.client("sun").post(f"{address}/discard/", {"reason": "试填"})

    assert (answer.status_code, answer.json()["state"]) == (200, "discarded")
    changes = phone.pull()["changes"]
    assert (changes["visits"]["deleted"], changes["opinions"]["deleted"]) == ([row["id"]], [part["id"]])
    assert [(one["state"], one["reason"]) for one in phone.rows["quarantine"].values()] == [
        ("discarded", "试填")
    ]
    assert JournalLine.objects.filter(action="quarantine.discard").count() == 1
    assert outcomes(push(phone.caller, visits=[row])) == [("visits", "refused")]


@pytest.mark.parametrize(("verb", "body"), [("replay", {}), ("discard", {"reason": "再次"})])
def test_what_is_decided_is_decided(village: Village, verb, body):
    _, entry = turned_away(village)
    village.client("sun").post(f"quarantine/{entry['id']}/discard/", {"reason": "试填"})
    answer = village.client("sun").post(f"quarantine/{entry['id']}/{verb}/", body)

    assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (
        409,
        "wrong_state",
        "discarded",
    )


def test_a_reply_knows_its_opinion_when_it_is_replayed(village: Village):
    opinion = samples.make_opinion(village.house, village.gao)
    bad = {"text": "已修好", "how": "drum", "told_at": "2026-11-10T16:00:00+08:00"}
    told = village.client("gao").put(f"opinions/{opinion.pk}/replies/{new_id()}/", bad).json()
    answer = village.client("sun").post(
        f"quarantine/{told['quarantine']}/replay/", {"body": bad | {"how": "phone"}}
    )

    assert answer.status_code == 200, answer.content
    assert (Reply.objects.get().opinion, Reply.objects.get().by) == (opinion, village.gao)


@pytest.mark.parametrize("said", [None, {"app_version": "1.4.0"}])
def test_a_deletion_and_a_table_nobody_knows_cannot_be_replayed(village: Village, said: Any):
    row = visit_row(village.house)
    push(village.client("gao"), visits=[row])
    sent = {"visits": {"deleted": [row["id"]]}, "songs": {"created": [{"id": "x"}]}}
    answer = village.client("gao").post("sync/push/", {"changes": sent, "device": said})
    entries = [result["problem"]["quarantine"] for result in answer.json()["results"]]
    told = [village.client("sun").post(f"quarantine/{entry}/replay/").json()["code"] for entry in entries]

    assert sorted(told) == ["phones_only_create", "table_unknown"]
    assert Visit.objects.count() == 1


def test_a_correction_is_a_body_like_any_other(village: Village):
    _, entry = turned_away(village)
    for body, status in (({"body": 5}, 400), ({"song": 1}, 400), ({"body": visit_body(new_id())}, 400)):
        assert village.client("sun").post(f"quarantine/{entry['id']}/replay/", body).status_code == status
    assert (QuarantinedRow.objects.count(), Visit.objects.count()) == (1, 0)


def replayed_as(village: Village, quarantine: str, **corrected) -> tuple[str, Any]:
    """The entry is replayed under a new id."""
    desk, new = village.client("sun"), str(new_id())
    sent = desk.get(f"quarantine/{quarantine}/").json()["body"]
    return new, desk.post(f"quarantine/{quarantine}/replay/", {"body": sent | {"id": new} | corrected})


@pytest.mark.parametrize("bad", ["visit-1", "", "A" * 36])
def test_a_row_whose_id_is_none_is_taken_under_a_new_one_and_is_the_phones_from_then_on(
    village: Village, bad: str
):
    row, phone = visit_row(village.house, id=bad), Mirror(village.client("gao"))
    part = opinion_row(row)
    phone.pull()
    told = push(phone.caller, visits=[row], opinions=[part])["results"][0]["problem"]
    new, answer = replayed_as(village, told["quarantine"])

    assert (answer.status_code, answer.json()["stands_as"]) == (200, new)
    assert (str(Visit.objects.get().pk), str(Visit.objects.get().opinions.get().pk)) == (new, part["id"])
    gone = phone.pull()["changes"]["visits"]["deleted"]
    assert gone == [bad]
    assert (phone.ids("visits"), phone.ids("opinions")) == ({new}, {part["id"]})
    again = push(phone.caller, visits=[row], opinions=[part])
    assert outcomes(again) == [("visits", "same"), ("opinions", "same")]
    assert again["experimentalRejectedIds"] == {}
    assert outcomes(push(phone.caller, visits=[row | {"note": "x"}])) == [("visits", "refused")]
    assert Visit.objects.count() == 1


def test_content_that_met_other_content_under_its_id_is_taken_under_a_new_one(village: Village):
    first = visit_row(village.house)
    second, phone = first | {"note": "下午又去"}, Mirror(village.client("gao"))
    push(phone.caller, visits=[first])
    problem = push(phone.caller, visits=[second])["results"][0]["problem"]
    assert problem["code"] == "content_differs"
    new, answer = replayed_as(village, problem["quarantine"])

    assert (answer.status_code, answer.json()["stands_as"]) == (200, new)
    assert outcomes(push(phone.caller, visits=[second])) == [("visits", "same")]
    assert outcomes(push(phone.caller, visits=[first])) == [("visits", "same")]
    phone.pull()
    assert {key: row["note"] for key, row in phone.rows["visits"].items()} == {
        first["id"]: "",
        new: "下午又去",
    }


def test_a_visit_put_again_is_answered_as_what_it_was_taken_as(village: Village):
    gao, address = village.client("gao"), f"visits/{new_id()}/"
    gao.put(address, visit_body(village.house, note="一"))
    other = visit_body(village.house, note="二")
    nameless = {"visits/visit-1/": visit_body(village.house, note="三"), address: other}
    for at, body in nameless.items():
        new, _ = replayed_as(village, gao.put(at, body).json()["quarantine"])
        answer = gao.put(at, body)
        assert (answer.status_code, answer.json()["id"], answer.json()["note"]) == (200, new, body["note"])
    assert Visit.objects.count() == 3


def test_a_row_whose_id_can_stand_keeps_it(village: Village):
    _, entry = turned_away(village)
    _, answer = replayed_as(village, entry["id"], kind="home")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_id")
    assert (QuarantinedRow.objects.get().state, Visit.objects.count()) == ("kept", 0)


def test_a_new_id_that_is_taken_or_none_is_refused(village: Village):
    stands = visit_row(village.house)
    gao = village.client("gao")
    push(gao, visits=[stands])
    told = push(gao, visits=[visit_row(village.house, id="visit-1", note="x")])["results"][0]["problem"]
    answers = [
        replayed_as(village, told["quarantine"], id=key)[1] for key in (stands["id"], "visit-2", 7, "visit-1")
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (409, "content_differs"), (400, "bad_id"), (400, "bad_id"), (400, "bad_id"),
    ]  # fmt: skip
    assert (QuarantinedRow.objects.get().state, Visit.objects.count()) == ("kept", 1)


def test_a_discarded_row_whose_id_is_none_leaves_the_phone(village: Village):
    phone = Mirror(village.client("gao"))
    phone.pull()
    told = push(phone.caller, visits=[visit_row(village.house, id="visit-1")])["results"][0]["problem"]
    village.client("sun").post(f"quarantine/{told['quarantine']}/discard/", {"reason": "试填"})

    assert phone.pull()["changes"]["visits"]["deleted"] == ["visit-1"]


def test_a_copy_that_met_other_content_is_decided_by_a_desk_and_by_no_later_push(village: Village):
    first, gao = visit_row(village.house), village.client("gao")
    push(gao, visits=[first])
    push(gao, visits=[first | {"note": "下午又去"}])
    assert outcomes(push(gao, visits=[first, visit_row(village.house)])) == [
        ("visits", "same"),
        ("visits", "created"),
    ]

    assert QuarantinedRow.objects.get().state == "kept"
