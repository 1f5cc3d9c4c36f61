"""GET /photos/{id}/content/: upright, stripped, cached privately, in ranges, to those who may see the visit."""

import pytest
from django.test import RequestFactory

from fieldapi.ids import new_id
from media.models import Photo
from media.serve import byte_range
from media.views import PhotoViewSet
from tests.conftest import Village
from tests.matters.acting import make_task
from tests.media.pictures import corners_of, encoded, oriented, scene, with_corners
from tests.media.sending import JPEG, declare, send, shown, stored, work


def content_of(photo: Photo, size: str = "") -> str:
    return f"photos/{photo.pk}/content/" + (f"?size={size}" if size else "")


def test_a_picture_is_served_upright_and_stripped(village: Village, anywhere, tmp_path):
    lying = oriented(6)
    lying[0x010F] = "Camera of a household"
    photo = stored(village, encoded(with_corners(), exif=lying))
    answer = village.client("gao").get(content_of(photo))

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    raw = b"".join(answer)
    assert answer.headers["Content-Length"] == str(len(raw))
    assert b"Camera" not in raw
    (tmp_path / "served.jpg").write_bytes(raw)
    assert corners_of(tmp_path / "served.jpg") == ["white", "red", "green", "blue"]


def test_it_comes_in_three_sizes(village: Village):
    photo = stored(village, encoded(scene(1, 3000, 2000)))
    gao = village.client("gao")
    widths = [shown(gao.get(content_of(photo, size))).width for size in ("full", "large", "thumb")]

    assert widths == [2560, 1280, 320]
    assert gao.get(content_of(photo)).headers["ETag"] == gao.get(content_of(photo, "full")).headers["ETag"]
    assert gao.get(content_of(photo, "huge")).json()["errors"][0]["pointer"] == "?size"


def test_it_is_kept_only_in_the_phones_own_cache_and_asked_for_again_with_its_etag(village: Village):
    photo = stored(village)
    gao = village.client("gao")
    first = gao.get(content_of(photo, "thumb"))
    again = gao.get(content_of(photo, "thumb"), **{"If-None-Match": first.headers["ETag"]})
    listed = gao.get(content_of(photo, "thumb"), **{"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
    other = gao.get(content_of(photo, "large"), **{"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "private, max-age=3600"
    assert "Authorization" in first.headers["Vary"]
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (listed.status_code, other.status_code) == (304, 200)


def test_a_download_broken_off_is_continued(village: Village, anywhere):
    photo = stored(village)
    gao = village.client("gao")
    whole = gao.get(content_of(photo))
    raw = b"".join(whole)
    rest = gao.get(content_of(photo), Range="bytes=100-", **{"If-Range": whole.headers["ETag"]})

    assert whole.headers["Accept-Ranges"] == "bytes"
    assert (rest.status_code, b"".join(rest)) == (206, raw[100:])
    assert rest.headers["Content-Range"] == f"bytes 100-{len(raw) - 1}/{len(raw)}"
    assert rest.headers["Content-Length"] == str(len(raw) - 100)


def test_its_length_can_be_asked_for_without_the_picture(village: Village):
    photo = stored(village)
    gao = village.client("gao")
    # Django's test client would take a body away: this is what the web process gets
    asked = RequestFactory(headers=gao.headers).head(f"/api/v1/{content_of(photo)}")
    answer = PhotoViewSet.as_view({"get": "content"})(asked, pk=str(photo.pk))

    assert b"".join(answer) == b""
    assert answer.headers["Content-Length"] == gao.get(content_of(photo)).headers["Content-Length"]


def test_of_another_version_the_whole_is_sent(village: Village):
    photo = stored(village)
    answer = village.client("gao").get(content_of(photo), Range="bytes=100-", **{"If-Range": '"other"'})

    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(b"".join(answer)))


def test_a_range_beyond_the_end_is_416(village: Village):
    photo = stored(village)
    length = village.client("gao").get(content_of(photo)).headers["Content-Length"]
    answer = village.client("gao").get(content_of(photo), Range=f"bytes={length}-")

    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{length}"


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=2-4", (2, 5)),
        ("bytes=8-99", (8, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-99", (0, 10)),
        ("bytes=4-2", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("rows=0-1", None),
        ("", None),
    ],
)
def test_single_ranges_are_understood_and_others_left_aside(header, part):
    assert byte_range(header, 10) == part


def test_a_picture_is_there_for_whoever_accepts_only_pictures_and_faults_are_problems_still(village: Village):
    photo = stored(village)
    gao = village.client("gao")
    there = gao.get(content_of(photo), Accept="image/*")
    gone = gao.get("photos/0199d2a0-3333-7000-8000-000000000001/content/", Accept="image/*")

    assert there.headers["Content-Type"] == "image/jpeg"
    assert (gone.status_code, gone.headers["Content-Type"]) == (404, "application/problem+json")
    assert gone.json()["code"] == "not_found"


def test_until_the_worker_has_developed_it_the_original_is_not_shown_instead(village: Village):
    (photo,) = declare(village, JPEG)
    gao = village.client("gao")
    awaited = gao.get(content_of(photo))
    send(gao, photo)
    undeveloped = gao.get(content_of(photo))
    work()

    for answer in (awaited, undeveloped):
        assert (answer.status_code, answer.json()["code"]) == (409, "not_developed_yet")
        assert answer.headers["Retry-After"] == "5"
    assert gao.get(content_of(photo)).status_code == 200


def test_where_there_is_no_picture_it_says_so(village: Village):
    text = b"no picture"
    (refused,) = declare(village, text)
    send(village.client("gao"), refused, text)
    damaged = stored(village, JPEG[:300])

    for photo in (refused, damaged):
        answer = village.client("gao").get(content_of(photo))
        assert (answer.status_code, answer.json()["code"]) == (404, "no_picture")


@pytest.mark.parametrize("name", ["gao", "chen", "sun", "wu", "zheng"])
def test_who_sees_the_visit_sees_its_photos(village: Village, name):
    photo = stored(village)
    caller = village.client(name)

    assert caller.get(content_of(photo)).status_code == 200
    assert caller.get(f"photos/{photo.pk}/").json()["id"] == str(photo.pk)
    assert [row["id"] for row in caller.get("photos/").json()["results"]] == [str(photo.pk)]


@pytest.mark.parametrize("name", ["qian", "lin", "zhou"])
def test_who_does_not_gets_the_same_404_as_for_no_photo(village: Village, name):
    photo = stored(village)
    caller = village.client(name)
    nothing = caller.get("photos/0199d2a0-3333-7000-8000-000000000001/content/")

    for address in (content_of(photo), f"photos/{photo.pk}/"):
        answer = caller.get(address)
        assert (answer.status_code, answer.json()) == (404, nothing.json())
    assert caller.get("photos/").json()["results"] == []


def test_nobody_sees_no_photos(village: Village):
    photo = stored(village)

    assert village.client(None).get(content_of(photo)).status_code == 401


def test_photos_are_listed_newest_first_and_by_what_they_belong_to(village: Village):
    one, two = declare(village, JPEG, encoded(scene(1)))
    (three,) = declare(village, encoded(scene(2)))
    gao = village.client("gao")
    send(gao, two, encoded(scene(1)))

    def ids(query: str) -> set[str]:
        return {row["id"] for row in gao.get(f"photos/?{query}").json()["results"]}

    assert ids("") == {str(one.pk), str(two.pk), str(three.pk)}
    assert gao.get("photos/?limit=1").json()["results"][0]["id"] == str(three.pk)
    assert ids(f"visit={one.visit_id}") == {str(one.pk), str(two.pk)}
    assert ids("state=stored") == {str(two.pk)}
    assert ids("unit=530626101") == ids("")
    assert ids("unit=530626102") == ids(f"task={one.pk}") == ids(f"matter={one.pk}") == set()


def test_a_list_of_photos_costs_as_many_queries_for_one_as_for_many(
    village: Village, django_assert_num_queries
):
    sun = village.client("sun")
    declare(village, JPEG)
    with django_assert_num_queries(2):
        sun.get("photos/")
    declare(village, *[encoded(scene(seed)) for seed in range(5)])
    with django_assert_num_queries(2):
        assert len(sun.get("photos/").json()["results"]) == 6


def test_a_picture_costs_two_queries(village: Village, django_assert_num_queries):
    photo = stored(village)
    sun = village.client("sun")
    with django_assert_num_queries(2):
        assert sun.get(content_of(photo)).status_code == 200


@pytest.mark.parametrize(
    ("name", "status"),
    [("lin", 200), ("chen", 200), ("gao", 200), ("sun", 200), ("qian", 404), ("zhou", 404)],
)
def test_a_tasks_photo_is_seen_by_who_works_on_it_and_who_serves_whom_it_answers(
    village: Village, name, status
):
    task, photo = make_task(village, "in_progress"), new_id()
    said = {"task": str(task.pk), "sha256": "a" * 64, "bytes": 1000}
    assert village.client("sun").put(f"photos/{photo}/", said).status_code == 201

    assert village.client(name).get(f"photos/{photo}/").status_code == status


@pytest.mark.parametrize(
    ("name", "status"), [("gao", 200), ("chen", 200), ("sun", 200), ("qian", 404), ("lin", 404)]
)
def test_a_matters_photo_is_seen_by_who_recorded_it_and_who_serves_whom_it_benefits(
    village: Village, name, status
):
    gao, matter, photo = village.client("gao"), new_id(), new_id()
    done = {"title": "换水管", "done_on": "2026-11-03", "households": [str(village.house.pk)]}
    assert gao.put(f"practical-matters/{matter}/", done).status_code == 201
    said = {"matter": str(matter), "sha256": "a" * 64, "bytes": 1000}
    assert gao.put(f"photos/{photo}/", said).status_code == 201

    assert village.client(name).get(f"photos/{photo}/").status_code == status
    assert gao.get(f"practical-matters/{matter}/").json()["photos"] == [str(photo)]
