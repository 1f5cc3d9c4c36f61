"""Rows put aside do not wait for ever, and nothing of them is lost."""

from datetime import timedelta
from typing import Any

import time_machine
from django.db import IntegrityError, connection

from fieldapi import clock, json
from fieldapi.ids import new_id
from media.models import Photo
from opinions.models import Reply
from sync.due import end_waiting, wake_waiting
from sync.models import QuarantinedRow, WaitingRow
from tests import samples
from tests.conftest import Village
from tests.sync.flat import Mirror, ms, opinion_row, outcomes, push, visit_row
from visits.models import Visit

REPLY = {"text": "已修好", "how": "phone", "told_at": "2026-11-10T16:00:00+08:00"}


def put_aside(village: Village) -> None:
    village.client("gao").put(f"opinions/{new_id()}/replies/{new_id()}/", REPLY)
    assert WaitingRow.objects.count() == 1


def test_after_thirty_days_a_waiting_row_is_in_quarantine_whole(village: Village):
    put_aside(village)
    with time_machine.travel(clock.now() + timedelta(days=30, minutes=1), tick=False):
        end_waiting()

    kept = QuarantinedRow.objects.get()
    body = json.loads(kept.body)
    assert (kept.table, kept.code) == ("replies", "waited_too_long")
    assert {name: body[name] for name in REPLY} == REPLY
    assert body["opinion"]  # which the address said
    assert WaitingRow.objects.count() == 0


def test_until_then_it_waits(village: Village):
    put_aside(village)
    with time_machine.travel(clock.now() + timedelta(days=29), tick=False):
        end_waiting()

    assert (WaitingRow.objects.count(), QuarantinedRow.objects.count()) == (1, 0)


def test_a_copy_with_other_content_that_came_while_the_first_waited_is_decided_by_a_desk(village: Village):
    opinion = opinion_row()
    phone = Mirror(village.client("gao"))
    phone.pull()
    reply = {"id": str(new_id()), "opinion": opinion["id"]} | REPLY | {"told_at": ms(clock.now())}
    other = reply | {"text": "灯已换，户主满意"}
    assert outcomes(push(phone.caller, replies=[reply])) == [("replies", "waiting")]
    (told,) = push(phone.caller, replies=[other])["results"]
    assert (told["outcome"], told["problem"]["code"]) == ("conflict", "content_differs")

    assert outcomes(push(phone.caller, opinions=[opinion])) == [("opinions", "created")]

    entry = QuarantinedRow.objects.get()
    assert (entry.state, Reply.objects.get().text) == ("kept", "已修好")
    assert outcomes(push(phone.caller, replies=[reply, other])) == [
        ("replies", "same"),
        ("replies", "conflict"),
    ]
    new, desk = str(new_id()), village.client("sun")
    body = desk.get(f"quarantine/{entry.pk}/").json()["body"] | {"id": new}
    assert desk.post(f"quarantine/{entry.pk}/replay/", {"body": body}).json()["stands_as"] == new
    assert set(Reply.objects.values_list("text", flat=True)) == {"已修好", "灯已换，户主满意"}
    assert outcomes(push(phone.caller, replies=[other])) == [("replies", "same")]


def test_nor_is_a_put_copy_let_go_when_the_first_takes_effect(village: Village):
    gao, visit, key = village.client("gao"), visit_row(village.house), new_id()
    amendment = {"made_at": clock.now().isoformat(), "reason": "补记", "changes": {"note": "一"}}
    address = f"visits/{visit['id']}/amendments/{key}/"
    assert gao.put(address, amendment).status_code == 202
    other = gao.put(address, amendment | {"changes": {"note": "二"}}).json()

    push(gao, visits=[visit])

    assert QuarantinedRow.objects.get(pk=other["quarantine"]).state == "kept"
    assert Visit.objects.get().note == "一"


def test_a_deletion_of_a_row_that_waits_stays_in_quarantine_when_it_takes_effect(village: Village):
    gao, opinion = village.client("gao"), opinion_row()
    reply = {"id": str(new_id()), "opinion": opinion["id"]} | REPLY | {"told_at": ms(clock.now())}
    push(gao, replies=[reply])
    assert outcomes(push(gao, deleted={"replies": [reply["id"]]})) == [("replies", "conflict")]

    push(gao, opinions=[opinion])

    assert (QuarantinedRow.objects.get().state, Reply.objects.count()) == ("kept", 1)


def test_the_copy_that_met_the_waiting_one_leaves_quarantine_when_it_is_the_one_that_is_taken(
    village: Village,
):
    """The first copy names an opinion of nobody's; it goes to quarantine, and its id is free."""
    gao, opinion = village.client("gao"), opinion_row()
    foreign = samples.make_opinion(samples.make_household("9"), village.lin)
    first = {"id": str(new_id()), "opinion": opinion["id"]} | REPLY | {"told_at": ms(clock.now())}
    push(gao, replies=[first])
    wrong = first | {"opinion": str(foreign.pk)}
    right = first | {"text": "灯已换"}
    assert outcomes(push(gao, replies=[wrong])) == [("replies", "conflict")]
    assert outcomes(push(gao, replies=[right])) == [("replies", "conflict")]
    WaitingRow.objects.all().delete()
    assert outcomes(push(gao, opinions=[opinion])) == [("opinions", "created")]

    assert outcomes(push(gao, replies=[right])) == [("replies", "created")]

    states = {json.loads(entry.body)["text"]: entry.state for entry in QuarantinedRow.objects.all()}
    assert states == {"已修好": "kept", "灯已换": "replayed"}


def test_a_refused_row_of_another_table_with_the_same_id_stays(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house)
    push(gao, opinions=[opinion_row(kind="song", id=visit["id"])])
    push(gao, visits=[visit])

    assert QuarantinedRow.objects.get().state == "kept"


def test_while_nothing_has_come_the_scheduler_reads_no_waiting_row_and_locks_none(
    village: Village, django_assert_num_queries
):
    put_aside(village)
    with django_assert_num_queries(2) as asked:
        wake_waiting()

    assert not any("sync_waitingrow" in query["sql"] for query in asked.captured_queries)


def waited_in_vain(village: Village) -> tuple[dict[str, Any], dict[str, Any]]:
    """A reply that waited for thirty days, and the opinion it waited for, which has not come."""
    opinion = opinion_row()
    reply = {"id": str(new_id()), "opinion": opinion["id"]} | REPLY | {"told_at": ms(clock.now())}
    with time_machine.travel(clock.now() - timedelta(days=31), tick=False):
        push(village.client("gao"), replies=[reply])
    end_waiting()
    assert QuarantinedRow.objects.get().code == "waited_too_long"
    return reply, opinion


def test_what_waited_in_vain_is_replayed_only_once_the_other_row_is_here(village: Village):
    _, opinion = waited_in_vain(village)
    address = f"quarantine/{QuarantinedRow.objects.get().pk}/replay/"

    early = village.client("sun").post(address)

    assert (early.status_code, early.json()["code"]) == (409, "waited_too_long")
    assert (QuarantinedRow.objects.get().state, WaitingRow.objects.count()) == ("kept", 0)
    push(village.client("gao"), opinions=[opinion])
    late = village.client("sun").post(address)
    assert (late.status_code, late.json()["state"], Reply.objects.count()) == (200, "replayed", 1)


def test_what_is_offered_again_and_waits_in_vain_once_more_is_back_in_quarantine(village: Village):
    reply, _ = waited_in_vain(village)
    phone = Mirror(village.client("gao"))
    assert outcomes(push(phone.caller, replies=[reply])) == [("replies", "waiting")]
    assert QuarantinedRow.objects.get().state == "replayed"
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        end_waiting()

        entry = QuarantinedRow.objects.get()
        assert (entry.state, entry.code, entry.decided_at) == ("kept", "waited_too_long", None)
        assert WaitingRow.objects.count() == 0
        phone.caller = village.client("gao")
        phone.pull()
    assert [row["state"] for row in phone.rows["quarantine"].values()] == ["kept"]


def test_a_replayed_row_that_waits_and_is_then_refused_is_back_in_quarantine(village: Village):
    """Replayed, it waits for its visit; that turns out to be somebody else's."""
    visit = visit_row(village.house)
    photo = {"id": str(new_id()), "visit": visit["id"], "sha256": "0" * 64, "bytes": 0}
    told = push(village.client("lin"), photos=[photo])["results"][0]["problem"]
    desk, body = village.client("sun"), f"quarantine/{told['quarantine']}/"
    right = desk.get(body).json()["body"] | {"bytes": 10}
    assert desk.post(f"{body}replay/", {"body": right}).json()["state"] == "replayed"
    assert WaitingRow.objects.count() == 1

    push(village.client("gao"), visits=[visit])

    assert (WaitingRow.objects.count(), Photo.objects.count()) == (0, 0)
    assert {entry.code for entry in QuarantinedRow.objects.filter(state="kept")} == {"visit_unknown"}


def test_a_row_that_is_woken_while_the_database_is_busy_goes_on_waiting(village: Village):
    gao, opinion = village.client("gao"), opinion_row()
    reply = {"id": str(new_id()), "opinion": opinion["id"]} | REPLY | {"told_at": ms(clock.now())}
    push(gao, replies=[reply])

    def crowded(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "opinions_reply"'):
            raise IntegrityError("a twin was first, again and again")
        return execute(sql, *rest)

    with connection.execute_wrapper(crowded):
        assert outcomes(push(gao, opinions=[opinion])) == [("opinions", "created")]
    assert (WaitingRow.objects.count(), QuarantinedRow.objects.count()) == (1, 0)

    wake_waiting()
    assert (WaitingRow.objects.count(), Reply.objects.count()) == (0, 1)
