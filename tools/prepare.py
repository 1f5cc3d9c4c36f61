"""Makes the virtual environment and installs a lock file into it: `python3 tools/prepare.py VENV LOCK`.

Standard library only, and readable by every Python 3, so that a Python that is too old is told so
instead of stumbling over the syntax. Whatever is missing is said in one line with what to do.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
NEWER_NAMES = ("python3.14", "python3.13", "python3.12", "python3.11")
NETWORK_SIGNS = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyError",
    "SSLError",
    "Max retries exceeded",
    "name resolution",
    "No matching distribution found",
)


class Missing(Exception):
    """Something the machine lacks; the message says what, and what to do."""


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: python3 tools/prepare.py VENV LOCK")
    if sys.version_info < OLDEST:
        restart_with_a_newer_python()
    try:
        prepare(Path(sys.argv[1]), Path(sys.argv[2]))
    except Missing as missing:
        sys.exit(str(missing))
    except KeyboardInterrupt:
        sys.exit(130)


def restart_with_a_newer_python():
    """Run this script again under the first newer Python on the PATH that really starts."""
    for name in NEWER_NAMES:
        try:
            works = subprocess.call([name, "-c", ""], stderr=subprocess.DEVNULL) == 0
        except OSError:
            works = False
        if works:
            os.execvp(name, [name, *sys.argv])
    found = ".".join(str(part) for part in sys.version_info[:2])
    sys.exit(
        f"Python 3.11 or newer is needed, this is {found}: "
        "install it, or name it: make PYTHON=/path/to/python3.11"
    )


def prepare(venv, lock):
    """Bring `venv` up to `lock`; does nothing, in milliseconds, when the lock was installed before."""
    stamp = venv / f"installed-{lock.name}"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted and works(venv):
        return
    make(venv)
    install(venv, lock)
    stamp.write_text(wanted)


def works(venv):
    """Whether the environment's Python is there; a system upgrade can leave a dangling link behind."""
    return (venv / "bin" / "python").exists()


def make(venv):
    python = venv / "bin" / "python"
    if python.is_symlink() and not python.exists():
        raise Missing(f"{venv} belongs to a Python that is gone: delete {venv} and run make again.")
    if works(venv) and run([python, "-m", "pip", "--version"]).returncode == 0:
        return
    print(f"Making {venv} ...", flush=True)
    made = run([sys.executable, "-m", "venv", venv])
    if made.returncode != 0:
        if "ensurepip" in made.stdout or "No module named venv" in made.stdout:
            raise Missing(
                "Python's venv module is missing: install it (Debian, Ubuntu: apt-get install python3-venv) "
                "and run make again."
            )
        raise Missing(f"{venv} could not be made: {last_line(made.stdout)}")


def install(venv, lock):
    print(f"Installing {lock} into {venv} (only when it changed) ...", flush=True)
    pip = [venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input"]
    installed = run(
        [*pip, "--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes", "-r", lock]
    )
    if installed.returncode == 0:
        return
    if any(sign in installed.stdout for sign in NETWORK_SIGNS):
        raise Missing(
            f"The packages of {lock} cannot be fetched ({last_line(installed.stdout)}): "
            "connect to the network, or name a mirror in PIP_INDEX_URL, and run make again."
        )
    raise Missing(f"{lock} could not be installed: {last_line(installed.stdout)}")


def run(command):
    return subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def last_line(output):
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "no output"


if __name__ == "__main__":
    main()
