"""A visit that is PUT again letter for letter is known by its fingerprint; the answer is the row as it stands."""

from datetime import timedelta

from cadres.models import Device
from fieldapi import clock
from fieldapi.ids import new_id
from fieldapi.json import instant
from fieldapi.models import JournalLine
from opinions.models import Opinion
from sync.models import Awaited, QuarantinedRow
from tests.conftest import Village
from tests.samples import visit_body
from visits.models import Visit


def opinion(text="村口路灯坏了三个月"):
    return {"id": str(new_id()), "text": text, "kind": "request", "wants_reply": True}


def sent(village: Village, **columns):
    """A phone of gao's, the address of a visit it has sent, and what was sent."""
    gao, address = village.client("gao"), f"visits/{new_id()}/"
    body = visit_body(village.house, opinions=[opinion()], **columns)
    assert gao.put(address, body).status_code == 201
    return gao, address, body


def test_it_takes_three_statements_however_many_opinions_it_has(village: Village, django_assert_num_queries):
    gao = village.client("gao")
    for opinions in ([opinion()], [opinion() for _ in range(30)]):
        address, body = f"visits/{new_id()}/", visit_body(village.house, opinions=opinions)
        first = gao.put(address, body)
        with django_assert_num_queries(3):
            again = gao.put(address, body)
        assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
        assert again.headers["ETag"] == '"1"'


def test_it_writes_nothing(village: Village):
    gao, address, body = sent(village)
    before = Visit.objects.values().get(), Opinion.objects.values().get(), JournalLine.objects.count()
    gao.put(address, body)

    assert (
        Visit.objects.values().get(),
        Opinion.objects.values().get(),
        JournalLine.objects.count(),
    ) == before


def test_written_otherwise_it_is_compared_and_the_same(village: Village, django_assert_num_queries):
    gao, address, body = sent(village)
    with django_assert_num_queries(5):
        again = gao.put(address, {name: body[name] for name in sorted(body)})

    assert again.status_code == 200


def test_what_was_said_of_the_phone_beside_it_does_not_count(village: Village, django_assert_num_queries):
    gao, address, body = sent(village, device={"app_version": "1.4.0"})
    with django_assert_num_queries(3):
        assert gao.put(address, body | {"device": {"app_version": "1.5.0"}}).status_code == 200


def test_a_letter_more_in_an_opinion_is_other_content(village: Village):
    gao, address, body = sent(village)
    answer = gao.put(address, body | {"opinions": [body["opinions"][0] | {"text": "路灯好了"}]})

    assert (answer.status_code, answer.json()["code"]) == (409, "content_differs")
    assert answer.json()["errors"][0]["pointer"] == "/opinions/0"
    assert (Opinion.objects.get().text, QuarantinedRow.objects.count()) == ("村口路灯坏了三个月", 1)


def test_somebody_elses_is_other_content_letter_for_letter(village: Village):
    _, address, body = sent(village)
    answer = village.client("chen").put(address, body)

    assert (answer.status_code, answer.json()["code"]) == (409, "content_differs")


def test_it_is_shown_as_it_stands_now(village: Village):
    gao, address, body = sent(village)
    change = {"made_at": instant(clock.now()), "reason": "记错了", "changes": {"note": "老人不在家"}}
    gao.put(f"{address}amendments/{new_id()}/", change)
    again = gao.put(address, body)

    assert (again.status_code, again.json()["note"], again.headers["ETag"]) == (200, "老人不在家", '"2"')


def test_fields_that_we_do_not_know_are_listed_each_time(village: Village):
    gao, address, body = sent(village, weather="雨")

    assert gao.put(address, body).json()["ignored_fields"] == ["/weather"]


def test_it_tells_how_far_the_phones_clock_is_ahead(village: Village):
    gao, address, body = sent(village)
    ahead = {"device": {"clock_at": instant(clock.now() + timedelta(hours=1))}}
    gao.put(address, body | ahead)

    assert abs(Device.objects.get(pk=gao.device.pk).clock_offset_ms - 3_600_000) < 60_000


def test_it_wakes_what_a_killed_server_left_waiting(village: Village, monkeypatch):
    gao, named = village.client("gao"), opinion()
    address, body = f"visits/{new_id()}/", visit_body(village.house, opinions=[named])
    told = {"text": "修好了", "how": "in_person", "told_at": instant(clock.now())}
    assert gao.put(f"opinions/{named['id']}/replies/{new_id()}/", told).status_code == 202
    with monkeypatch.context() as killed:
        killed.setattr("sync.door.wake", lambda arrived: None)
        gao.put(address, body)
    assert Awaited.objects.count() == 1

    assert gao.put(address, body).status_code == 200
    assert (Awaited.objects.count(), Opinion.objects.get().replies.count()) == (0, 1)


def test_what_is_no_visit_at_all_is_refused_as_ever(village: Village):
    gao = village.client("gao")

    assert gao.put(f"visits/{new_id()}/", []).json()["code"] == "bad_input"
    assert gao.put("visits/none/", visit_body(village.house)).json()["code"] == "bad_id"
    odd = visit_body(village.house, opinions=[{"id": 7}, "none", None])
    assert gao.put(f"visits/{new_id()}/", odd).status_code == 400
