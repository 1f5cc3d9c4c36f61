"""The cast every test may call on."""

import os
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import pytest
from django.core.files.storage import Storage, storages
from django.db import connection
from hypothesis import HealthCheck, settings
from pytest_django.fixtures import Settings

from cadres.models import User
from fieldapi import clock, files
from households.models import Household
from tests import samples
from tests.samples import Caller
from tests.storage_server import NoStorageServer, empty_bucket, serving

# A loaded machine is no fault of the product's: no property is judged by how long a case took.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as in service: in memory, two threads would lock each other out at once."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Tables are emptied between transactional tests, which the journal's triggers would refuse."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS journal_no_delete")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS journal_is_never_emptied ON fieldapi_journalline")


@pytest.fixture(scope="session")
def storage_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        with serving(tmp_path_factory.mktemp("s3")) as url:
            yield url
    except NoStorageServer as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))


@pytest.fixture
def storage_server(storage_process: str) -> str:
    """The FIELDAPI_STORAGE_URL of a real S3-speaking server, whose bucket is empty."""
    empty_bucket(storage_process)
    return storage_process


@pytest.fixture(autouse=True)
def disk(settings: Settings, tmp_path: Path) -> Path:
    """The folder that is Django's default storage."""
    folder = tmp_path / "files"
    settings.STORAGES = settings.STORAGES | {"default": files.storage(f"file://{folder}")}
    return folder


@pytest.fixture
def s3_files(storage_server: str, settings: Settings) -> Storage:
    """Django's default storage, on that server."""
    settings.STORAGES = settings.STORAGES | {"default": files.storage(storage_server)}
    return storages["default"]


class Village:
    """A house in 田坝 with everybody around it. People are made when first called on."""

    CAST = ("gao", "chen", "qian", "lin", "sun", "zhou", "wu", "zheng", "tang")

    def __init__(self) -> None:
        samples.make_units()

    @cached_property
    def house(self) -> Household:
        """Served by `gao` (A) and `chen` (B); until a month ago by `qian`."""
        house = samples.make_household()
        month_ago = clock.today() - timedelta(days=30)
        samples.make_pairing(house, self.qian, ended_on=month_ago, assigned_by=self.sun)
        samples.make_pairing(house, self.gao, started_on=month_ago, assigned_by=self.sun)
        samples.make_pairing(house, self.chen, post="B", assigned_by=self.sun)
        return house

    @cached_property
    def gao(self) -> User:
        """The paired cadre."""
        return samples.make_user("gao")

    @cached_property
    def chen(self) -> User:
        """Her cover."""
        return samples.make_user("chen")

    @cached_property
    def qian(self) -> User:
        """Her predecessor."""
        return samples.make_user("qian")

    @cached_property
    def lin(self) -> User:
        """A cadre of the same town who serves somebody else."""
        return samples.make_user("lin")

    @cached_property
    def sun(self) -> User:
        """The town's supervisor."""
        return samples.make_user("sun", role="supervisor")

    @cached_property
    def zhou(self) -> User:
        """The other town's supervisor."""
        return samples.make_user("zhou", role="supervisor", unit=samples.OTHER_TOWN)

    @cached_property
    def wu(self) -> User:
        """The county's leader."""
        return samples.make_user("wu", role="leader", unit=samples.COUNTY)

    @cached_property
    def zheng(self) -> User:
        """The county's admin."""
        return samples.make_user("zheng", role="admin", unit=samples.COUNTY)

    @cached_property
    def tang(self) -> User:
        """The other town's admin."""
        return samples.make_user("tang", role="admin", unit=samples.OTHER_TOWN)

    def client(self, name: str | None) -> Caller:
        """Who speaks: one of the cast by name, or nobody."""
        return Caller(getattr(self, name) if name else None)


@pytest.fixture
def village(db: None) -> Village:
    return Village()
