"""The inside of the darkroom: `python -m media.bounded` develops one file per line of standard input.

The kernel bounds it: beyond its memory Pillow finds none, beyond its CPU time it is killed. Whatever else a
damaged file makes Pillow raise ends the process, and that is the answer; the traceback may show our mistake.
"""

import json
import math
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path

from PIL import Image

from media.darkroom import Problem
from media.develop import Undecodable, develop


def serve(cpu_seconds: int, memory_bytes: int) -> None:
    """Say that it is ready, then answer each line `[source, directory]` with one line."""
    Image.preinit()
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CORE, 0)
    _say({"ready": True})
    for line in sys.stdin:
        source, into = map(Path, json.loads(line))
        _limit(resource.RLIMIT_CPU, math.ceil(time.process_time()) + cpu_seconds)
        _say(_develop(source, into))


def _develop(source: Path, into: Path) -> dict:
    try:
        return asdict(develop(source, into))
    except Undecodable:
        return {"problem": Problem.UNDECODABLE}
    except MemoryError:
        return {"problem": Problem.TOO_LARGE_IN_MEMORY}
    except OSError as error:
        if error.errno is None:  # Pillow's own, about what is in the file
            return {"problem": Problem.UNDECODABLE}
        return {"errno": error.errno}


def _limit(what: int, limit: int) -> None:
    _, most = resource.getrlimit(what)
    resource.setrlimit(what, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))


def _say(answer: dict) -> None:
    sys.stdout.write(json.dumps(answer, default=str) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(cpu_seconds=int(sys.argv[1]), memory_bytes=int(sys.argv[2]))
