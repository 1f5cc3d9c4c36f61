"""docs/first-county.md, followed literally on a server of its own."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "first-county.md"
START_SECONDS = 120


def blocks() -> list[str]:
    return re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def county(tmp_path: Path):
    """(folder, port) of an empty server; the folder looks like a checkout with its `.venv`."""
    folder = tmp_path / "checkout"
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
        "DEMO": "no",
        "PORT": str(port),
        "FIELDAPI_DATA_DIR": str(tmp_path / "var"),
        "DATABASE_URL": "",
    }
    environment = {**os.environ, **settings, "FIELDAPI_MODE": "local"}
    log = (tmp_path / "log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "tools.run"], cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    try:
        wait_for(port, server)
        yield folder, port, environment
    finally:
        server.terminate()
        server.wait()
        log.close()


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        done = subprocess.run(
            ["curl", "-sf", f"http://127.0.0.1:{port}/readyz"], capture_output=True, check=False
        )
        if done.returncode == 0:
            return
    pytest.fail("the server did not start")


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_page_leads_to_the_first_summary(county):
    folder, port, environment = county
    first, *rest = blocks()
    assert first.strip() == "make run DEMO=no"

    script = "set -euo pipefail\n" + "\n".join(rest).replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["state"] == "closed"
    assert (summary["visits"]["total"], summary["visits"]["households_paired"]) == (1, 2)
    assert (summary["opinions"]["collected"], summary["opinions"]["open"]) == (1, 1)
    assert summary["practical_matters"]["completed"] == 1
