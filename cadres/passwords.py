"""Passwords: Argon2 within bounds, what makes one too weak, one-time passwords."""

import os
import secrets
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.contrib.auth.hashers import check_password as fits_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from cadres.models import User
from fieldapi.errors import Fault, Refused, words

LONGEST = 256
UNUSABLE = "!"
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else on paper


class Argon2(Argon2PasswordHasher):
    """Argon2id at OWASP's setting for little memory: 19 MiB and two passes, about 20 ms.

    As many at once as there are cores: a rush of sign-ins, one per thread, must not eat the machine's memory.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
    at_once = BoundedSemaphore(os.cpu_count() or 1)

    def encode(self, password: str, salt: str) -> str:
        with self.at_once:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with self.at_once:
            return super().verify(password, encoded)


class OneTimeArgon2(Argon2):
    """For one-time passwords, whose 59 random bits need no slow hash: a thousand are given in a second."""

    memory_cost = 1024
    time_cost = 1


def fits(password: str, user: User | None) -> bool:
    """Whether an active `user` has this password. Takes as long for nobody as for somebody."""
    if user and user.must_change_password:
        fits_hash(password, UNUSABLE)  # what a one-time password's hash saves
    return fits_hash(password, user.password if user and user.active else UNUSABLE)


def refuse_weak(password: str, user: User, *, pointer: str, instead_of: str = "") -> None:
    """Refuses `weak_password`, with every reason in the language of the request."""
    reasons = ["password_unchanged"] if password == instead_of else []
    try:
        validate_password(password, user)
    except ValidationError as fault:
        reasons += [str(one.code) for one in fault.error_list]
    if reasons:
        told = [Fault(pointer, "weak_password", words(reason)) for reason in reasons]
        raise Refused("weak_password", errors=told)


def one_time_password() -> tuple[str, str]:
    """Twelve characters in groups of four, to be read out or copied from paper: 59 bits; and their hash."""
    password = "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(3))
    return password, make_password(password, hasher=OneTimeArgon2())
