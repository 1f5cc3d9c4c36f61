"""The ways by which a letter reaches a person, besides the list in the app. Each is named in the settings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from cadres.models import User
from notices.models import Notice


class Undelivered(Exception):
    """It did not go out. `reason` is kept and logged: it holds no number and no secret.

    `hopeless` when trying again cannot help; `wait` when the receiver asks for some time.
    """

    def __init__(self, reason: str, *, hopeless: bool = False, wait: timedelta | None = None):
        super().__init__(reason)
        self.reason, self.hopeless, self.wait = reason, hopeless, wait


@dataclass(frozen=True)
class Message:
    """A letter on its way by one channel. `id` stays the same when it is tried again: receivers know it by that."""

    id: UUID
    person: User
    digest: bool
    notices: list[Notice]
    made_at: datetime


class Channel(Protocol):
    def send(self, message: Message) -> str:
        """The receiver's own word for it, "" where there is none. Raises Undelivered."""
        ...
