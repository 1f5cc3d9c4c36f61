"""What a fresh machine hears when something is missing: one line, with what to do."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def prepare(venv: Path, lock: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/prepare.py", str(venv), str(lock)]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def test_an_unchanged_lock_is_installed_once_and_one_that_failed_again(tmp_path):
    venv, lock = tmp_path / "venv", tmp_path / "some.lock"
    lock.write_text("")
    assert "Installing" in prepare(venv, lock).stdout
    assert prepare(venv, lock).stdout == ""

    lock.write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    for _ in range(2):
        answer = prepare(venv, lock, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
        assert "Installing" in answer.stdout
        assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
        assert "connect to the network" in answer.stderr


def test_a_python_without_the_venv_module_says_which_package_to_install(tmp_path):
    (tmp_path / "venv.py").write_text("raise SystemExit('ensurepip is not available')")

    answer = prepare(tmp_path / "made", ROOT / "requirements.lock", PYTHONPATH=str(tmp_path))

    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert "apt-get install python3-venv" in answer.stderr


def test_an_environment_of_a_python_that_is_gone_says_what_to_delete(tmp_path):
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").symlink_to("/nowhere/python")

    answer = prepare(tmp_path / "venv", ROOT / "requirements.lock")

    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert f"delete {tmp_path / 'venv'}" in answer.stderr


def test_both_locks_name_the_same_versions():
    running, working = (versions(ROOT / name) for name in ("requirements.lock", "requirements-dev.lock"))

    assert running.items() <= working.items()
    assert "django" in running


def versions(lock: Path) -> dict[str, str]:
    """Of each package, the version with its marker: `django` to `5.2.19`."""
    pins = [
        line.split("==", 1) for line in lock.read_text().splitlines() if "==" in line and line[0].isalpha()
    ]
    return {name: version.rstrip(" \\") for name, version in pins}
