"""Files in S3-compatible storage, for many threads, with bounded waits and bounded memory.

Imported only where FIELDAPI_STORAGE_URL says s3: the client library costs 20 MB.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

MB = 1024 * 1024

# A phone waits behind every call, so a storage that does not answer is soon said to be busy.
CLIENT = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"total_max_attempts": 3, "mode": "standard"},
    max_pool_connections=32,
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    # Not every storage that speaks S3 knows Amazon's newest checksums; each photo has its own sha256.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
# One request per file, read from disk as it goes: parts in parallel would each stand in memory.
TRANSFER = TransferConfig(use_threads=False, multipart_threshold=64 * MB)


@contextmanager
def trouble_is_oserror() -> Iterator[None]:
    """As from a disk: whoever uses a storage need not know which one it is. FileNotFoundError where nothing lies.

    django-storages asks for a file's facts before it fetches it; what is deleted in between is missing all the same.
    """
    try:
        yield
    except ClientError as fault:
        missing = fault.response.get("Error", {}).get("Code") == "NoSuchKey"
        raise (FileNotFoundError if missing else OSError)(f"storage: {fault}") from fault
    except (BotoCoreError, Boto3Error) as fault:
        raise OSError(f"storage: {fault}") from fault


class S3Files(S3Storage):
    """django-storages' S3, whose threads share one client instead of each making its own."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._making = Lock()
        self._shared: Any = None

    def get_default_settings(self) -> dict[str, Any]:
        ours = {"client_config": CLIENT, "transfer_config": TRANSFER, "max_memory_size": MB}
        return super().get_default_settings() | ours

    @property
    def connection(self) -> Any:
        with self._making:
            if self._shared is None:
                self._shared = self._create_session().resource(
                    "s3",
                    region_name=self.region_name,
                    endpoint_url=self.endpoint_url,
                    config=self.client_config,
                )
        return self._shared

    def _open(self, name: str, mode: str = "rb") -> File:
        with trouble_is_oserror():
            opened = super()._open(name, mode)
            opened.open()  # fetched now, not at the first read, when nobody would translate the trouble
        return opened

    def _save(self, name: str, content: File) -> str:
        with trouble_is_oserror():
            return super()._save(name, content)

    def delete(self, name: str) -> None:
        with trouble_is_oserror():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with trouble_is_oserror():
            return super().exists(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with trouble_is_oserror():
            return super().listdir(name)

    def size(self, name: str) -> int:
        with trouble_is_oserror():
            return super().size(name)
