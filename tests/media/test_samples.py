"""The fifteen real pictures, all the way from the declaration to the served sizes."""

from media.models import Photo
from tests.conftest import Village
from tests.media.pictures import SAMPLES, encoded, needs_samples
from tests.media.sending import declare, send, shown, stored, work
from visits.models import Flag

pytestmark = needs_samples


def test_every_picture_is_stored_developed_and_served_stripped(village: Village):
    gao = village.client("gao")
    contents = [path.read_bytes() for path in SAMPLES]
    photos = [declare(village, content)[0] for content in contents]
    answers = [send(gao, photo, content) for photo, content in zip(photos, contents, strict=True)]
    work()

    assert [answer.json()["state"] for answer in answers] == ["stored"] * 15
    assert {answer.json()["media_type"] for answer in answers} == {"image/jpeg", "image/heif"}
    for path, photo in zip(SAMPLES, photos, strict=True):
        photo.refresh_from_db()
        assert (path.name, photo.problem, photo.seen) == (path.name, "", [])
        for size, longest in (("full", 2560), ("large", 1280), ("thumb", 320)):
            served = shown(gao.get(f"photos/{photo.pk}/content/?size={size}"))
            assert max(served.size) <= longest
            assert (served.width > served.height) == (photo.width > photo.height)
            assert not served.getexif()
            assert {"icc_profile", "comment", "xmp"}.isdisjoint(served.info)


def test_a_real_picture_used_again_re_encoded_is_seen(village: Village):
    (path,) = [path for path in SAMPLES if path.name == "DSCN0010.jpg"]
    first = stored(village, path.read_bytes())
    again = stored(village, encoded(shown_full(village, first), quality=60))

    assert [seen["photo"] for seen in again.seen] == [str(first.pk)]
    assert Flag.objects.filter(visit=again.visit_id, code="photo_seen_before").exists()


def shown_full(village: Village, photo: Photo):
    return shown(village.client("gao").get(f"photos/{photo.pk}/content/"))
