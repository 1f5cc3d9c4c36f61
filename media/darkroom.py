"""Where stored files become pictures: in a process of its own, bounded in CPU time, memory and time.

A decoder fed by strangers can crash, loop, or eat all memory; here it takes nobody with it, and finds neither
the database nor a secret in its memory. This side needs no Pillow; the other side is `media.bounded`.
"""

import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
FULL, LARGE, THUMB = "full.jpg", "large.jpg", "thumb.jpg"  # what is written for each picture
OPENING_SECONDS = 60


class Problem(StrEnum):
    """Why a stored file has no sizes. The file itself is kept all the same.

    Some decoders hide that they found no memory: theirs are `undecodable` too.
    """

    UNDECODABLE = "undecodable"
    TOO_SLOW = "too_slow"
    TOO_LARGE_IN_MEMORY = "too_large_in_memory"


DIED_OF: dict[int, Problem] = {
    signal.SIGXCPU: Problem.TOO_SLOW,
    signal.SIGKILL: Problem.TOO_LARGE_IN_MEMORY,  # by the kernel, when the whole machine has none left
}


@dataclass(frozen=True)
class Developed:
    """What a picture showed: pixels upright, as taken; its likeness (`media.likeness`), None if too plain.

    `exif_at` is naive where the camera noted no offset; `exif_point` is latitude, longitude in WGS-84.
    """

    width: int
    height: int
    exif_at: datetime | None
    exif_point: tuple[float, float] | None
    likeness: int | None


class Darkroom:
    """A context in which files are developed one after the other, each within these bounds.

    Opening costs 0.1 s of CPU, each file little more than its own decoding: open one for a run of files.
    Of the memory (address space), Python and Pillow take 0.1 GB, and any 50-megapixel picture fits into the rest.
    """

    def __init__(
        self, *, cpu_seconds: int = 30, wall_seconds: float = 60, memory_bytes: int = 1 << 30
    ) -> None:
        self._cpu_seconds = cpu_seconds
        self._wall_seconds = wall_seconds
        self._memory_bytes = memory_bytes

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def develop(self, source: Path, into: Path) -> Developed | Problem:
        """Read the picture in `source` and write its three sizes into the directory `into`.

        With a problem, what lies in `into` is worth nothing. A problem counts only if a fresh process has it too:
        no file pays for the one before it. Takes at most two minutes. Raises OSError when the disk or the darkroom
        fails: worth another try.
        """
        if self._process.poll() is not None:  # it ended since, or did not open again
            self._renew()
        was_fresh = self._fresh
        answer = self._ask(source, into)
        if isinstance(answer, Developed) or was_fresh:
            return answer
        self._renew()
        return self._ask(source, into)

    def _open(self) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        python = [sys.executable, "-X", "utf8", "-W", "ignore"]
        self._process = subprocess.Popen(
            [*python, "-m", "media.bounded", str(self._cpu_seconds), str(self._memory_bytes)],
            cwd=ROOT,
            env=kept | {"MALLOC_ARENA_MAX": "2"},  # each arena takes 64 MB of the bounded address space
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for the worker, which then closes the darkroom
        )
        self._fresh = True
        if not self._hear(OPENING_SECONDS):
            self._close()
            raise ChildProcessError("the darkroom does not open")

    def _close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _renew(self) -> None:
        self._close()
        self._open()

    def _ask(self, source: Path, into: Path) -> Developed | Problem:
        self._fresh = False
        job = json.dumps([os.path.abspath(source), os.path.abspath(into)])
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has died since the last file, which is heard next
            self._process.stdin.write(job.encode() + b"\n")
        if answer := self._hear(self._wall_seconds):
            return _told(json.loads(answer))
        problem = DIED_OF.get(-self._process.wait(), Problem.UNDECODABLE)
        self._renew()
        return problem

    def _hear(self, seconds: float) -> bytes:
        """The next line, or nothing if the process has ended; one too slow to speak is ended."""
        assert self._process.stdout is not None
        if select.select([self._process.stdout], [], [], seconds)[0]:
            return self._process.stdout.read(select.PIPE_BUF)
        self._process.send_signal(signal.SIGXCPU)
        return b""


def _told(answer: dict) -> Developed | Problem:
    if "problem" in answer:
        return Problem(answer["problem"])
    if "errno" in answer:
        raise OSError(answer["errno"], os.strerror(answer["errno"]))
    return Developed(
        width=answer["width"],
        height=answer["height"],
        exif_at=datetime.fromisoformat(answer["exif_at"]) if answer["exif_at"] else None,
        exif_point=tuple(answer["exif_point"]) if answer["exif_point"] else None,
        likeness=answer["likeness"],
    )
