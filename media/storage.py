"""Where photos lie: `photos/<month of receipt>/<end of the id>/<id>`, and the three sizes beside each original.

Nothing in a name ever changes, so that no correction of a visit can part a photo from its bytes.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory, TemporaryFile
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from fieldapi.calendar import local_day
from media.models import Photo

DRAFTS = "drafts"
FORGOTTEN_SECONDS = 3600  # a draft nobody has written to for so long: its process was killed


def original(photo: Photo) -> str:
    """The name of the bytes as the phone sent them. They hold EXIF: never served."""
    return f"photos/{local_day(photo.received_at):%Y-%m}/{photo.pk.hex[-2:]}/{photo.pk}"


def derivative(photo: Photo, size: str) -> str:
    """The name of one of the darkroom's sizes, such as `full.jpg`."""
    return f"{original(photo)}.{size}"


@contextmanager
def draft() -> Iterator[IO[bytes]]:
    """A new file to fill; it is gone afterwards unless it was kept.

    On a disk it lies within the storage, so that keeping it is one rename. For a storage elsewhere it has no
    name, and even a killed process leaves nothing behind.
    """
    if on_disk("") is None:
        with TemporaryFile(dir=drafts()) as file:
            yield file
        return
    with NamedTemporaryFile(dir=drafts(), delete=False) as file:
        try:
            yield file
        finally:
            Path(file.name).unlink(missing_ok=True)


def keep(file: IO[bytes], name: str) -> None:
    """Store a draft under `name`, where a power cut cannot take it away. A file of that name is replaced.

    Raises OSError when disk or storage fail: then nothing, or what stood there, stands under the name.
    """
    file.flush()
    target = on_disk(name)
    if target is None:
        file.seek(0)
        default_storage.save(name, File(file))
        return
    os.fsync(file.fileno())
    _make_folder(target.parent)
    os.replace(file.name, target)
    _sync_folder(target.parent)


@contextmanager
def workbench() -> Iterator[Path]:
    """A folder for a while; files made in it can be kept."""
    with TemporaryDirectory(dir=drafts(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def at_hand(name: str, bench: Path) -> Iterator[Path]:
    """A stored file as one on this machine's disk; one from elsewhere is fetched to the workbench."""
    if (path := on_disk(name)) is not None:
        yield path
        return
    path = bench / "source"
    with default_storage.open(name) as stored, path.open("wb") as copy:
        shutil.copyfileobj(stored, copy)
    yield path


def sweep() -> int:
    """Delete what killed processes left among this machine's drafts. Returns how many."""
    count = 0
    for entry in drafts().iterdir():
        try:
            if time.time() - entry.stat().st_mtime < FORGOTTEN_SECONDS:
                continue
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        except FileNotFoundError:  # its process was alive, or another sweeps too
            continue
        count += 1
    return count


def drafts() -> Path:
    folder = on_disk(DRAFTS) or settings.DATA_DIR / DRAFTS
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def on_disk(name: str) -> Path | None:
    """Where a stored file lies on a disk; None for a storage elsewhere."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


def _make_folder(folder: Path) -> None:
    """Make it and what it lies in, each entered in its parent for good."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
