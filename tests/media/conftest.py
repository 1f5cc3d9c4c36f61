"""Where tests keep files: on a disk of their own, and on a real S3-speaking server."""

from pathlib import Path

import pytest
from django.core.files.storage import Storage, default_storage
from pytest_django.fixtures import Settings

from fieldapi import files


@pytest.fixture(autouse=True)
def disk(settings: Settings, tmp_path: Path) -> Path:
    """The storage's folder."""
    folder = tmp_path / "files"
    settings.DATA_DIR = tmp_path
    settings.STORAGES = settings.STORAGES | {"default": files.storage(f"file://{folder}")}
    return folder


@pytest.fixture(params=["disk", "s3"])
def anywhere(request: pytest.FixtureRequest, disk: Path) -> Storage:
    """Django's default storage: once on the disk, once on the server."""
    return request.getfixturevalue("s3_files") if request.param == "s3" else default_storage
