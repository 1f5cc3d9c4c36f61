"""PostgreSQL, web processes and worker as in production, each started again whenever it has ended."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.faults.disks import Disk
from bench.faults.storage_proxy import StorageProxy
from bench.server import children_of
from tools import postgres
from tools.installed_postgres import find_binaries
from tools.leash import leashed

WEB = [sys.executable, "-m", "gunicorn", "-c", "fieldapi/gunicorn.py", "fieldapi.wsgi:application"]
WORKER = [sys.executable, "manage.py", "work"]
SETTINGS = {"max_wal_size": "64MB", "min_wal_size": "32MB", "max_connections": "100", "timezone": "UTC"}
LOOKS_EVERY = 0.2  # seconds
START_SECONDS = 60


class Machine:
    """One program, kept running as systemd would: when it ends, it is started again."""

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]]):
        self.start, self.starts = start, 0
        self.stopped = threading.Event()
        self.process = self._started()
        self.keeper = threading.Thread(target=self._keep, daemon=True)
        self.keeper.start()

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()

    def kill_a_child(self) -> None:
        """kill -9 of one of the processes it has made; none may be left just then."""
        if children := children_of(self.process.pid):
            os.kill(children[-1], signal.SIGKILL)

    def stop(self, last_signal: signal.Signals = signal.SIGTERM) -> None:
        self.stopped.set()
        self.keeper.join()
        self.process.send_signal(last_signal)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        return self.start()

    def _keep(self) -> None:
        while not self.stopped.wait(LOOKS_EVERY):
            if self.process.poll() is not None:
                self.process = self._started()


class Database(Machine):
    """A durable PostgreSQL in a folder of its own."""

    def __init__(self, home: Path):
        self.home, self.user, self.port = home, postgres.unprivileged_user(), postgres.free_port()
        home.mkdir()
        if self.user:
            os.chown(home, self.user.pw_uid, self.user.pw_gid)
        self.password = "throwaway"
        postgres.initialise(find_binaries(), home, self.user, self.password)
        super().__init__(self._start)

    @property
    def url(self) -> str:
        return self.url_of("fieldapi")

    def url_of(self, name: str) -> str:
        return f"postgres://{postgres.USER}:{self.password}@127.0.0.1:{self.port}/{name}"

    def kill_a_backend(self) -> None:
        """kill -9 of a connection's process, upon which PostgreSQL throws out all others and recovers."""
        try:
            with psycopg.connect(self.url_of("postgres"), connect_timeout=2) as maintenance:
                asked = (
                    "SELECT pid FROM pg_stat_activity WHERE datname = 'fieldapi' ORDER BY random() LIMIT 1"
                )
                found = maintenance.execute(asked).fetchone()
        except psycopg.OperationalError:
            return  # it is recovering from the last one
        if found:
            os.kill(found[0], signal.SIGKILL)

    def create(self) -> None:
        """The product's own database, empty."""
        self.wait_until_ready()
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as maintenance:
            maintenance.execute("CREATE DATABASE fieldapi")

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return psycopg.connect(self.url_of("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(LOOKS_EVERY)

    def _start(self) -> subprocess.Popen[bytes]:
        settings = SETTINGS | {"port": str(self.port), "unix_socket_directories": str(self.home)}
        command = [str(find_binaries() / "postgres"), "-D", str(self.home / "data")]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.home / "log").open("ab") as log:
            return subprocess.Popen(
                postgres.on_leash(command, self.user),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.home,
                env=postgres.plain_environment(),
            )


@dataclass(frozen=True)
class Ground:
    """What the product stands on."""

    folder: Path
    disk: Disk
    database_disk: Disk
    storage: StorageProxy
    database: Database


@contextmanager
def running(machine: Machine, last_signal: signal.Signals = signal.SIGTERM) -> Iterator[None]:
    try:
        yield
    finally:
        machine.stop(last_signal)


def program(command: list[str], environment: Mapping[str, str], log: Path) -> Machine:
    """A machine that runs a command of the product's."""

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                leashed(command, last_signal=signal.SIGKILL),
                env=os.environ | environment,
                stdout=output,
                stderr=output,
            )

    return Machine(start)
