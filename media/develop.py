"""One picture from stored file to three sizes: upright, in sRGB, and with nothing private left in them.

Meant for the bounded child of `media.bounded`: on hostile files Pillow raises what it likes.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import pillow_heif
from PIL import Image, ImageCms, ImageFile, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin

from media import exif
from media.darkroom import FULL, LARGE, THUMB, Developed
from media.likeness import CELLS, likeness_of
from media.sniff import MAX_PIXELS

FULL_PIXELS, LARGE_PIXELS, THUMB_PIXELS = 2560, 1280, 320  # the longest side is at most so long
SHARP_PIXELS = 1600  # the full size is at least so long, where the picture is
QUALITY = 80

PLUGINS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)  # imported once, before any fork
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")  # JPEG leads to MPO, of which the first picture counts
SRGB = ImageCms.createProfile("sRGB")

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ON_ITS_SIDE = (5, 6, 7, 8)

Image.MAX_IMAGE_PIXELS = None  # ours is asked instead, for every kind alike
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


class Undecodable(Exception):
    """The file holds no picture that can be shown."""


def develop(source: Path, into: Path) -> Developed:
    """Write the three sizes of `source` into the directory `into` and tell what the picture showed.

    A picture that breaks off half way is developed as far as it goes. Raises Undecodable, MemoryError,
    OSError with an errno when the disk fails, and whatever else a damaged file makes Pillow raise.
    """
    try:
        return _develop(source, into)
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        if getattr(error, "errno", None):
            raise
    with _broken_off_accepted():
        return _develop(source, into)


def _develop(source: Path, into: Path) -> Developed:
    with Image.open(source, formats=FORMATS) as stored:
        width, height = stored.size
        if width * height > MAX_PIXELS:
            raise MemoryError
        picture = _decode(stored)
        notes = exif.notes_of(stored)  # only now: PNG may write them behind the picture
        # libheif turns while it decodes, by HEIF's own boxes; what EXIF says of it does not count
        turned = 1 if stored.format == "HEIF" else exif.orientation(notes)
    picture.info = {}  # Pillow would write a comment found in it into the sizes
    if turned in UPRIGHT:
        picture = picture.transpose(UPRIGHT[turned])
    if turned in ON_ITS_SIDE:
        width, height = height, width
    large = _shrink(picture, LARGE_PIXELS)
    thumb = _shrink(large, THUMB_PIXELS)
    for name, size in ((FULL, picture), (LARGE, large), (THUMB, thumb)):
        size.save(into / name, "JPEG", quality=QUALITY)
    return Developed(
        width=width,
        height=height,
        exif_at=exif.taken_at(notes),
        exif_point=exif.taken_where(notes),
        likeness=_likeness(thumb),
    )


def _decode(stored: ImageFile.ImageFile) -> Image.Image:
    """The full size: opaque, in sRGB, not yet upright. JPEG is scaled by its decoder, the cheapest way."""
    if isinstance(stored, JpegImagePlugin.JpegImageFile):
        longest = max(stored.size)
        width, height = (max(1, side * SHARP_PIXELS // longest) for side in stored.size)
        stored.draft(stored.mode, (width, height))
    stored.load()
    picture = _in_levels(stored)
    picture.thumbnail((FULL_PIXELS, FULL_PIXELS))
    picture = _to_srgb(_opaque(picture), stored.info.get("icc_profile"))
    if ImageFile.LOAD_TRUNCATED_IMAGES and _is_blank(picture):
        raise Undecodable
    return picture


def _in_levels(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be resampled: no palette, no single bits, no 16-bit numbers."""
    if image.mode.startswith("I"):
        return image.point(lambda level: level / 256).convert("L")
    if image.mode in ("1", "P", "PA"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(layer, mask=layer)
    return ground


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):  # a damaged profile: the colours stay as they are
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(source):
                image = ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB") or image
    return image if image.mode == "RGB" else image.convert("RGB")


def _likeness(thumb: Image.Image) -> int | None:
    brightness = thumb.convert("L").resize((CELLS, CELLS), Image.Resampling.BOX)
    red, green, blue = thumb.resize((1, 1), Image.Resampling.BOX).tobytes()
    return likeness_of(brightness.tobytes(), (red, green, blue))


def _is_blank(image: Image.Image) -> bool:
    """Whether 98 in 100 pixels have one colour: what a decoder fills in where it has read nothing."""
    colours = image.resize((CELLS, CELLS), Image.Resampling.NEAREST).getcolors(CELLS * CELLS) or []
    return max(count for count, _ in colours) > 0.98 * CELLS * CELLS


def _shrink(image: Image.Image, longest: int) -> Image.Image:
    """Smaller a whole number of times, so as to fit `longest`: a tenth of what resampling costs."""
    return image.reduce(math.ceil(max(image.size) / longest))


@contextmanager
def _broken_off_accepted() -> Iterator[None]:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
