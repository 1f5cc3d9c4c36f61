"""Small disks of our own that can be filled to the last byte. They need the right to mount (root on Linux)."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Self

ALONE = "FIELDAPI_MOUNTS_ALONE"


def go_where_mounts_are_ours() -> None:
    """Begin again where mounts are gone with us, however we end. Without root, go on as we are."""
    may = os.geteuid() == 0 and shutil.which("unshare") and ALONE not in os.environ
    if (
        may
        and not subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode
    ):
        os.environ[ALONE] = "yes"
        os.execvp("unshare", ["unshare", "--mount", *sys.orig_argv])


class Disk:
    """A folder, where possible on a disk of so many megabytes."""

    def __init__(self, folder: Path, megabytes: int):
        self.folder = folder
        folder.mkdir()
        self.is_small = ALONE in os.environ and _mounted(folder, megabytes)
        folder.chmod(0o755)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        if self.is_small:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Not a byte more goes onto it."""
        ballast = self.folder / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(1 << 16)):
                pass
        try:
            yield
        finally:
            ballast.unlink()


def _mounted(folder: Path, megabytes: int) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "fieldapi", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
