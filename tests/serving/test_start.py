"""A start that cannot succeed ends at once, with one line that says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
GUNICORN = ["-m", "gunicorn", "-c", "fieldapi/gunicorn.py", "fieldapi.wsgi:application"]


@pytest.mark.parametrize("program", [GUNICORN, ["manage.py", "migrate"], ["manage.py", "work"]])
def test_a_wrong_setting_stops_every_program_with_one_line(program):
    wrong = {"FIELDAPI_MODE": "production", "FIELDAPI_SECRET_KEY": "", "PORT": str(free_port())}
    answer = subprocess.run(
        [sys.executable, *program],
        cwd=ROOT,
        env=os.environ | wrong,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr == "FIELDAPI_SECRET_KEY is required in production (FIELDAPI_MODE=local makes one).\n"


def test_everything_is_loaded_before_the_web_processes_part():
    local = {"FIELDAPI_MODE": "local"}
    asked = "import sys, fieldapi.wsgi; print('reports.views' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env=os.environ | local,
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout == "True\n"
