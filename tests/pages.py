"""A page of the docs, followed literally on a server of its own."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 120


@dataclass(frozen=True)
class Checkout:
    """A folder that looks like a checkout with its `.venv`, and the server of it."""

    folder: Path
    port: int
    environment: dict[str, str]

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
def checkout(folder: Path, *, demo: str) -> Iterator[Checkout]:
    """`make run DEMO=…` in `folder`, which must not be there yet."""
    folder.mkdir()
    for name in ("manage.py", "demo"):
        (folder / name).symlink_to(ROOT / name)
    binaries = folder / ".venv" / "bin"
    binaries.mkdir(parents=True)
    python = binaries / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as line:
        port = line.getsockname()[1]
    settings = {
        "DEMO": demo,
        "PORT": str(port),
        "FIELDAPI_DATA_DIR": str(folder / "var"),
        "DATABASE_URL": "",
        "FIELDAPI_DEMO_PASSWORD": "",
    }
    environment = {**os.environ, **settings, "FIELDAPI_MODE": "local"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "tools.run"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            _wait_for(port, server)
            yield Checkout(folder, port, environment)
        finally:
            server.terminate()
            server.wait()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        asked = ["curl", "-sf", f"http://127.0.0.1:{port}/readyz"]
        if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return
    pytest.fail("the server did not start")
