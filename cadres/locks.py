"""Locks against guessing passwords: they hold up sign-in only, never a device that is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from cadres.models import SignInFailure
from fieldapi import clock
from fieldapi.errors import Refused

WINDOW = timedelta(minutes=15)  # failures this close together count; a lock lasts as long
OF_PAIR = 10  # wrong passwords for one account from one address
OF_ACCOUNT = 30
FROM_ADDRESS = 100


@dataclass(frozen=True)
class Attempt:
    """Somebody says a password: for which account (a folded name), from where."""

    username: str
    address: str

    def refuse_if_locked(self, own: int = 0) -> None:
        """Refuses `locked`. `own`: how many of the failures on record are this attempt's. One query."""
        ends = max(filter(None, self._locks(own)), default=None)
        if ends is not None:
            seconds = int((ends - clock.now()).total_seconds()) + 1
            raise Refused("locked", retry_after=seconds)

    def record_failure(self) -> None:
        """Write it down, then refuse `locked` if others that ran at the same time used up the tries."""
        SignInFailure.objects.create(username=self.username, address=self.address, at=clock.now())
        self.refuse_if_locked(own=1)

    def _locks(self, own: int) -> list[datetime | None]:
        now = clock.now()
        failures = list(
            SignInFailure.objects.filter(
                Q(username=self.username) | Q(address=self.address), at__gt=now - 2 * WINDOW
            )
            .order_by("-at")
            .values_list("username", "address", "at")
        )
        of_account = [at for username, _, at in failures if username == self.username]
        from_address = [at for _, address, at in failures if address == self.address]
        of_pair = [
            at for username, address, at in failures if (username, address) == (self.username, self.address)
        ]
        return [
            locked_until(of_pair, OF_PAIR + own, now),
            locked_until(of_account, OF_ACCOUNT + own, now),
            locked_until(from_address, FROM_ADDRESS + own, now),
        ]


def locked_until(failures: Sequence[datetime], limit: int, now: datetime) -> datetime | None:
    """When the lock ends that `failures` (newest first) have earned; None when there is none."""
    if len(failures) < limit or failures[0] - failures[limit - 1] > WINDOW:
        return None
    ends = failures[0] + WINDOW
    return ends if ends > now else None
