"""The bytes of uploads on their way: files `uploads/<upload>/<first byte>-<word>`, on the disk or elsewhere.

A part is never written to again: an upload's row names those that count. Others were left by a killed process; they go
with the upload.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from secrets import token_hex
from typing import IO

from django.core.files.storage import default_storage

from media.models import Upload
from media.storage import keep, on_disk

FOLDER = "uploads"
PIECE = 128 * 1024


def keep_part(upload: Upload, file: IO[bytes], first: int) -> str:
    """Store a draft as the part that begins with byte `first`, where a power cut cannot take it away. Its name.

    Raises OSError when disk or storage fail.
    """
    name = f"{first:08d}-{token_hex(4)}"
    keep(file, f"{FOLDER}/{upload.pk}/{name}")
    return name


def pieces_of(upload: Upload, parts: list[tuple[int, str]]) -> Iterator[bytes]:
    """The bytes of `parts`, in order. Raises FileNotFoundError where one is gone, OSError for other trouble."""
    for _, name in parts:
        with default_storage.open(f"{FOLDER}/{upload.pk}/{name}") as part:
            yield from pieces(part)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def drop(upload: Upload, parts: Iterable[tuple[int, str]]) -> None:
    """Delete parts that do not count any more; trouble with it is left to `free`."""
    for _, name in parts:
        with suppress(OSError):
            default_storage.delete(f"{FOLDER}/{upload.pk}/{name}")


def free(upload: str) -> None:
    """Delete all parts of an upload, whether they count or not."""
    folder = f"{FOLDER}/{upload}"
    if (path := on_disk(folder)) is not None:
        with suppress(FileNotFoundError):
            shutil.rmtree(path)
        return
    for name in default_storage.listdir(folder)[1]:
        default_storage.delete(f"{folder}/{name}")


def uploads_with_parts() -> list[str]:
    """The uploads of which something lies in the storage."""
    if (path := on_disk(FOLDER)) is not None and not path.is_dir():
        return []
    return default_storage.listdir(FOLDER)[0]
