"""Rows put aside do not wait for ever, and nothing of them is lost."""

from datetime import timedelta

import time_machine

from fieldapi import clock, json
from fieldapi.ids import new_id
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
