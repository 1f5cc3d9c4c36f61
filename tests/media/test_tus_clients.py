"""tus clients that are not ours bring photos over a line that breaks: tus-js-client in Node, and tuspy."""

import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from cadres.tokens import access_for
from fieldapi import clock
from media.models import Photo, Upload
from tests.client.watermelon import HERE, installed_node
from tests.conftest import Village
from tests.media.pictures import encoded, scene
from tests.media.resuming import assert_stored
from tests.media.sending import declare
from tests.samples import Caller
from tests.serving.breaking import BreakingLine
from tests.serving.live import Server, serving

__all__ = ["installed_node"]
PHOTO = encoded(scene(1)) + bytes(range(256)) * 4000  # a megabyte
CUTS, MOST = 8, 120_000  # so often, and so early, that the photo cannot arrive before


@pytest.fixture
def village(transactional_db: None) -> Village:
    village = Village()
    assert village.house
    return village


@pytest.fixture
def server(village: Village, tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        yield server


@pytest.fixture(params=["disk", "s3"])
def anywhere(request: pytest.FixtureRequest, village: Village, tmp_path: Path) -> Iterator[Server]:
    """A server with its files on the disk, and one with them elsewhere."""
    storage = ""
    if request.param == "s3":
        storage = request.getfixturevalue("storage_server")
        request.getfixturevalue("s3_files")
    with serving(tmp_path, storage=storage) as server:
        yield server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(PHOTO)
    return path


def token_of(caller: Caller) -> str:
    return caller.headers["Authorization"].removeprefix("Bearer ")


def tus_js(program: str, port: int, token: str, photo: Photo, file: Path, **told: Any) -> dict[str, Any]:
    """What became of a run of tus-js-client."""
    said = {"endpoint": f"http://127.0.0.1:{port}/api/v1/uploads/", "token": token, "photo": str(photo.pk)}
    run = [program, str(HERE / "tus.js"), json.dumps({**said, "path": str(file), **told})]
    done = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_tus_js_client_brings_photos_over_a_line_that_breaks(
    village: Village, anywhere: Server, file: Path, installed_node: str
):
    token = token_of(village.client("gao"))
    for seed, options in enumerate(({}, {"uploadDataDuringCreation": True, "chunkSize": 100_000})):
        (photo,) = declare(village, PHOTO)
        with BreakingLine(anywhere.port, seed=seed, there=CUTS, most=MOST) as line:
            told = tus_js(installed_node, line.port, token, photo, file, options=options)
        assert "stored" in told, told
        assert line.broken > CUTS
        assert_stored(photo, PHOTO)


def test_tuspy_brings_a_photo_over_a_line_that_breaks(village: Village, anywhere: Server, file: Path):
    (photo,) = declare(village, PHOTO)
    with BreakingLine(anywhere.port, seed=530626, there=CUTS, most=MOST) as line:
        client = TusClient(f"http://127.0.0.1:{line.port}/api/v1/uploads/", village.client("gao").headers)
        uploader = client.uploader(
            str(file), chunk_size=90_000, retries=50, retry_delay=0,
            metadata={"photo": str(photo.pk)}, upload_checksum=True,
        )  # fmt: skip
        while not uploader.url:  # tuspy does not try this again by itself
            try:
                uploader.set_url(uploader.create_url())
            except TusCommunicationError:
                continue
        uploader.upload()

    assert line.broken > CUTS
    assert_stored(photo, PHOTO)


def test_days_later_with_an_expired_token_an_upload_goes_on(
    village: Village, server: Server, file: Path, installed_node: str, settings: Any
):
    (photo,) = declare(village, PHOTO)
    gao = village.client("gao")
    half_way = {"options": {"chunkSize": 300_000}, "stopAt": 300_000}
    stopped = tus_js(installed_node, server.port, token_of(gao), photo, file, **half_way)
    settings.CLOCK_OFFSET = timedelta(days=-5)
    expired = access_for(gao.device)
    settings.CLOCK_OFFSET = timedelta(0)
    told = server.ask(Caller(None, Authorization=f"Bearer {expired}"), "GET", "me/")
    assert (told[0], told[1]["code"]) == (401, "token_expired")
    assert Upload.objects.get().offset == 300_000
    Upload.objects.update(last_byte_at=clock.now() - timedelta(days=5))

    told = tus_js(installed_node, server.port, expired, photo, file, url=stopped["stopped"])
    assert told == {"stored": stopped["stopped"]}
    assert_stored(photo, PHOTO)


def test_a_stranger_is_refused(village: Village, server: Server, file: Path, installed_node: str):
    (photo,) = declare(village, PHOTO)
    lin = token_of(village.client("lin"))
    guessed = f"http://127.0.0.1:{server.port}/api/v1/uploads/{'0' * 32}/"
    told = [
        tus_js(installed_node, server.port, lin, photo, file),
        tus_js(installed_node, server.port, lin, photo, file, url=guessed),
        tus_js(installed_node, server.port, "nobody's", photo, file),
    ]

    assert [(one["status"], json.loads(one["body"])["code"]) for one in told] == [
        (404, "photo_undeclared"),
        (404, "photo_undeclared"),
        (401, "token_invalid"),
    ]
    assert not Upload.objects.exists()
