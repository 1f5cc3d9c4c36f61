"""Uploads over real sockets to the real web processes: slow, broken off, killed, all at once."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from fieldapi.ids import new_id
from media import storage
from media.models import Photo
from tests import samples
from tests.conftest import Village
from tests.media.pictures import encoded, scene
from tests.media.sending import declare, files_in
from tests.serving.live import Server, Upload, serving

PHOTO = encoded(scene(1)) + bytes(100_000)
SLOW = 100  # more than the database connections that both processes may have together
ROUNDS = 4


@pytest.fixture
def village(transactional_db: None) -> Village:
    village = Village()
    assert village.house
    return village


@pytest.fixture
def server(village: Village, tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        yield server


def test_a_hundred_photos_trickling_in_hold_up_nobody_and_all_arrive(village: Village, server: Server):
    photos = declare(village, *[PHOTO] * SLOW)
    gao, sun = village.client("gao"), village.client("sun")
    uploads = [Upload(server, gao, photo.pk, PHOTO) for photo in photos]
    for _ in range(ROUNDS):
        for upload in uploads:
            upload.send(len(PHOTO) // (ROUNDS + 1))
        assert server.ask(sun, "GET", "visits/")[0] == 200
        answer = server.ask(gao, "PUT", f"visits/{new_id()}/", samples.visit_body(village.house, note="其间"))
        assert answer[0] == 201

    assert [upload.finish().status for upload in uploads] == [200] * SLOW
    assert Photo.objects.filter(state="stored").count() == SLOW


def test_an_upload_broken_off_is_408_and_leaves_nothing(village: Village, server: Server, disk: Path):
    (photo,) = declare(village, PHOTO)
    upload = Upload(server, village.client("gao"), photo.pk, PHOTO)
    upload.send(50_000)
    answer = upload.break_off()

    assert (answer.status, b'"incomplete"' in answer.read()) == (408, True)
    photo.refresh_from_db()
    assert (photo.state, photo.version) == ("awaiting", 1)
    assert files_in(disk) == []


def test_a_photo_sent_in_chunks_is_stored_and_one_broken_off_is_408(village: Village, server: Server):
    one, two = declare(village, PHOTO, PHOTO)
    gao = village.client("gao")
    whole = Upload(server, gao, one.pk, PHOTO, chunked=True)
    half = Upload(server, gao, two.pk, PHOTO, chunked=True)
    half.send(50_000)

    assert whole.finish().status == 200
    assert half.break_off().status == 408
    assert [photo.state for photo in Photo.objects.order_by("state")] == ["awaiting", "stored"]


def test_of_a_server_killed_in_the_middle_only_a_draft_is_left_and_is_swept_away_later(
    village: Village, tmp_path: Path, disk: Path
):
    (photo,) = declare(village, PHOTO)
    gao = village.client("gao")
    with serving(tmp_path) as server:
        upload = Upload(server, gao, photo.pk, PHOTO)
        upload.send(100_000)
        (left,) = wait_for_files(disk)
        server.kill()
    assert left.startswith("drafts/")
    assert Photo.objects.get().state == "awaiting"

    assert storage.sweep() == 0  # it might still be in use
    an_hour_ago = time.time() - 3601
    os.utime(disk / left, (an_hour_ago, an_hour_ago))
    assert storage.sweep() == 1
    assert files_in(disk) == []
    with serving(tmp_path) as server:
        assert Upload(server, gao, photo.pk, PHOTO).finish().status == 200


def test_one_photo_sent_by_many_at_once_is_one_stored_file(village: Village, server: Server, disk: Path):
    (photo,) = declare(village, PHOTO)
    gao = village.client("gao")
    uploads = [Upload(server, gao, photo.pk, PHOTO) for _ in range(8)]
    for upload in uploads:
        upload.send(100_000)
    answers: list[int] = []
    threads = [Thread(target=lambda one=one: answers.append(one.finish().status)) for one in uploads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200] * 8
    photo.refresh_from_db()
    assert (photo.state, photo.version) == ("stored", 2)
    assert [(disk / name).read_bytes() == PHOTO for name in files_in(disk)] == [True]


def wait_for_files(folder: Path) -> list[str]:
    """The files below, as soon as there is one."""
    deadline = time.monotonic() + 20
    while not files_in(folder):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return files_in(folder)
