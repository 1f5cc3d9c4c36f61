"""A real S3-speaking server for tests: juicefs's gateway over a folder, on a loopback port."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from fieldapi import files
from fieldapi.s3 import S3Files
from tools.leash import leashed
from tools.postgres import free_port

JUICEFS = Path(sys.executable).with_name("juicefs")
BUCKET = "fieldapi"
START_SECONDS = 30


class NoStorageServer(Exception):
    """It cannot run here; the message says why."""


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Yield the FIELDAPI_STORAGE_URL of an empty bucket kept in `folder`."""
    key, secret, port = "tester", secrets.token_hex(16), free_port()
    volume = f"sqlite3://{folder}/volume.sqlite3"
    format_volume(volume, folder)
    command = [str(JUICEFS), "gateway", "--no-usage-report", "--no-banner", "--no-bgjob"]
    command += ["--log", str(folder / "log"), "--cache-dir", str(folder / "cache"), "--object-meta"]
    with (folder / "output").open("wb") as output:
        gateway = subprocess.Popen(
            leashed([*command, volume, f"127.0.0.1:{port}"], last_signal=signal.SIGKILL),
            env=os.environ | {"MINIO_ROOT_USER": key, "MINIO_ROOT_PASSWORD": secret, "HOME": str(folder)},
            stdout=output,
            stderr=output,
        )
    try:
        wait_until_it_listens(gateway, port, folder / "output")
        yield f"s3://{key}:{secret}@127.0.0.1:{port}/{BUCKET}?region=us-east-1"
    finally:
        gateway.kill()
        gateway.wait()


def empty_bucket(url: str) -> None:
    """No test sees another's files: names of photos and uploads share folders."""
    for lying in S3Files(**files.storage(url)["OPTIONS"]).bucket.objects.all():
        lying.delete()


def format_volume(volume: str, folder: Path) -> None:
    command = [str(JUICEFS), "format", "--no-update", "--storage", "file", "--bucket", f"{folder}/objects/"]
    try:
        done = subprocess.run([*command, volume, BUCKET], capture_output=True, text=True, check=False)
    except OSError as fault:
        raise NoStorageServer(f"juicefs does not start: {fault}") from fault
    if done.returncode != 0:
        raise NoStorageServer(f"juicefs format failed: {done.stderr[-500:]}")


def wait_until_it_listens(gateway: subprocess.Popen[bytes], port: int, output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and gateway.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
    raise NoStorageServer(f"juicefs gateway does not answer: {output.read_text()[-500:]}")
