"""`make run`: a whole local server in one program: database, demo, web processes and worker.

Ctrl-C or SIGTERM stops everything (exit code 0). When one of the two children ends by itself, the
other is stopped and the exit code is not 0. Killed with -9, it takes its children along.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from typing import NoReturn

from tools.leash import leashed, put_on

MANAGE = [sys.executable, "manage.py"]
WEB = [sys.executable, "-m", "gunicorn", "-c", "fieldapi/gunicorn.py", "fieldapi.wsgi:application"]
WORKER = [*MANAGE, "work"]
PORT_SECONDS = 5
START_SECONDS = 60
STOP_SECONDS = 40

Children = dict[str, subprocess.Popen[bytes]]


class Stopped(Exception):
    """Somebody asked us to stop."""


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_asked)
    if "MAKELEVEL" in os.environ:
        put_on(os.getppid(), signal.SIGTERM)
    children: Children = {}
    try:
        port = free_port()
        os.environ.setdefault("FIELDAPI_MODE", "local")
        # One moved clock (FIELDAPI_CLOCK) for all processes, however late each of them starts.
        os.environ["FIELDAPI_CLOCK_STARTED"] = str(time.time())
        prepare_database()
        start(children)
        wait_for_web(children, port)
        say_where(port)
        return first_end(children)
    except Stopped:
        return 0
    finally:
        stop(children)


def stop_asked(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped


def free_port() -> int:
    """PORT, once nobody listens there; a server that was killed a moment ago may take a second."""
    asked = os.environ.get("PORT", "8000")
    if not asked.isdecimal() or not 0 < int(asked) < 65536:
        sys.exit(f"PORT is {asked!r}: say a number from 1 to 65535.")
    deadline = time.monotonic() + PORT_SECONDS
    while is_taken(int(asked)):
        if time.monotonic() > deadline:
            sys.exit(
                f"Port {asked} is taken: stop what listens there, or choose another: make run PORT=8001."
            )
        time.sleep(0.1)
    return int(asked)


def is_taken(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except PermissionError:
        sys.exit(f"Port {port} may not be used by this user: choose one above 1023: make run PORT=8001.")
    except OSError:
        return True
    return False


def prepare_database() -> None:
    manage("migrate", "--noinput", "--verbosity", "0")
    if os.environ.get("DEMO", "yes") != "no":
        manage("load_demo", "--if-empty")
    else:
        manage("refuse_demo")


def manage(*arguments: str) -> None:
    """Run a command of the product; when it fails, so do we: it has said why."""
    if code := subprocess.run([*MANAGE, *arguments], check=False).returncode:
        sys.exit(code)


def start(children: Children) -> None:
    """Web and worker, in sessions of their own: Ctrl-C reaches only us, and we stop them in order.

    Should we be killed, the web processes go at once and free the port; the worker ends its job first.
    """
    for name, command, last_signal in (("web", WEB, signal.SIGKILL), ("worker", WORKER, signal.SIGTERM)):
        children[name] = subprocess.Popen(leashed(command, last_signal=last_signal), start_new_session=True)


def wait_for_web(children: Children, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and children["web"].poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)


def say_where(port: int) -> None:
    print(f"\n  API documentation  http://127.0.0.1:{port}/docs/")
    print(f"  API                http://127.0.0.1:{port}/api/v1/\n", flush=True)
    if os.environ.get("DEMO", "yes") != "no":
        manage("demo_accounts")
    print("\nCtrl-C stops the server.", flush=True)


def first_end(children: Children) -> int:
    """Wait until a child ends, which none should; the exit code to pass on, never 0."""
    ended, _ = os.wait()
    name = next(name for name, child in children.items() if child.pid == ended)
    print(f"The {name} ended by itself; stopping.", file=sys.stderr)
    return 1


def stop(children: Children) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children.values():
        try:
            child.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


if __name__ == "__main__":
    sys.exit(main())
