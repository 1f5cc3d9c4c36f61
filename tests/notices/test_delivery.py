"""Letters leave the house at least once: again after failures and killed workers, never from two at once."""

import hmac
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest
from django.db import connection

from fieldapi import clock, json
from fieldapi.models import JournalLine
from notices import delivery
from notices.channels import post
from notices.delivery import MOST_TRIES, PAUSES, TAKEN_FOR, deliver_some
from notices.environment import Outward, Webhook
from notices.letters import write_letters
from notices.models import Delivery
from tests.conftest import Village
from tests.notices.receivers import Receiver, certified, serving
from tests.notices.sending import SECRET, goes_out, on, run
from tests.notices.told import a_notice
from tests.samples import at

NOON = "2026-11-02 12:00"
MORNING = "2026-11-03 08:00"


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    with serving() as there:
        goes_out(settings, there)
        yield there


@pytest.fixture
def letter(village: Village, receiver: Receiver) -> None:
    """One to `gao`, to go out by the webhook at noon."""
    with on(NOON):
        a_notice(village.gao)
        write_letters()


def state() -> tuple[str, int, str]:
    row = Delivery.objects.get()
    return row.state, row.tries, row.problem


def test_a_webhook_is_told_who_and_of_what_and_can_know_who_says_so(letter, village, receiver):
    village.gao.phone = "13800001111"
    village.gao.save()
    assert run(NOON) == 1

    request = receiver.requests[0]
    said = json.loads(request.body)
    assert said["person"] == {"id": str(village.gao.pk), "username": "gao", "unit": village.gao.unit_id}
    assert [(one["kind"], one["name"], one["title"]) for one in said["notices"]] == [
        ("task_given", "新任务", "路灯")
    ]
    assert b"13800001111" not in request.body
    stamp = request.headers["X-Fieldapi-Timestamp"]
    signed = hmac.digest(SECRET.encode(), stamp.encode() + b"." + request.body, "sha256").hex()
    assert request.headers["X-Fieldapi-Signature"] == f"sha256={signed}"
    assert said["id"] == request.headers["X-Fieldapi-Delivery"] == str(Delivery.objects.get().pk)
    assert int(stamp) == int(at(NOON).timestamp())
    assert state() == ("sent", 1, "")


def test_what_was_sent_is_not_sent_again(letter, receiver):
    assert [run(NOON), run("2026-11-02 14:00"), run(MORNING)] == [1, 0, 0]
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("answer", [(500, {}), (404, {}), (302, {}), (307, {}), "silence", (429, {})])
def test_any_answer_but_a_yes_is_asked_again_later_under_the_same_id(letter, receiver, monkeypatch, answer):
    receiver.answers = [answer, (204, b"")]
    with monkeypatch.context() as short:
        short.setattr(post, "SECONDS", 0.2)
        run(NOON)

    assert state()[:2] == ("waiting", 1)
    assert run("2026-11-02 12:00") == 0
    assert run("2026-11-02 12:01") == 1

    assert state() == ("sent", 2, "")
    assert [request.path for request in receiver.requests] == ["/hook", "/hook"]  # no redirect was followed
    assert len({request.headers["X-Fieldapi-Delivery"] for request in receiver.requests}) == 1


def test_an_answer_that_never_ends_is_cut(letter, receiver, monkeypatch):
    monkeypatch.setattr(post, "SECONDS_IN_ALL", 0.3)
    receiver.answers = ["drip"]

    began = time.monotonic()
    run(NOON)

    assert time.monotonic() - began < post.SECONDS
    assert state()[:2] == ("waiting", 1)


def test_a_greeting_over_tls_that_never_ends_is_cut(letter, settings, monkeypatch):
    monkeypatch.setattr(post, "SECONDS_IN_ALL", 0.3)
    with dripping(b"\x16\x03\x03\x40\x00") as port:
        settings.NOTICES = Outward(("webhook",), Webhook(f"https://127.0.0.1:{port}/hook", SECRET))
        began = time.monotonic()
        run(NOON)

    assert time.monotonic() - began < 3
    assert state()[:2] == ("waiting", 1)


@contextmanager
def dripping(first: bytes) -> Iterator[int]:
    """A port where whoever connects is told this, and then a byte now and then, for ten seconds."""
    over = Event()

    def drip() -> None:
        line, _ = listener.accept()
        with line, suppress(OSError):
            line.sendall(first)
            for _ in range(200):
                if over.wait(0.05):
                    return
                line.sendall(b"\0")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=drip, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        over.set()
        thread.join()


def test_over_tls_a_receiver_that_is_known_is_told_and_a_stranger_is_not(
    letter, receiver, settings, monkeypatch, tmp_path
):
    own = certified(tmp_path)
    with serving(tls=own) as known:
        settings.NOTICES = Outward(("webhook",), Webhook(f"https://localhost:{known.port}/hook", SECRET))
        run(NOON)
        assert state() == ("waiting", 1, "no answer: SSLCertVerificationError")
        monkeypatch.setenv("SSL_CERT_FILE", str(own))
        run("2026-11-02 12:01")

    assert state() == ("sent", 2, "")
    assert [request.headers["Host"] for request in known.requests] == [f"localhost:{known.port}"]


def test_where_nobody_listens_it_is_tried_again(letter, receiver, settings):
    goes_out(settings, Receiver(1))

    run(NOON)

    assert state() == ("waiting", 1, "no answer: ConnectionRefusedError")


def test_the_pauses_grow_and_after_the_last_try_it_is_given_up_for_all_to_see(
    letter, village, receiver, client, caplog, settings
):
    settings.NOTICES = Outward(settings.NOTICES.channels, settings.NOTICES.webhook)  # no night
    receiver.answers = [(503, {})]
    moment = at(NOON)
    for pause in PAUSES:
        with on(f"{moment:%Y-%m-%d %H:%M}"):
            assert deliver_some(5) == 1
            assert Delivery.objects.get().next_at - clock.now() == pause
        moment += pause
    with on(f"{moment:%Y-%m-%d %H:%M}"), caplog.at_level(logging.ERROR):
        assert deliver_some(5) == 1

    assert len(receiver.requests) == MOST_TRIES == 8
    assert state() == ("failed", 8, "HTTP 503")
    line = JournalLine.objects.get(action="notices.give_up")
    assert (line.unit, json.loads(line.detail)["problem"]) == (village.gao.unit_id, "HTTP 503")
    assert "given up: HTTP 503" in caplog.text
    told = client.get("/metrics").content.decode()
    assert "fieldapi_deliveries_failed 1.0" in told
    assert "fieldapi_deliveries_waiting 0.0" in told
    assert len(village.client("gao").get("notices/?unread=yes").json()["results"]) == 1


def test_what_waits_is_told_with_its_age(letter, receiver, client):
    with on("2026-11-02 13:00"):
        told = client.get("/metrics").content.decode()

    assert "fieldapi_deliveries_waiting 1.0" in told
    assert "fieldapi_deliveries_waiting_oldest_seconds 3600.0" in told


def test_a_worker_killed_between_sending_and_marking_sends_again_and_loses_nothing(
    letter, receiver, monkeypatch
):
    def killed(*_: object) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as dying:
        dying.setattr(delivery, "mark_sent", killed)
        with pytest.raises(SystemExit):
            run(NOON)
    assert len(receiver.requests) == 1
    assert Delivery.objects.get().next_at == at(NOON) + TAKEN_FOR

    assert run("2026-11-02 12:01") == 0  # it might still be at it
    assert run("2026-11-02 12:02") == 1
    first, second = receiver.requests
    assert first.headers["X-Fieldapi-Delivery"] == second.headers["X-Fieldapi-Delivery"]
    assert state() == ("sent", 2, "")


def test_one_over_which_every_worker_dies_is_given_up(letter, receiver, monkeypatch):
    Delivery.objects.update(tries=MOST_TRIES, problem="HTTP 500")

    run(NOON)

    assert receiver.requests == []
    assert state() == ("failed", MOST_TRIES + 1, "HTTP 500")


def test_whoever_has_left_is_sent_nothing(letter, village, receiver):
    village.gao.active = False
    village.gao.save()

    run(NOON)

    assert (receiver.requests, state()) == ([], ("failed", 1, "person_left"))


def test_a_channel_that_is_named_no_more_fails_what_waited_for_it(letter, receiver, settings):
    goes_out(settings, channel="log")

    run(NOON)

    assert state() == ("failed", 1, "channel_off")


def test_the_log_names_nobody(village: Village, settings, caplog):
    goes_out(settings, channel="log")
    village.gao.phone = "13800001111"
    village.gao.save()
    with on(NOON), caplog.at_level(logging.INFO):
        a_notice(village.gao)
        run(NOON)

    line = next(record.getMessage() for record in caplog.records if record.name == "notices.channels.log")
    assert line.endswith(f"to user {village.gao.pk}: 新任务1")
    assert "13800001111" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_letter_once(settings):
    village = Village()
    people = [village.gao, village.chen, village.lin, village.qian, village.sun, village.zhou]
    with serving() as receiver:
        goes_out(settings, receiver)
        with on(NOON):
            for person in people:
                a_notice(person)
            write_letters()
            barrier = Barrier(3)
            tried: list[int] = []

            def work() -> None:
                barrier.wait()
                try:
                    tried.append(deliver_some(100))
                finally:
                    connection.close()

            threads = [Thread(target=work) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    ids = [request.headers["X-Fieldapi-Delivery"] for request in receiver.requests]
    assert (len(ids), len(set(ids)), sum(tried)) == (6, 6, 6)
    assert set(Delivery.objects.values_list("state", "tries")) == {("sent", 1)}


def test_a_try_ends_long_before_another_worker_takes_it_for_dead():
    assert timedelta(seconds=post.SECONDS + post.SECONDS_IN_ALL) * 2 < TAKEN_FOR
