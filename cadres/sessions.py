"""Sessions: a user on a device, from sign-in to sign-out, and its generations of refresh tokens.

A refresh token carries its generation. `Device.generation` is the highest one that was ever presented: presenting
it, or the next one, is answered with a token of the generation after it, as often as it is asked for. So an answer
that is lost for a weekend signs nobody out, and a stolen old token ends the session.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from cadres.authentication import generation_of, session_of
from cadres.locks import Attempt
from cadres.models import Device, User
from cadres.passwords import fits, refuse_weak
from cadres.tokens import Refresh, access_for, refresh_for
from cadres.usernames import folded
from fieldapi import clock
from fieldapi.errors import Refused
from fieldapi.ids import new_id
from fieldapi.journal import note_down

OVERLAP = timedelta(seconds=60)  # in which a token just replaced is a late copy, not a stolen one


@dataclass(frozen=True)
class Phone:
    """What a phone says about itself at sign-in. `id` is "" for a browser or curl."""

    id: str = ""
    name: str = ""
    platform: str = ""
    app_version: str = ""


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str


def tokens_for(device: Device) -> Tokens:
    return Tokens(access_for(device), refresh_for(device, device.generation + 1))


def sign_in(*, username: str, password: str, phone: Phone, address: str) -> Device:
    """Begin a session. Refuses `bad_credentials`, with the same words and after the same time for everybody,
    and `locked`."""
    attempt = Attempt(folded(username)[:150], address)
    attempt.refuse_if_locked()
    user = User.objects.select_related("unit", "office").filter(username=attempt.username).first()
    if not fits(password, user) or user is None:
        attempt.record_failure()
        raise Refused("bad_credentials")
    attempt.refuse_if_locked()
    return _begin(user, phone)


@transaction.atomic
def _begin(user: User, phone: Phone) -> Device:
    unchanged = User.objects.filter(pk=user.pk, password=user.password, active=True)
    if not unchanged.select_for_update(no_key=True).exists():
        raise Refused("bad_credentials")
    now = clock.now()
    session = {
        "name": phone.name,
        "platform": phone.platform,
        "app_version": phone.app_version,
        "session": new_id(),
        "generation": 0,
        "generation_at": now,
        "signed_in_at": now,
        "last_seen_at": now,
        "ended_at": None,
    }
    if phone.id:
        device, _ = Device.objects.update_or_create(session, user=user, phone_id=phone.id)
        device.user = user
    else:
        device = Device.objects.create(user=user, **session)
    note_down(user, "auth.token", device.pk, unit=user.unit_id)
    return device


def refresh(raw: str) -> Device:
    """The session a refresh token belongs to, moved to the token's generation. One conditional update at most.

    Refuses `token_expired`, `token_invalid`, `token_superseded` and `session_ended`.
    """
    presented = generation_of(raw)
    device = session_of(Refresh, raw)
    if presented == device.generation + 1 and not _move(device, presented):
        device = session_of(Refresh, raw)  # a copy of the same token was faster
    if presented == device.generation:
        return device
    if presented > device.generation:
        raise Refused("token_invalid")
    if clock.now() - device.generation_at <= OVERLAP:
        raise Refused("token_superseded")
    end(by=device.user, device=device, action="auth.refresh", why="an old refresh token was presented")
    raise Refused("session_ended")


def _move(device: Device, generation: int) -> bool:
    now = clock.now()
    before = Device.objects.filter(session=device.session, generation=generation - 1, ended_at=None)
    moved = before.update(generation=generation, generation_at=now, last_seen_at=now)
    device.generation, device.generation_at, device.last_seen_at = generation, now, now
    return moved == 1


@transaction.atomic
def end(*, by: User, device: Device, action: str, why: str = "") -> None:
    """End the session on `device` at once, also for access tokens already out. An ended one stays ended."""
    alive = Device.objects.filter(pk=device.pk, session=device.session, ended_at=None)
    if alive.update(ended_at=clock.now()):
        note_down(by, action, device.pk, unit=device.user.unit_id, **({"why": why} if why else {}))


def end_all_of(user: User, *, but: Device | None = None) -> int:
    """End a user's sessions (but one) in one statement; the caller writes the journal's line."""
    alive = Device.objects.filter(user=user, ended_at=None)
    return (alive.exclude(pk=but.pk) if but else alive).update(ended_at=clock.now())


def prove_password(*, by: User, password: str, address: str) -> None:
    """Refuses `wrong_password`, which counts as a failed sign-in, with its locks."""
    attempt = Attempt(by.username, address)
    attempt.refuse_if_locked()
    if not fits(password, by):
        attempt.record_failure()
        raise Refused("wrong_password", "/old_password")


def change_password(*, by: User, device: Device, old: str, new: str) -> None:
    """Change one's own password, once `old` was proved, and end the other sessions. Refuses `weak_password`."""
    refuse_weak(new, by, pointer="/new_password", instead_of=old)
    hashed = make_password(new)
    with transaction.atomic():
        mine = User.objects.filter(pk=by.pk, password=by.password)
        if not mine.update(
            password=hashed, must_change_password=False, version=F("version") + 1, changed_at=clock.now()
        ):
            raise Refused("wrong_password", "/old_password")  # somebody else has just changed it
        ended = end_all_of(by, but=device)
        note_down(by, "auth.password", by.pk, unit=by.unit_id, sessions_ended=ended)
