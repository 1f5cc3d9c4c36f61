"""The image and docker-compose.yml say what the code says. (No Docker engine is needed, or asked.)"""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.urls import resolve

from fieldapi.environment import VARIABLES
from tools.compose_env import environment

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
VARIABLE = re.compile(r"\$\{(\w+)(:[-?])([^}]*)\}")
KNOWN = {variable.name for variable in VARIABLES}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """docker-compose.yml with the variables of a fresh .env filled in, as Compose fills them in."""
    given = environment("visits.example.org")

    def value(match: re.Match[str]) -> str:
        name, rule, rest = match.groups()
        assert rule == ":-" or name in given, f"{name} is asked for, and tools/compose_env.py makes none"
        return given.get(name, rest)

    def filled(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: filled(inner) for name, inner in part.items()}
        if isinstance(part, list):
            return [filled(inner) for inner in part]
        return VARIABLE.sub(value, part) if isinstance(part, str) else part

    return filled(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


def ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: service for name, service in compose["services"].items() if service["image"] == "fieldapi"}


def image_environment() -> dict[str, str]:
    [line] = re.findall(r"^ENV (.*)$", DOCKERFILE, re.MULTILINE)
    return dict(item.split("=", 1) for item in shlex.split(line))


def test_every_variable_of_image_and_services_is_one_the_product_reads(compose):
    assert ours(compose).keys() == {"migrate", "web", "worker"}
    for service in ours(compose).values():
        assert set(service["environment"]) <= KNOWN
    assert set(image_environment()) - {"PYTHONUNBUFFERED"} <= KNOWN


def test_the_settings_accept_the_services_environment_and_find_their_neighbours_by_name(compose, tmp_path):
    given = {**image_environment(), **compose["services"]["web"]["environment"]}
    given["FIELDAPI_DATA_DIR"] = str(tmp_path)
    show = (
        "from django.conf import settings as s; d = s.DATABASES['default']; f = s.STORAGES['default']['OPTIONS'];"
        "print(s.PRODUCTION, s.DEBUG, s.ALLOWED_HOSTS, d['HOST'], d['PORT'], f['endpoint_url'], f['bucket_name'])"
    )
    told = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "fieldapi.settings"}
    answer = subprocess.run(
        [sys.executable, "-c", show], cwd=ROOT, env=told | given, capture_output=True, text=True, check=True
    )

    assert answer.stdout == ("True False ['visits.example.org'] postgres 5432 http://storage:3900 fieldapi\n")
    assert {"postgres", "storage"} <= compose["services"].keys()
    garage = (ROOT / "deploy" / "garage.toml").read_text()
    assert 'api_bind_addr = "0.0.0.0:3900"' in garage
    assert 's3_region = "garage"' in garage


def test_database_and_storage_are_made_with_the_names_the_services_use(compose):
    services = compose["services"]
    database = services["postgres"]["environment"]
    storage = services["storage"]["environment"]
    url = services["web"]["environment"]["DATABASE_URL"]

    assert url == f"postgres://fieldapi:{database['POSTGRES_PASSWORD']}@postgres:5432/fieldapi"
    assert (database["POSTGRES_USER"], database["POSTGRES_DB"]) == ("fieldapi", "fieldapi")
    assert services["web"]["environment"]["FIELDAPI_STORAGE_URL"] == (
        f"s3://{storage['GARAGE_DEFAULT_ACCESS_KEY']}:{storage['GARAGE_DEFAULT_SECRET_KEY']}"
        f"@storage:3900/{storage['GARAGE_DEFAULT_BUCKET']}?region=garage&secure=no"
    )


def test_every_command_exists(compose):
    commands = [service["command"] for service in ours(compose).values() if "command" in service]

    assert [command[:2] for command in commands] == [["python", "manage.py"]] * 2
    assert {command[2] for command in commands} <= get_commands().keys()


def test_the_image_starts_gunicorn_as_make_run_does():
    [command] = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)

    assert yaml.safe_load(command) == [
        *["gunicorn", "-c", "fieldapi/gunicorn.py", "--bind", "0.0.0.0:8000"],
        "fieldapi.wsgi:application",
    ]
    assert (ROOT / "fieldapi" / "gunicorn.py").exists()
    assert "\nUSER 10001\n" in DOCKERFILE


def test_the_image_gets_every_app_and_nothing_that_is_not_the_product():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]

    assert allowed == {*packages, "requirements.lock", "manage.py"}
    assert {path.parent.name for path in ROOT.glob("*/apps.py")} <= allowed


def test_health_is_asked_where_the_server_answers(compose):
    asked = re.findall(r"http://127.0.0.1:8000(/\w+)", DOCKERFILE + str(compose["services"]["web"]))

    assert asked == ["/healthz", "/readyz"]
    assert [resolve(path).func.view_class.__name__ for path in asked] == ["Healthz", "Readyz"]


def test_everything_waits_for_what_it_needs(compose):
    healthy, done = {"condition": "service_healthy"}, {"condition": "service_completed_successfully"}
    everything = {"migrate": done, "postgres": healthy, "storage": healthy}

    assert compose["services"]["migrate"]["depends_on"] == {"postgres": healthy}
    assert compose["services"]["web"]["depends_on"] == everything
    assert compose["services"]["worker"]["depends_on"] == everything
