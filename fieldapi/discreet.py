"""What must not stand in a log: the secret in an upload's address, with which anybody could go on with the upload."""

import logging
import re

SECRET = re.compile(r"(/uploads/)[^/?\s'\"]+")


def discreet(text: str) -> str:
    """`text` with every such secret left out."""
    return SECRET.sub(r"\1…", text)


class Discreet(logging.Filter):
    """Leaves secrets out of every line that goes through."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if (kept := discreet(said)) != said:
            record.msg, record.args = kept, ()
        return True
