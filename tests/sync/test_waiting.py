"""Rows put aside do not wait for ever, and nothing of them is lost."""

from datetime import timedelta

import time_machine

from fieldapi import clock, json
from fieldapi.ids import new_id
from sync.due import end_waiting
from sync.models import QuarantinedRow, WaitingRow
from tests.conftest import Village

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
