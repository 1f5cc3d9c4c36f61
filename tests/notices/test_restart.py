"""Admins see which messages did not arrive, and have them tried again once the cause is mended."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fieldapi import json
from fieldapi.models import JournalLine
from notices.delivery import deliver_some
from notices.letters import write_letters
from notices.models import Delivery, Letter
from tests.conftest import Village
from tests.notices.receivers import Receiver, serving
from tests.notices.sending import goes_out, on, run
from tests.notices.told import a_notice
from tests.samples import Caller, at, make_user

NOON = "2026-11-02 12:00"


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    with serving() as there:
        goes_out(settings, there)
        yield there


def lost(person: Any, channel: str = "webhook", state: str = "failed", **columns: Any) -> Delivery:
    """A letter about one notice, which did not arrive."""
    notice = a_notice(person)
    letter = Letter.objects.create(person=person, digest=False, made_at=at(NOON))
    notice.letter = letter
    notice.save()
    told = {"tries": 8, "next_at": at(NOON), "problem": "HTTP 500"} | columns
    return Delivery.objects.create(letter=letter, channel=channel, state=state, **told)


def listed(village: Village, query: str = "", who: str = "zheng") -> list[str]:
    answer = village.client(who).get(f"deliveries/{query}")
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_a_delivery_tells_what_went_wrong_and_not_what_it_says(village: Village):
    delivery = lost(village.gao)

    answer = village.client("zheng").get(f"deliveries/{delivery.pk}/")

    assert answer.json() == {
        "id": str(delivery.pk),
        "person": str(village.gao.pk),
        "unit": village.gao.unit_id,
        "channel": "webhook",
        "digest": False,
        "notices": 1,
        "state": "failed",
        "tries": 8,
        "made_at": "2026-11-02T12:00:00+08:00",
        "next_at": "2026-11-02T12:00:00+08:00",
        "sent_at": None,
        "receipt": "",
        "problem": "HTTP 500",
    }
    assert "路灯" not in answer.content.decode()


def test_they_are_listed_newest_first_by_state_channel_person_and_age(village: Village):
    failed = lost(village.gao)
    text = lost(village.chen, "sms", "waiting")
    old = lost(village.gao, "log", "sent")
    Letter.objects.filter(pk=old.letter_id).update(made_at=at(NOON) - timedelta(days=3))

    assert listed(village) == [str(one.pk) for one in (old, text, failed)]
    assert listed(village, "?state=failed") == [str(failed.pk)]
    assert listed(village, "?channel=sms") == [str(text.pk)]
    assert listed(village, f"?person={village.gao.pk}&state=sent") == [str(old.pk)]
    assert listed(village, "?made_before=2026-11-01") == [str(old.pk)]
    assert listed(village, "?made_after=2026-11-02T12:00:00 08:00") == [str(text.pk), str(failed.pk)]


def test_an_admin_sees_those_to_the_people_of_the_own_subtree_only(village: Village):
    there, here = lost(village.zhou), lost(village.gao)
    admin = Caller(make_user("admin", role="admin", unit=village.sun.unit_id))

    assert {row["id"] for row in admin.get("deliveries/").json()["results"]} == {str(here.pk)}
    assert admin.get(f"deliveries/{there.pk}/").status_code == 404
    assert admin.post(f"deliveries/{there.pk}/restart/").status_code == 404
    there.refresh_from_db()
    assert there.state == "failed"


def test_restarted_it_is_tried_again_with_all_its_tries_under_the_same_id(village: Village, receiver):
    with on(NOON):
        a_notice(village.gao)
        write_letters()
    Delivery.objects.update(state="failed", tries=8, problem="HTTP 500")
    delivery = Delivery.objects.get()
    with on("2026-11-02 14:00"):
        answer = village.client("zheng").post(f"deliveries/{delivery.pk}/restart/")

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["tries"]) == ("waiting", 0)
    assert answer.json()["next_at"] == "2026-11-02T14:00:00+08:00"
    line = JournalLine.objects.get(action="deliveries.restart")
    assert (line.by, line.row_id, line.unit) == (village.zheng.pk, str(delivery.pk), village.gao.unit_id)
    assert json.loads(line.detail)["problem"] == "HTTP 500"
    assert run("2026-11-02 14:01") == 1
    assert [request.headers["X-Fieldapi-Delivery"] for request in receiver.requests] == [str(delivery.pk)]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries, delivery.problem) == ("sent", 1, "")


@pytest.mark.parametrize("state", ["waiting", "sent"])
def test_what_is_on_its_way_or_has_arrived_is_not_restarted(village: Village, state: str):
    delivery = lost(village.gao, state=state)
    before = Delivery.objects.values().get()

    answer = village.client("zheng").post(f"deliveries/{delivery.pk}/restart/")

    assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (409, "wrong_state", state)
    assert Delivery.objects.values().get() == before
    assert not JournalLine.objects.filter(action="deliveries.restart").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_restart_it_at_once_one_does_and_it_is_delivered_once(settings):
    village = Village()
    with serving() as receiver:
        goes_out(settings, receiver)
        delivery = lost(village.gao)
        admins = [village.client("zheng"), Caller(make_user("admin", role="admin", unit=village.sun.unit_id))]
        barrier, codes = Barrier(4), []

        def restart(admin: Caller) -> None:
            barrier.wait()
            try:
                codes.append(admin.post(f"deliveries/{delivery.pk}/restart/").status_code)
                deliver_some(10)
            finally:
                connection.close()

        with on("2026-11-02 14:00"):
            threads = [Thread(target=restart, args=[admin]) for admin in admins * 2]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    assert sorted(codes) == [200, 409, 409, 409]
    assert len(receiver.requests) == 1
    assert Delivery.objects.values_list("state", "tries").get() == ("sent", 1)
    assert JournalLine.objects.filter(action="deliveries.restart").count() == 1


def test_the_list_costs_two_queries_for_one_and_for_twenty(village: Village):
    admin, costs = village.client("zheng"), []
    for count in (1, 19):
        for _ in range(count):
            lost(village.gao)
        with CaptureQueriesContext(connection) as asked:
            admin.get("deliveries/?state=failed&limit=500")
        costs.append(len(asked))

    assert costs == [2, 2]
