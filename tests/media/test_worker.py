"""The worker: sizes and facts of a picture, photos seen before, visits judged again; twice does no harm."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django_tasks_db.models import DBTaskResult
from PIL import Image

from fieldapi import clock
from media.darkroom import Developed
from media.due import develop_left_behind
from media.models import Photo, PhotoBand
from media.storage import original
from media.tasks import MOST_ATTEMPTS, darkroom, develop_photo, write_down
from tests.conftest import Village
from tests.media.pictures import encoded, oriented, scene
from tests.media.sending import JPEG, declare, files_in, send, stored, work
from tests.samples import at
from tests.visits.test_races import all_at_once
from visits.models import Flag, Visit

NOON = at("2026-11-20 12:00")


def with_exif(when: str = "", offset: str = "", **options) -> bytes:
    """A picture that says when it was taken."""
    exif = Image.Exif()
    entries = {0x9003: when, 0x9011: offset}
    exif.get_ifd(0x8769).update({tag: text for tag, text in entries.items() if text})
    return encoded(scene(9), exif=exif, **options)


def flags_of(photo: Photo) -> dict[str, list]:
    return {flag.code: flag.evidence for flag in Flag.objects.filter(visit=photo.visit_id)}


def same_scene(**options) -> bytes:
    return encoded(scene(1), **options)


def test_a_photo_is_developed_once_its_bytes_are_stored(village: Village, anywhere):
    photo = stored(village, encoded(scene(1, 640, 480), exif=oriented(6)))

    assert (photo.width, photo.height, photo.problem) == (480, 640, "")
    assert photo.developed_at is not None
    assert len(photo.phash) >= 10
    assert list(photo.bands.values_list("county", flat=True)) == ["530626"] * 4
    folder, _, name = original(photo).rpartition("/")
    assert sorted(default_storage.listdir(folder)[1]) == [
        name, f"{name}.full.jpg", f"{name}.large.jpg", f"{name}.thumb.jpg",
    ]  # fmt: skip
    assert village.client("gao").get(f"photos/{photo.pk}/").json()["width"] == 480


def test_one_darkroom_develops_all_of_a_workers_photos(village: Village, disk):
    stored(village)
    process = darkroom()._process.pid
    stored(village, encoded(scene(2)))

    assert darkroom()._process.pid == process


def test_nothing_is_left_on_the_workbench(village: Village, disk):
    stored(village)

    assert [name for name in files_in(disk) if name.startswith("drafts")] == []
    assert list((disk / "drafts").iterdir()) == []


def test_when_and_where_it_was_taken_is_kept_private(village: Village):
    photo = stored(village, with_exif("2026:11:20 11:30:00", "+08:00"))
    naive = stored(village, with_exif("2026:11:20 11:30:01"))

    assert photo.exif_at == "2026-11-20T11:30:00+08:00"
    assert naive.exif_at == "2026-11-20T11:30:01"
    told = village.client("gao").get(f"photos/{photo.pk}/").content.decode()
    assert "exif" not in told
    assert "11:30" not in told


@time_machine.travel(NOON, tick=False)
def test_a_photo_taken_at_another_time_raises_its_visits_flag_once_developed(village: Village):
    (photo,) = declare(village, with_exif("2026:11:19 11:30:00"))
    send(village.client("gao"), photo, with_exif("2026:11:19 11:30:00"))
    before = flags_of(photo)
    version = Visit.objects.get(pk=photo.visit_id).version
    work()

    assert before == {}
    assert list(flags_of(photo)) == ["photo_other_time"]
    assert Visit.objects.get(pk=photo.visit_id).version == version + 2  # the photo's facts, the flag


def test_developing_twice_changes_nothing(village: Village, disk):
    photo = stored(village)
    files = files_in(disk)
    develop_photo.call(str(photo.pk))

    again = Photo.objects.get(pk=photo.pk)
    assert (again.version, again.developed_at, again.attempts) == (photo.version, photo.developed_at, 1)
    assert files_in(disk) == files
    assert PhotoBand.objects.count() <= 4


def test_what_cannot_be_decoded_is_stored_marked_and_without_sizes(village: Village, disk):
    damaged = JPEG[:300]
    photo = stored(village, damaged)

    assert (photo.state, photo.problem, photo.width, photo.phash) == ("stored", "undecodable", None, "")
    assert (disk / original(photo)).read_bytes() == damaged
    told = village.client("gao").get(f"visits/{photo.visit_id}/").json()
    assert (told["photos"][0]["problem"], told["complete"]) == ("undecodable", True)


def test_the_same_bytes_with_another_visit_are_seen(village: Village):
    first = stored(village, JPEG)
    second = stored(village, JPEG)

    assert (first.seen, second.seen) == ([], [{"photo": str(first.pk), "bits": 0}])
    (evidence,) = flags_of(second)["photo_seen_before"]
    assert (evidence["photo"], evidence["other"], evidence["measured"]) == (str(second.pk), str(first.pk), 0)
    assert flags_of(first) == {}


@pytest.mark.parametrize("content", [same_scene(quality=60), encoded(scene(1).resize((320, 240)))])
def test_nearly_the_same_picture_with_another_visit_is_seen(village: Village, content):
    first = stored(village, same_scene(quality=90))
    second = stored(village, content)

    assert [seen["photo"] for seen in second.seen] == [str(first.pk)]
    assert "photo_seen_before" in flags_of(second)


def test_another_picture_is_not(village: Village):
    stored(village, encoded(scene(1)))
    other = stored(village, encoded(scene(2)))

    assert (other.seen, flags_of(other)) == ([], {})


def test_the_same_picture_twice_with_one_visit_raises_nothing(village: Village):
    one, two = declare(village, same_scene(), same_scene(quality=60))
    gao = village.client("gao")
    send(gao, one, same_scene())
    send(gao, two, same_scene(quality=60))
    work()

    assert flags_of(one) == {}


def test_of_two_visits_the_one_made_first_has_the_original_whichever_arrives_first(village: Village):
    later = stored(village, same_scene(), started_at="2026-11-20T10:00:00+08:00", ended_at=None)
    assert later.seen == []
    first = stored(village, same_scene(quality=60), started_at="2026-11-18T10:00:00+08:00", ended_at=None)
    later.refresh_from_db()

    assert first.seen == []
    assert [seen["photo"] for seen in later.seen] == [str(first.pk)]
    assert "photo_seen_before" in flags_of(later)
    assert "photo_seen_before" not in flags_of(first)


def test_photos_of_a_withdrawn_visit_are_not_held_against_the_visit_that_takes_its_place(village: Village):
    wrong = stored(village, JPEG)
    village.client("gao").put(
        f"visits/{wrong.visit_id}/amendments/0199d2a0-4444-7000-8000-000000000001/",
        {"made_at": "2026-11-20T10:00:00+08:00", "reason": "填错了户", "changes": {"withdrawn": True}},
    )
    right = stored(village, JPEG)

    assert (right.seen, flags_of(right)) == ([], {})


def test_nor_are_those_that_come_only_after_it_was_withdrawn(village: Village):
    (wrong,) = declare(village, JPEG, started_at="2026-11-18T10:00:00+08:00", ended_at=None)
    gao = village.client("gao")
    gao.put(
        f"visits/{wrong.visit_id}/amendments/0199d2a0-4444-7000-8000-000000000001/",
        {"made_at": "2026-11-20T10:00:00+08:00", "reason": "填错了户", "changes": {"withdrawn": True}},
    )
    right = stored(village, JPEG)
    send(gao, wrong)
    work()
    right.refresh_from_db()
    wrong.refresh_from_db()

    assert wrong.developed_at is not None
    assert (right.seen, wrong.seen) == ([], [])
    assert "photo_seen_before" not in flags_of(right)


def test_the_evidence_stays_short_however_often_a_picture_is_used(village: Village):
    for _ in range(12):
        (photo,) = declare(village, JPEG)
        send(village.client("gao"), photo)
        write_down(photo, "undecodable")

    assert max(len(photo.seen) for photo in Photo.objects.all()) == 10


@pytest.mark.django_db(transaction=True)
def test_photos_developed_at_once_by_several_workers_find_each_other(village: Village):
    found = Developed(640, 480, exif_at=None, exif_point=None, likeness=0b1011 << 40)
    photos = [declare(village, encoded(scene(seed)))[0] for seed in range(6)]
    Photo.objects.update(state="stored")
    all_at_once([lambda photo=photo: write_down(photo, found) for photo in photos])

    assert sorted(len(photo.seen) for photo in Photo.objects.all()) == [0, 1, 2, 3, 4, 5]


def test_when_the_storage_fails_the_photo_waits_and_the_scheduler_brings_it_back(village: Village, disk):
    (photo,) = declare(village, JPEG)
    send(village.client("gao"), photo)
    bytes_ = disk / original(photo)
    bytes_.rename(disk / "away")
    failed = work()
    (disk / "away").rename(bytes_)
    photo.refresh_from_db()

    assert (failed, photo.developed_at, photo.attempts) == (["FAILED"], None, 0)
    develop_left_behind()
    assert not DBTaskResult.objects.ready().exists()  # it is too early
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        develop_left_behind()
        develop_left_behind()
        assert work() == ["SUCCESSFUL"]
    photo.refresh_from_db()
    assert photo.developed_at is not None


def test_a_photo_over_which_workers_keep_being_killed_is_given_up(village: Village):
    (photo,) = declare(village, JPEG)
    send(village.client("gao"), photo)
    Photo.objects.filter(pk=photo.pk).update(attempts=MOST_ATTEMPTS)
    work()
    photo.refresh_from_db()

    assert (photo.state, photo.problem, photo.attempts) == ("stored", "given_up", 5)
    assert photo.developed_at is not None


def test_photos_not_yet_stored_are_not_developed(village: Village):
    (photo,) = declare(village, JPEG)
    develop_photo.call(str(photo.pk))

    photo.refresh_from_db()
    assert (photo.attempts, photo.developed_at) == (0, None)
