"""Where tests keep files: on a disk of their own, and on a real S3-speaking server."""

from pathlib import Path

import pytest
from django.core.files.storage import Storage, default_storage
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> None:
    """Where drafts are made for a storage elsewhere."""
    settings.DATA_DIR = tmp_path


@pytest.fixture(params=["disk", "s3"])
def anywhere(request: pytest.FixtureRequest, disk: Path) -> Storage:
    """Django's default storage: once on the disk, once on the server."""
    return request.getfixturevalue("s3_files") if request.param == "s3" else default_storage
