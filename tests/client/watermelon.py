"""A phone that runs WatermelonDB itself, in Node."""

import json
import os
import shutil
import subprocess
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
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    if not all((HERE / "node_modules" / name).is_dir() for name in wanted):
        install = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund"]
        done = subprocess.run(install, cwd=HERE, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            raise NodeMissing(f"npm cannot install its packages: {done.stderr[-300:]}")
    return found


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
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()


class PhoneFault(Exception):
    """What the app was told by synchronize()."""
