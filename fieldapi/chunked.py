"""Bodies sent in chunks, with no length told beforehand.

HTTP libraries of phones send so when they compress on the way. Django would see an empty body.
"""

from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import IO, Any

BLOCK = 64 * 1024
IN_MEMORY = 256 * 1024

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class ChunkedBodies:
    """WSGI middleware: takes such a body in, on disk where it is large, and tells its length.

    Takes in at most one byte more than `most`, which the application then refuses as too large.
    """

    def __init__(self, answer: Application, *, most: int) -> None:
        self.answer = answer
        self.most = most

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() != "chunked":
            return self.answer(environ, start_response)
        with SpooledTemporaryFile(IN_MEMORY) as body:
            try:
                take_in(environ["wsgi.input"], body, self.most + 1)
            except OSError as fault:
                told = {"wsgi.input": CutOff(fault), "CONTENT_LENGTH": "1"}
            else:
                told = {"wsgi.input": body, "CONTENT_LENGTH": str(body.tell())}
                body.seek(0)
            return self.answer(environ | told, start_response)


def take_in(sent: IO[bytes], body: IO[bytes], most: int) -> None:
    while most and (block := sent.read(min(BLOCK, most))):
        body.write(block)
        most -= len(block)


class CutOff:
    """A body that did not arrive whole: whoever reads it is told so, as at a direct read."""

    def __init__(self, fault: OSError) -> None:
        self.fault = fault

    def read(self, size: int = -1) -> bytes:
        raise self.fault

    readline = read
