"""A4: the three sizes of a 12-megapixel JPEG, against Pillow's own scaled decoding and encoding alone; CPU time."""

import resource
import tempfile
import time
from pathlib import Path

from PIL import Image

from bench.county import County
from bench.figures import Figure
from bench.pace import Pace
from bench.photos import jpeg
from media.darkroom import FULL, LARGE, THUMB, Darkroom, Developed
from media.develop import QUALITY, SHARP_PIXELS

WIDTH, HEIGHT = 4000, 3000
PHOTOS = 40
"""As many as the worker finds waiting at a busy time; opening the darkroom is shared among them."""


def measure(pace: Pace, county: County) -> list[Figure]:
    count = pace.stored(PHOTOS)
    ours = floor = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source"
        source.write_bytes(jpeg(WIDTH, HEIGHT))
        for _ in range(pace.rounds):
            ours += cpu_of_darkroom(source, folder, count)
            floor += cpu_of_pillow(source, folder, count)
    photos = count * pace.rounds
    return [
        Figure(
            "A4", "derivatives of a 12-megapixel JPEG, CPU", f"{ours / photos * 1000:.0f} ms",
            f"{floor / photos * 1000:.0f} ms", ours / floor, 1.4, at_most=True, note=f"{count} photos a darkroom",
        )
    ]  # fmt: skip


def cpu_of_darkroom(source: Path, into: Path, count: int) -> float:
    """Seconds, from its opening to its closing."""
    before = _of_children()
    with Darkroom() as darkroom:
        for _ in range(count):
            assert isinstance(darkroom.develop(source, into), Developed)
    return _of_children() - before


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu_of_pillow(source: Path, into: Path, count: int) -> float:
    """Seconds for decoding at half size, and encoding what stands ready in the three sizes."""
    sizes = {name: Image.open(into / name) for name in (LARGE, THUMB)}
    for size in sizes.values():
        size.load()
    started = time.process_time()
    for _ in range(count):
        with Image.open(source) as picture:
            picture.draft("RGB", (SHARP_PIXELS, SHARP_PIXELS * HEIGHT // WIDTH))
            picture.load()
            picture.save(into / FULL, "JPEG", quality=QUALITY)
        for name, size in sizes.items():
            size.save(into / name, "JPEG", quality=QUALITY)
    return time.process_time() - started
