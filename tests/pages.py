"""A page of the docs, followed literally on a server of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.postgres import free_port

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Checkout:
    """A folder that looks like a checkout with its `.venv`, and the server of it."""

    folder: Path
    port: int
    environment: dict[str, str]
    printed: str  # by the start

    def follow(self, blocks: list[str]) -> str:
        """Run a page's blocks one after the other; what they print."""
        script = "set -euo pipefail\n" + "\n".join(blocks)
        done = subprocess.run(
            ["bash", "-c", script.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def blocks(page: str) -> list[str]:
    """The commands of a page, block by block."""
    return re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


@contextmanager
def checkout(folder: Path, *, demo: str, data: str = "var") -> Iterator[Checkout]:
    """`make run DEMO=… FIELDAPI_DATA_DIR=…` in `folder`, which must not be there yet."""
    folder.mkdir()
    for name in ("manage.py", "demo"):
        (folder / name).symlink_to(ROOT / name)
    binaries = folder / ".venv" / "bin"
    binaries.mkdir(parents=True)
    python = binaries / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    port = free_port()
    settings = {
        "DEMO": demo,
        "PORT": str(port),
        "FIELDAPI_DATA_DIR": str(folder / data),
        "DATABASE_URL": "",
        "FIELDAPI_DEMO_PASSWORD": "",
    }
    environment = {**os.environ, **settings, "FIELDAPI_MODE": "local"}
    server = subprocess.Popen(
        [sys.executable, "-m", "tools.run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Checkout(folder, port, environment, _printed_at_the_start(server))
    finally:
        server.terminate()
        server.communicate()


def _printed_at_the_start(server: "subprocess.Popen[str]") -> str:
    """All that is printed until the server says how to stop it."""
    assert server.stdout is not None
    printed = ""
    for line in server.stdout:
        printed += line
        if "Ctrl-C stops the server" in line:
            return printed
    pytest.fail(f"the server did not start: {printed}")
