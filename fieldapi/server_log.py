"""gunicorn's own log lines, of requests and of errors, without secrets, whatever format an operator asks for."""

from typing import Any

from gunicorn.glogging import Logger

from fieldapi.discreet import Discreet


class ServerLog(Logger):
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.filters[:] = [Discreet()]
