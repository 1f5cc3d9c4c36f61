"""The server's log: for a rehearsal, and for a program that reads it. It names nobody and no household."""

import logging

from notices.channels import Message
from notices.wording import summary_of

log = logging.getLogger(__name__)


class Log:
    def send(self, message: Message) -> str:
        what = "digest" if message.digest else "letter"
        log.info("%s %s to user %s: %s", what, message.id, message.person.pk, summary_of(message.notices))
        return ""
