"""`run_due`: what is due is done once, wherever and however often it is called."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from cadres.models import Device, SignInFailure
from fieldapi import clock, due
from fieldapi.ids import new_id
from fieldapi.models import RememberedAnswer
from media.tasks import develop_photo
from tests.samples import make_device

done: list[str] = []


def something() -> None:
    done.append("something")


def something_broken() -> None:
    raise RuntimeError("broken")


@pytest.fixture(autouse=True)
def _nothing_done():
    done.clear()


def test_everything_that_is_due_can_be_run_on_an_empty_database_and_twice(db):
    call_command("run_due")
    call_command("run_due")


@pytest.mark.parametrize("name", configured.DUE)
def test_every_name_in_the_settings_is_a_function_without_arguments(name):
    assert import_string(name).__code__.co_argcount == 0


def test_one_that_fails_does_not_hold_up_the_others(db, settings):
    settings.DUE = ["tests.test_due.something_broken", "tests.test_due.something"]

    with pytest.raises(CommandError, match=r"tests\.test_due\.something_broken"):
        call_command("run_due")
    assert done == ["something"]


@pytest.mark.django_db(transaction=True)
def test_a_second_place_that_runs_it_meanwhile_leaves_it_alone(settings):
    settings.DUE = ["tests.test_due.something"]

    def elsewhere() -> list[str] | None:
        try:
            return due.run_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with due.alone() as here:
            assert here
            assert thread.submit(elsewhere).result() is None
        assert thread.submit(elsewhere).result() == []
    assert done == ["something"]


def test_wrong_passwords_are_forgotten_when_no_lock_counts_them(db):
    now = clock.now()
    for minutes in (29, 31):
        SignInFailure.objects.create(username="gao", address="", at=now - timedelta(minutes=minutes))

    call_command("run_due")
    assert [failure.at for failure in SignInFailure.objects.all()] == [now - timedelta(minutes=29)]


def test_browsers_nobody_came_back_with_are_forgotten_and_phones_are_not(village):
    long_ago = clock.now() - timedelta(days=91)
    browser, phone, used = (
        make_device(village.gao),
        make_device(village.gao, "phone-1"),
        make_device(village.gao),
    )
    Device.objects.filter(pk__in=[browser.pk, phone.pk]).update(last_seen_at=long_ago)

    call_command("run_due")
    assert set(Device.objects.values_list("pk", flat=True)) == {phone.pk, used.pk}


def test_remembered_answers_are_forgotten_after_thirty_days(village):
    for days in (29, 31):
        RememberedAnswer.objects.create(
            user=village.gao.pk,
            path="/",
            key=str(days),
            body_hash="",
            at=clock.now() - timedelta(days=days),
        )

    call_command("run_due")
    assert [answer.key for answer in RememberedAnswer.objects.all()] == ["29"]


def test_jobs_that_ended_a_week_ago_are_forgotten_however_they_ended_and_no_others(db):
    def job(status: str, days: int) -> DBTaskResult:
        enqueued = develop_photo.enqueue(str(new_id()))
        ended = timezone.now() - timedelta(days=days) if status in ("SUCCESSFUL", "FAILED") else None
        DBTaskResult.objects.filter(pk=enqueued.id).update(status=status, finished_at=ended)
        return DBTaskResult.objects.get(pk=enqueued.id)

    kept = [job("SUCCESSFUL", 6), job("FAILED", 6), job("READY", 8), job("RUNNING", 8)]
    for ended in ("SUCCESSFUL", "FAILED"):
        job(ended, 8)

    call_command("run_due")
    assert set(DBTaskResult.objects.all()) == set(kept)
