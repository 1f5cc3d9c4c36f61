"""The throw-away PostgreSQL that tests and measurements run on."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tools.installed_postgres import NoPostgres, find_binaries
from tools.postgres import throwaway_postgres

ROOT = Path(__file__).resolve().parents[2]


def postgres_is_here() -> bool:
    try:
        find_binaries()
    except NoPostgres:
        return False
    return True


needs_postgres = pytest.mark.skipif(not postgres_is_here(), reason="no PostgreSQL server on this machine")


@needs_postgres
def test_the_server_takes_connections_and_is_gone_afterwards_with_its_directory():
    with throwaway_postgres() as url:
        directory = Path(ask(url, "show data_directory"))
        assert ask(url, "show server_encoding") == "UTF8"
        assert ask(url, "show max_connections") == "200"
        assert ask(url, "show fsync") == "off"

    assert not directory.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


@needs_postgres
def test_a_durable_server_writes_to_disk_as_postgresql_does_by_default():
    with throwaway_postgres(durable=True) as url:
        assert [ask(url, f"show {name}") for name in ("fsync", "synchronous_commit")] == ["on", "on"]


@needs_postgres
def test_nobody_gets_in_without_the_password():
    with throwaway_postgres() as url:
        user, _, rest = url.partition("@")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"{user.rpartition(':')[0]}:guess@{rest}")


@needs_postgres
def test_an_exception_stops_the_server_too():
    seen = []
    with pytest.raises(ZeroDivisionError):
        fall_over(seen)

    assert not seen[0].exists()


def fall_over(seen: list[Path]) -> None:
    with throwaway_postgres() as url:
        seen.append(Path(ask(url, "show data_directory")))
        raise ZeroDivisionError


@needs_postgres
@pytest.mark.parametrize(("last_signal", "cleans_up"), [(signal.SIGTERM, True), (signal.SIGKILL, False)])
def test_a_signal_to_the_program_stops_server_and_command(last_signal, cleans_up):
    report = "import os, time; print(os.environ['DATABASE_URL'], flush=True); time.sleep(600)"
    command = [sys.executable, "-m", "tools.postgres", "run", "--", sys.executable, "-c", report]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        url = program.stdout.readline().strip()
        with psycopg.connect(url, autocommit=True) as connection:
            directory = connection.execute("show data_directory").fetchone()[0]
            program.send_signal(last_signal)
            program.wait()
            # Ends when the command that held the other end is gone.
            assert program.stdout.read() == ""
            with pytest.raises(psycopg.OperationalError):
                connection.execute("select pg_sleep(60)")
    assert Path(directory).exists() is not cleans_up
    shutil.rmtree(Path(directory).parent, ignore_errors=True)


@needs_postgres
def test_the_exit_code_is_the_commands():
    command = [sys.executable, "-m", "tools.postgres", "run", "--", "sh", "-c", "exit 7"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 7


def test_a_machine_without_postgresql_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoPostgres, match="apt-get install postgresql"):
        find_binaries(places=())


def ask(url: str, question: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchone()[0]
