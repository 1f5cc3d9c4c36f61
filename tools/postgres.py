"""A throw-away PostgreSQL server: `python -m tools.postgres run -- command` or `throwaway_postgres()`.

It lives in a temporary directory, listens on a free loopback port and a Unix socket, asks for a
password that only its URL knows, and is gone afterwards, directory and all.
"""

import argparse
import contextlib
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from tools.installed_postgres import NoPostgres, find_binaries
from tools.leash import leashed

FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
USER = "fieldapi"
CHOSEN_BY_NO_KERNEL = 20_000, 32_000
START_SECONDS = 60


@contextlib.contextmanager
def throwaway_postgres(*, durable: bool = False) -> Iterator[str]:
    """Yield the URL of a fresh server of this machine's newest PostgreSQL, 15 or later.

    `durable` keeps PostgreSQL's own settings for writing to disk (for measuring); without it nothing
    survives a power cut and tests run faster. Raises NoPostgres where there are no binaries.
    """
    binaries = find_binaries()
    with sigterm_unwinds(), directory_of(unprivileged_user()) as (home, user):
        password = secrets.token_urlsafe(18)
        initialise(binaries, home, user, password)
        with serving(binaries, home, user, durable) as port:
            url = f"postgres://{USER}:{password}@127.0.0.1:{port}"
            create = [str(binaries / "createdb"), "--maintenance-db", f"{url}/postgres", USER]
            run_quietly(create, home, user)
            yield f"{url}/{USER}"


def unprivileged_user() -> pwd.struct_passwd | None:
    """Who runs the server: PostgreSQL refuses root, so root lends it another account; None means us."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoPostgres("PostgreSQL refuses to run as root, and there is no user postgres or nobody")


@contextlib.contextmanager
def directory_of(user: pwd.struct_passwd | None) -> Iterator[tuple[Path, pwd.struct_passwd | None]]:
    """A short-lived directory that belongs to `user`; short too in length, since it holds a Unix socket."""
    home = Path(tempfile.mkdtemp(prefix="fieldapi-pg-"))
    try:
        if user:
            os.chown(home, user.pw_uid, user.pw_gid)
        yield home, user
    finally:
        shutil.rmtree(home, ignore_errors=True)


def initialise(binaries: Path, home: Path, user: pwd.struct_passwd | None, password: str) -> None:
    secret = home / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    if user:
        os.chown(secret, user.pw_uid, user.pw_gid)
    options = ["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-sync", "--no-instructions"]
    command = [str(binaries / "initdb"), "-D", str(home / "data"), "-U", USER, f"--pwfile={secret}"]
    run_quietly([*command, *options], home, user)
    secret.unlink()


@contextlib.contextmanager
def serving(binaries: Path, home: Path, user: pwd.struct_passwd | None, durable: bool) -> Iterator[int]:
    """Start the server and wait until it takes connections; yield its port; stop it."""
    port = free_port()
    settings = [
        "listen_addresses=127.0.0.1",
        f"port={port}",
        f"unix_socket_directories={home}",
        "max_connections=200",
        "timezone=UTC",
        *(() if durable else FORGETFUL),
    ]
    command = [str(binaries / "postgres"), "-D", str(home / "data")]
    command += [part for setting in settings for part in ("-c", setting)]
    log = home / "log"
    with log.open("wb") as output:
        # Its own session: Ctrl-C must reach the tests, which still need the server to clean up.
        server = subprocess.Popen(
            on_leash(command, user),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=home,
            env=plain_environment(),
        )
    try:
        wait_until_ready(server, home, log)
        yield port
    finally:
        stop(server)


def wait_until_ready(server: subprocess.Popen[bytes], home: Path, log: Path) -> None:
    """The server writes its status as the eighth line of postmaster.pid, as pg_ctl reads it."""
    status = home / "data" / "postmaster.pid"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        lines = status.read_text().splitlines() if status.exists() else []
        if len(lines) > 7 and lines[7].strip() == "ready":
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")


def stop(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown, which ends sessions that are still open; at once if it has not ended after 20 s."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def run_quietly(command: list[str], home: Path, user: pwd.struct_passwd | None) -> None:
    done = subprocess.run(
        on_leash(command, user),
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env=plain_environment(),
    )
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def on_leash(command: list[str], user: pwd.struct_passwd | None) -> list[str]:
    """`command` as `user`, ended by a fast shutdown when we are killed with no chance to clean up."""
    if user is None:
        return leashed(command, last_signal=signal.SIGINT)
    return leashed(command, last_signal=signal.SIGINT, user=user.pw_uid, group=user.pw_gid)


def plain_environment() -> dict[str, str]:
    """The caller's, without the PG* variables that would lead elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def free_port() -> int:
    """A port on which nobody listens, below those kernels hand out: nobody else gets it before its user takes it."""
    while True:
        port = random.randrange(*CHOSEN_BY_NO_KERNEL)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@contextlib.contextmanager
def sigterm_unwinds() -> Iterator[None]:
    """Let SIGTERM end the program through its `finally` clauses, unless the caller handles it already."""

    def leave(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def run_command(command: list[str], *, durable: bool) -> int:
    """Run `command` with DATABASE_URL set to a throw-away server; its exit code."""
    with throwaway_postgres(durable=durable) as url:
        process = subprocess.Popen(
            leashed(command, last_signal=signal.SIGTERM), env=os.environ | {"DATABASE_URL": url}
        )
        try:
            return process.wait()
        except (SystemExit, KeyboardInterrupt):
            process.terminate()
            process.wait()
            raise


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", help="run a command with DATABASE_URL set")
    run.add_argument("--durable", action="store_true", help="keep fsync and synchronous_commit on")
    run.add_argument("command", nargs="+", metavar="-- command")
    arguments = parser.parse_args()
    try:
        return run_command(arguments.command, durable=arguments.durable)
    except NoPostgres as missing:
        print(missing, file=sys.stderr)
        return 69
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
