"""A WSGI application that only writes a body to disk, as durably as a photo: the floor of uploads."""

import os
from itertools import count
from pathlib import Path

FOLDER = Path(os.environ["FIELDAPI_DATA_DIR"], "only_written")
PIECE = 128 * 1024
FOLDER.mkdir(exist_ok=True)
numbers = count()


def application(environ, start_response):
    if environ["REQUEST_METHOD"] == "PUT":
        write_down(environ["wsgi.input"])
    start_response("200 OK", [("Content-Length", "0")])
    return []


def write_down(body) -> None:
    """The bytes and the file's name outlast a power cut."""
    with (FOLDER / f"{os.getpid()}-{next(numbers)}").open("wb") as file:
        while piece := body.read(PIECE):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(FOLDER, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
