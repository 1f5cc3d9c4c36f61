"""The server under rehearsal: as `make run` starts it, with its clock moved, killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tools.postgres import free_port

START_SECONDS = 90
ROOT = Path(__file__).resolve().parents[2]


class Server:
    """One server with its own data directory and database."""

    def __init__(self, folder: Path, database_url: str, *, demo: bool = False):
        self.port = free_port()
        self.environment = {
            **os.environ,
            "FIELDAPI_MODE": "local",
            "FIELDAPI_DATA_DIR": str(folder / "var"),
            "DATABASE_URL": database_url,
            "DEMO": "yes" if demo else "no",
            "PORT": str(self.port),
        }
        # Under make the server ends with the thread that started it; here that thread may be a short one.
        self.environment.pop("MAKELEVEL", None)
        self.log = (folder / "server.log").open("ab")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, clock: str = "") -> None:
        """Start with the clock at `clock`; ready when /readyz says so."""
        self.environment["FIELDAPI_CLOCK"] = clock
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.run"],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise SystemExit(f"The server did not start:\n{Path(self.log.name).read_text()[-3000:]}")
            time.sleep(0.1)

    def move_clock(self, clock: str) -> None:
        self.stop()
        self.start(clock)

    def kill(self) -> None:
        """kill -9, in the middle of whatever it does."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def manage(self, *arguments: str, said: str = "") -> str:
        """Run a command of the product beside the server; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, input=said, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"manage.py {arguments[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def run_due(self) -> None:
        """What is due is done when this returns; the server's own worker may be at it just now."""
        while self.manage("run_due"):
            time.sleep(0.5)

    def last_words(self) -> list[str]:
        """The end of the server's log."""
        return Path(self.log.name).read_text(errors="replace").splitlines()[-30:]

    def _is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                line.sendall(b"GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                return line.recv(64).split(b" ")[1] == b"200"
        except (OSError, IndexError):
            return False
