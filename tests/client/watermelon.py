"""A phone that runs WatermelonDB itself, in Node."""

import json
import os
import shutil
import subprocess
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import pytest

from tests.samples import Caller

HERE = Path(__file__).parent


class NodeMissing(Exception):
    """WatermelonDB cannot be run here."""


def node() -> str:
    """The path of Node, with the client's packages installed."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if not found or not npm:
        raise NodeMissing("Node and npm are not installed")
    install_packages(npm, HERE)
    return found


def install_packages(npm: str, folder: Path) -> None:
    """What the folder's package.json names, unless it is there; of two test processes one does it for both."""
    named = json.loads((folder / "package.json").read_text())
    wanted = {**named.get("dependencies", {}), **named.get("devDependencies", {})}
    with (folder / "package.json").open() as held:
        flock(held, LOCK_EX)
        if all((folder / "node_modules" / name).is_dir() for name in wanted):
            return
        install = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund"]
        done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise NodeMissing(f"npm cannot install its packages: {done.stderr[-300:]}")


@pytest.fixture(scope="session")
def installed_node() -> str:
    try:
        return node()
    except NodeMissing as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))


class Phone:
    """One app on one phone; every method is an act of its own."""

    def __init__(self, program: str, server: str, caller: Caller):
        token = caller.headers["Authorization"].removeprefix("Bearer ")
        self.process = subprocess.Popen(
            [program, str(HERE / "phone.js"), f"{server}/api/v1/", token],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def act(self, act: str, **options: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"act": act, **options}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "fault" in answer:
            raise PhoneFault(answer["fault"])
        return answer["told"]

    def sync(self, **options: Any) -> Any:
        return self.act("sync", **options)

    def create(self, **rows: list[dict[str, Any]]) -> None:
        self.act("create", rows=rows)

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.act("rows")[table]}

    def unsent(self) -> set[str]:
        return {row["id"] for rows in self.act("rows").values() for row in rows if row["_status"] != "synced"}

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(60)
        if self.process.stdout:
            self.process.stdout.close()


class PhoneFault(Exception):
    """What the app was told by synchronize()."""
