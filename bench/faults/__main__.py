"""`make bench-faults`: what is done to the server while phones send, and whether anything acknowledged is lost by it.

Starts PostgreSQL, object storage, web processes and worker as in production, lets phones record and send, and does one
harm after another. At the end what was acknowledged is counted against what is stored. Ends with 1 where something is
lost or doubled, where an answer was none of the contract, or where the server did not recover by itself.
"""

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.core.management import call_command

from bench.__main__ import production
from bench.faults.disks import Disk, go_where_mounts_are_ours
from bench.faults.machines import Database, Ground, running
from bench.faults.storage_proxy import StorageProxy
from tests.storage_server import NoStorageServer, serving
from tools.installed_postgres import NoPostgres
from tools.postgres import sigterm_unwinds

SHORT = 3.0


def main() -> int:
    asked = arguments()
    go_where_mounts_are_ours()
    began = time.monotonic()
    try:
        with sigterm_unwinds(), tempfile.TemporaryDirectory(prefix="faults-") as folder, ExitStack() as stack:
            ground = prepared(Path(folder), stack)
            django.setup()
            call_command("migrate", verbosity=0)
            faults = import_module("bench.faults.run").run(ground, asked.seconds, asked.only)
    except (NoPostgres, NoStorageServer) as missing:
        print(missing, file=sys.stderr)
        return 69
    print(f"{time.monotonic() - began:.0f} s in all; load average {os.getloadavg()[0]:.1f}")
    for fault in faults:
        print(f"FAULT: {fault}")
    return 1 if faults else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.faults", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15, help="that each harm lasts")
    parser.add_argument("--short", dest="seconds", action="store_const", const=SHORT, help="as CI does")
    parser.add_argument("--only", default="", help="harms that have this in their name")
    return parser.parse_args()


def prepared(folder: Path, stack: ExitStack) -> Ground:
    """Disks, object storage and PostgreSQL; the environment tells of them from now on."""
    folder.chmod(0o711)  # PostgreSQL runs as another user
    disk = stack.enter_context(Disk(folder / "data", 64))
    database_disk = stack.enter_context(Disk(folder / "database", 384))
    (folder / "objects").mkdir()
    storage_url = stack.enter_context(serving(folder / "objects"))
    address = urlsplit(storage_url)
    storage = StorageProxy((str(address.hostname), int(address.port or 0)))
    database = Database(database_disk.folder / "server")
    stack.enter_context(running(database))
    database.create()
    os.environ.update(production(database.url, str(disk.folder)))
    os.environ["FIELDAPI_STORAGE_URL"] = storage_url.replace(f":{address.port}/", f":{storage.address[1]}/")
    return Ground(folder, disk, database_disk, storage, database)


if __name__ == "__main__":
    sys.exit(main())
