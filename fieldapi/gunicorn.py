"""How gunicorn serves fieldapi: `gunicorn -c fieldapi/gunicorn.py fieldapi.wsgi:application`.

PORT (8000) and WEB_CONCURRENCY (processes, 2) come from the environment; gunicorn's own options
override what stands here, as in `--bind 0.0.0.0:8000` or `--access-logfile -`.
"""

import ctypes
import gc
import os
import signal
import sys
from typing import Any

PR_SET_PDEATHSIG = 1

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Loaded once and shared: half the memory and start, and a wrong setting stops the start with its one line.
preload_app = True

# A slow upload holds a thread from its first byte to its last, and a hundred must fit into either
# process, wherever the kernel puts them, beside the normal traffic. A waiting thread costs little.
worker_class = "fieldapi.slow_clients.PatientWorker"
threads = 128
worker_connections = 1000
keepalive = 75  # longer than the usual proxy's, so that the proxy is the one that closes
http_parser = "python"  # the one that PatientWorker was tested with

timeout = 60  # of the accepting loop's heartbeat, not of a request
graceful_timeout = 30
# Heartbeats go to memory where there is a memory file system, so that a busy disk stops nobody.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None

limit_request_line = 8190  # cursors and filters travel in it
limit_request_fields = 64
limit_request_field_size = 8190

# Never a token, an upload's secret or a query, which can hold a name: method, path, status, bytes, seconds.
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(b)s %(L)s"
logger_class = "fieldapi.server_log.ServerLog"
errorlog = "-"
loglevel = "warning"
control_socket_disable = True

forwarded_allow_ips = os.environ.get("FIELDAPI_TRUSTED_PROXIES") or "127.0.0.1,::1"


def when_ready(server: Any) -> None:
    """What is loaded by now stays: the collector need not look through it again and again, nor copy it by that.

    It looks for garbage after 20 000 new objects, which are some MB: after Python's 700 it would look many times
    during one push, all of whose rows are still in use.
    """
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def post_fork(server: Any, worker: Any) -> None:
    """A web process ends with its master, even when that one is killed with -9 (Linux only), and frees the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
