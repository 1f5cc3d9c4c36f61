from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.sniff import MAX_PIXELS, NoPicture, Picture, sniff
from tests.media.pictures import (
    SAMPLES,
    box,
    encoded,
    jpeg_header,
    needs_samples,
    oriented,
    png_header,
    scene,
)

KINDS = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIF": "image/heif",
}
BEGINNINGS = [encoded(scene(1, 64, 48), kind)[:400] for kind in KINDS]


def sniffed(content: bytes) -> Picture:
    return sniff(BytesIO(content))


@pytest.mark.parametrize("kind", KINDS)
def test_kind_and_size_are_read_from_the_header(kind):
    assert sniffed(encoded(scene(1, 90, 70), kind)) == Picture(KINDS[kind], 90, 70)


def test_every_kind_of_webp_tells_its_size():
    lossless = encoded(scene(1, 91, 71), "WEBP", lossless=True)
    extended = encoded(scene(1, 92, 72), "WEBP", exif=oriented(1))

    assert (sniffed(lossless), lossless[12:16]) == (Picture("image/webp", 91, 71), b"VP8L")
    assert (sniffed(extended), extended[12:16]) == (Picture("image/webp", 92, 72), b"VP8X")


def test_a_progressive_jpeg_with_long_notes_before_the_picture_tells_its_size():
    content = encoded(
        scene(1, 90, 70), progressive=True, icc_profile=bytes(200_000), comment=b"\xff\xd8" * 9_000
    )

    assert sniffed(content) == Picture("image/jpeg", 90, 70)


def test_a_multi_picture_jpeg_counts_as_its_first_picture():
    content = encoded(scene(1, 90, 70), "MPO", save_all=True, append_images=[scene(2, 300, 200)])

    assert sniffed(content) == Picture("image/jpeg", 90, 70)


def test_a_heif_of_tiles_counts_as_large_as_the_whole():
    sizes = b"".join(box(b"ispe", bytes(4) + bytes([0, 0, w, 0, 0, 0, h, 0])) for w, h in ((2, 2), (18, 13)))
    content = box(b"ftyp", b"mif1\0\0\0\0heic") + box(b"meta", bytes(4) + box(b"iprp", box(b"ipco", sizes)))

    assert sniffed(content) == Picture("image/heif", 18 * 256, 13 * 256)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8",
        b"hello, this is no picture",
        b"GIF89a" + bytes(100),
        b"BM" + bytes(100),
        b"RIFF\x24\0\0\0WAVEfmt " + bytes(100),
        b"%PDF-1.7",
        box(b"ftyp", b"isom\0\0\0\0mp42"),
        box(b"ftyp", b"avif\0\0\0\0mif1"),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_what_is_no_photo_is_told(content):
    with pytest.raises(NoPicture) as refusal:
        sniffed(content)
    assert refusal.value.code == "not_a_picture"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe1",
        jpeg_header(0, 480),
        encoded(scene(1))[:100],
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"RIFF\x24\0\0\0WEBPVP8 " + bytes(40),
        box(b"ftyp", b"heic\0\0\0\0heic"),
        box(b"ftyp", b"heic\0\0\0\0heic") + b"\0\0\0\x04meta",
    ],
)
def test_a_picture_with_a_damaged_header_is_still_a_picture(content):
    assert sniffed(content).width is None
    assert sniffed(content).height is None


@pytest.mark.parametrize("header", [png_header, jpeg_header])
def test_fifty_megapixels_are_fine_and_a_bomb_is_not(header):
    assert sniffed(header(8192, 6144)).width == 8192
    assert sniffed(header(12_000, MAX_PIXELS // 12_000)).width == 12_000
    with pytest.raises(NoPicture) as refusal:
        sniffed(header(12_000, MAX_PIXELS // 12_000 + 1))
    assert refusal.value.code == "too_many_pixels"


class Counting(BytesIO):
    bytes_read = 0

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(size)
        self.bytes_read += len(content)
        return content


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8" + b"\xff" * 5_000_000,
        b"\xff\xd8" + b"\xff\xe0\0\x02" * 1_000_000,
        box(b"ftyp", b"heic\0\0\0\0heic") + box(b"free", b"") * 500_000,
        box(b"ftyp", b"heic\0\0\0\0heic") + b"\0\0\0\x08meta" * 500_000,
    ],
)
def test_a_hostile_file_costs_no_more_than_a_few_kilobytes_of_reading(content):
    file = Counting(content)

    assert sniff(file).width is None
    assert file.bytes_read < 50_000


def answered(content: bytes) -> Picture | str:
    try:
        return sniffed(content)
    except NoPicture as refusal:
        return refusal.code


@given(
    st.sampled_from(BEGINNINGS), st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=9)), max_size=8)
)
def test_whatever_the_bytes_say_there_is_an_answer(beginning, changes):
    content = bytearray(beginning)
    for at, piece in changes:
        content[at : at + len(piece)] = piece

    answer = answered(bytes(content))

    assert answer in ("not_a_picture", "too_many_pixels") or answer.media_type in KINDS.values()


@given(st.binary(max_size=300))
def test_noise_has_no_size(content):
    assert answered(content) in ("not_a_picture", *map(Picture, KINDS.values()))


@needs_samples
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_camera_picture_is_accepted(path: Path):
    with path.open("rb") as file:
        picture = sniff(file)

    assert picture.media_type == ("image/jpeg" if path.suffix == ".jpg" else "image/heif")
    assert picture.width > 100
    assert picture.height > 100
