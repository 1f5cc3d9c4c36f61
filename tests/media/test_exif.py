from datetime import datetime, timedelta, timezone
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from media import exif
from tests.media.pictures import SAMPLES, encoded, needs_samples, scene

EAST_8 = timezone(timedelta(hours=8))


def noted(
    *,
    at: object = None,
    offset: object = None,
    place: tuple | None = None,
    sides: str = "NE",
    turned: object = 1,
) -> Image.Exif:
    """EXIF as a camera writes and a reader gets it."""
    notes = Image.Exif()
    notes[0x0112] = turned
    notes.get_ifd(0x8769).update(
        {tag: text for tag, text in ((0x9003, at), (0x9011, offset)) if text is not None}
    )
    if place:
        notes.get_ifd(0x8825).update({1: sides[0], 2: place[0], 3: sides[1], 4: place[1]})
    return notes


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_time_and_place_are_read_from_every_kind_of_picture(kind):
    notes = noted(at="2026:11:03 09:12:44", offset="+08:00", place=((28, 36, 18), (103, 57, 0)))
    image = Image.open(BytesIO(encoded(scene(1, 64, 48), kind, exif=notes.tobytes())))

    read = exif.notes_of(image)

    assert exif.taken_at(read) == datetime(2026, 11, 3, 9, 12, 44, tzinfo=EAST_8)
    assert exif.taken_where(read) == (28.605, 103.95)


def test_a_time_without_offset_stays_without():
    assert exif.taken_at(noted(at="2026:11:03 09:12:44")) == datetime.fromisoformat("2026-11-03T09:12:44")


@pytest.mark.parametrize("offset", ["", "  :  ", "+99:99", "Z", 8])
def test_a_senseless_offset_costs_only_itself(offset):
    taken = exif.taken_at(noted(at="2026:11:03 09:12:44", offset=offset))

    assert taken == datetime.fromisoformat("2026-11-03T09:12:44")


@pytest.mark.parametrize(
    "text",
    [None, "", "0000:00:00 00:00:00", "    :  :     :  :  ", "2026:13:03 09:12:44", "2026:02:30 09:12:44", 7],
)
def test_a_senseless_time_is_none(text):
    assert exif.taken_at(noted(at=text)) is None


@pytest.mark.parametrize(
    ("sides", "point"),
    [("NE", (1.5, 2.25)), ("SE", (-1.5, 2.25)), ("NW", (1.5, -2.25)), ("SW", (-1.5, -2.25))],
)
def test_the_four_quarters_of_the_globe(sides, point):
    assert exif.taken_where(noted(place=((1, 30, 0), (2, 15, 0)), sides=sides)) == point


@pytest.mark.parametrize(
    ("place", "sides"),
    [
        (((0, 0, 0), (0, 0, 0)), "NE"),
        (((90, 0, 1), (2, 0, 0)), "NE"),
        (((1, 0, 0), (180, 0, 1)), "NE"),
        (((float("nan"), 0, 0), (2, 0, 0)), "NE"),
        (((1, 0), (2, 0)), "NE"),
        (("a", "b"), "NE"),
        (((1, 0, 0), (2, 0, 0)), "XY"),
        (((1, 0, 0), (2, 0, 0)), "\0\0"),
    ],
)
def test_no_fix_or_off_the_globe_is_no_place(place, sides):
    assert exif.taken_where(noted(place=place, sides=sides)) is None


@pytest.mark.parametrize(("written", "understood"), [(1, 1), (6, 6), (8, 8), (0, 1), (9, 1), ("6", 1)])
def test_a_senseless_orientation_counts_as_upright(written, understood):
    assert exif.orientation(noted(turned=written)) == understood


WRITTEN = noted(
    at="2026:11:03 09:12:44", offset="+08:00", place=((28, 36, 18), (103, 57, 0)), turned=6
).tobytes()


@pytest.mark.filterwarnings("ignore::UserWarning")  # how Pillow tells of damage
@given(
    st.lists(st.tuples(st.integers(0, len(WRITTEN)), st.binary(max_size=4)), max_size=6), st.integers(0, 400)
)
def test_damaged_notes_never_cost_the_picture(changes, kept):
    content = bytearray(WRITTEN)
    for at, piece in changes:
        content[at : at + len(piece)] = piece
    image = Image.new("L", (1, 1))
    image.info["exif"] = bytes(content[:kept])

    notes = exif.notes_of(image)

    assert 1 <= exif.orientation(notes) <= 8
    assert isinstance(exif.taken_at(notes), datetime | None)
    assert isinstance(exif.taken_where(notes), tuple | None)


@needs_samples
def test_the_camera_pictures_say_what_they_are_known_to_say():
    read = {path.name: exif.notes_of(Image.open(path)) for path in SAMPLES}

    assert exif.taken_at(read["IMG_5195.HEIC"]).isoformat() == "2021-04-11T15:47:53-05:00"
    assert exif.taken_at(read["DSCN0010.jpg"]).isoformat() == "2008-10-22T16:28:39"
    assert exif.taken_at(read["no_exif.jpg"]) is None
    assert exif.taken_where(read["DSCN0010.jpg"]) == (43.4674483, 11.8851267)
    assert exif.taken_where(read["HMD_Nokia_8.3_5G.heif"]) == (40.7886852, -4.0051409)
    assert exif.taken_where(read["67-0_length_string.jpg"]) == (51.025, 7.5919444)
    assert exif.orientation(read["landscape_6.jpg"]) == 6
