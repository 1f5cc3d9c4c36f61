"""The example client of examples/typescript/: compiled strictly against the API document, and run."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import make_password

from fieldapi import clock
from tests.client.watermelon import NodeMissing, install_packages
from tests.conftest import Village
from tests.media.sending import JPEG
from tests.visits.test_races import real_village
from visits.models import Visit

__all__ = ["real_village"]

EXAMPLE = settings.BASE_DIR / "examples" / "typescript"
PASSWORD = "zou-fang-2026"


def npm(folder: Path, *words: str) -> None:
    call = [str(shutil.which("npm")), *words]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise NodeMissing(done.stdout + done.stderr)


@pytest.fixture(scope="session")
def packages() -> Path:
    try:
        found, program = shutil.which("node"), shutil.which("npm")
        if not found or not program:
            raise NodeMissing("Node and npm are not installed")
        install_packages(program, EXAMPLE)
    except NodeMissing as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))
    return EXAMPLE / "node_modules"


@pytest.fixture(scope="session")
def built(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled example, in a place of its own: a type that the document does not bear out is an error here."""
    root = tmp_path_factory.mktemp("example")
    folder = root / "examples" / "typescript"
    passed_over = shutil.ignore_patterns("node_modules", "built", "api.d.ts")
    shutil.copytree(EXAMPLE, folder, ignore=passed_over)
    (folder / "node_modules").symlink_to(packages)
    (root / "docs").mkdir()
    shutil.copy(settings.BASE_DIR / "docs" / "openapi.yaml", root / "docs")
    npm(folder, "run", "build")
    return folder / "built"


@pytest.fixture
def cast(real_village: Village) -> Village:
    for person in (real_village.gao, real_village.sun):
        person.password = make_password(PASSWORD)
        person.save()
    assert real_village.house
    return real_village


def node(*words: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(shutil.which("node")), *words],
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> Any:
    said, faults = process.communicate(timeout=60)
    assert process.returncode == 0, faults
    return json.loads(said)


def test_it_signs_in_sends_a_visit_with_a_photo_syncs_and_reads_the_summary(
    built, cast, live_server, tmp_path
):
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(JPEG)
    walk = node(
        str(built / "walk.js"), live_server.url, "gao", "sun", str(picture), FIELDAPI_DEMO_PASSWORD=PASSWORD
    )
    came_to = told(walk)

    visits = {str(visit.pk): visit for visit in Visit.objects.all()}
    assert set(visits) == {came_to["visit"]["id"], came_to["offline"]}
    assert (came_to["visit"]["post"], came_to["photo"]) == ("A", "stored")
    assert came_to["visit"]["flags"] == ["no_location"]
    assert came_to["verdicts"] == ["visits created", "opinions created"]
    assert (came_to["unsent"], came_to["held"]) == (0, 2)
    assert (came_to["own"], came_to["total"]) == (2, 2)
    assert sorted(visits[came_to["offline"]].opinions.values_list("text", flat=True)) == ["自来水时断时续"]
    device = cast.gao.devices.get()
    assert (device.phone_id, device.app_version, device.unsent) == ("example-phone", "1.0.0", 0)


@pytest.fixture
def waits_for_a_line(built: Path) -> str:
    """An app that signs in, waits, and then asks twice at once who it is."""
    return f"""
        import {{ Session, told }} from {json.dumps(str(built / "session.js"))};
        import {{ once }} from "node:events";
        const [server, password] = process.argv.slice(1);
        const session = await Session.signIn(server, "gao", password, {{}});
        console.error("signed in");
        await once(process.stdin, "data");
        const asked = [session.api.GET("/api/v1/me/"), session.api.GET("/api/v1/me/")];
        console.log(JSON.stringify((await Promise.all(asked)).map((answer) => told(answer).username)));
        process.exit();
    """


def test_a_token_that_has_run_out_is_renewed_and_the_call_goes_through(waits_for_a_line, cast, live_server):
    app = node("--input-type=module", "--eval", waits_for_a_line, live_server.url, PASSWORD)
    assert app.stderr.readline() == "signed in\n"
    with time_machine.travel(clock.now().timestamp() + 20 * 60):
        assert told_after_a_line(app) == ["gao", "gao"]
    assert cast.gao.devices.get().generation == 1


def told_after_a_line(app: subprocess.Popen[str]) -> Any:
    said, faults = app.communicate("go\n", timeout=60)
    assert app.returncode == 0, faults
    return json.loads(said)


def test_a_day_that_is_too_much_for_one_push_goes_up_in_portions(built, cast, live_server, settings):
    settings.MAX_JSON_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 4000
    script = f"""
        import {{ Phone }} from {json.dumps(str(built / "phone.js"))};
        import {{ Session }} from {json.dumps(str(built / "session.js"))};
        const [server, password, household] = process.argv.slice(1);
        const phone = new Phone(await Session.signIn(server, "gao", password, {{}}));
        for (let at = 1; at <= 9; at++) {{
          const started_at = Date.now() - at * 3600_000;
          const id = crypto.randomUUID();
          phone.create("visits", {{ id, household, kind: "phone", started_at, note: "问".repeat(400) }});
        }}
        const verdicts = await phone.sync();
        console.log(JSON.stringify([verdicts.map((one) => one.outcome), phone.unsent.size]));
    """
    house = str(cast.house.pk)
    app = node("--input-type=module", "--eval", script, live_server.url, PASSWORD, house)
    assert told(app) == [["created"] * 9, 0]
    assert Visit.objects.count() == 9


def test_a_refusal_is_told_with_its_code(built, cast, live_server):
    script = f"""
        import {{ Session }} from {json.dumps(str(built / "session.js"))};
        const [server] = process.argv.slice(1);
        const fault = await Session.signIn(server, "gao", "wrong", {{}}).catch((fault) => fault);
        console.log(JSON.stringify(fault.problem.code));
    """
    assert told(node("--input-type=module", "--eval", script, live_server.url)) == "bad_credentials"
