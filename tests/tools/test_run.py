"""`make run` as a person at a terminal, a service manager and a power cut see it."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


class Run:
    """`make run` without a demo, on a port of its own."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.port = port
        wanted = {"FIELDAPI_DATA_DIR": str(data_dir), "DATABASE_URL": "", "PORT": str(port), "DEMO": "no"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.run"],
            cwd=ROOT,
            env=os.environ | wanted,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_it_runs(self) -> None:
        assert any("Ctrl-C stops the server" in line for line in self.process.stdout)

    def children(self) -> list[int]:
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def rest_of_output(self) -> str:
        """Ends when nobody holds the other end any more: neither we nor any child, nor theirs."""
        return self.process.stdout.read()


@pytest.fixture
def run(data_dir: Path) -> Iterator[Run]:
    run = Run(data_dir, free_port())
    run.wait_until_it_runs()
    yield run
    run.process.kill()
    run.rest_of_output()
    run.process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_stops_everything_and_is_content(run, number):
    with urllib.request.urlopen(f"http://127.0.0.1:{run.port}/healthz") as answer:
        assert answer.status == 200
    run.process.send_signal(number)

    assert "Traceback" not in run.rest_of_output()
    assert run.process.wait() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the leash is Linux's")
def test_killed_it_takes_its_children_along_and_the_port_is_free(run):
    run.process.kill()
    run.rest_of_output()

    socket.create_server(("127.0.0.1", run.port)).close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("child", [0, 1])
def test_when_a_child_dies_the_other_is_stopped_and_the_exit_code_says_so(run, child):
    os.kill(run.children()[child], signal.SIGKILL)

    assert "ended by itself" in run.rest_of_output()
    assert run.process.wait() == 1


def test_a_taken_port_is_said_in_one_line(data_dir):
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        run = Run(data_dir, somebody.getsockname()[1])
        assert run.rest_of_output() == (
            f"Port {run.port} is taken: stop what listens there, or choose another: make run PORT=8001.\n"
        )
        assert run.process.wait() == 1


def test_a_port_that_is_none_is_said_in_one_line(data_dir):
    run = Run(data_dir, "eighty")

    assert run.rest_of_output() == "PORT is 'eighty': say a number from 1 to 65535.\n"
    assert run.process.wait() == 1
