"""Phone and identity numbers: encrypted at rest, searchable by a blind index, masked in answers.

AES-256-GCM with a random nonce; the stored text is `1:<base64 of nonce and ciphertext>`, where `1` names the
key, so that a later key can stand beside it. The blind index is an HMAC-SHA256 under a key of its own: equal
numbers have equal indexes, and nobody without the key can compute one.
"""

import base64
import hmac
import os
import unicodedata
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

KEY_NAME = "1"
NONCE_BYTES = 12


@cache
def _key(purpose: str, secret: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=b"fieldapi", info=purpose.encode()).derive(secret.encode())


def encrypt(clear: str) -> str:
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_key("numbers", settings.DATA_KEY)).encrypt(nonce, clear.encode(), None)
    return f"{KEY_NAME}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str) -> str:
    """Raises cryptography's InvalidTag when the text was changed or the key is another."""
    raw = base64.b64decode(stored.partition(":")[2])
    return (
        AESGCM(_key("numbers", settings.DATA_KEY))
        .decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None)
        .decode()
    )


def blind(clear: str) -> str:
    """The index under which a number is found: its written form (width, case, blanks, dashes) does not matter."""
    plain = "".join(unicodedata.normalize("NFKC", clear).upper().replace("-", "").split())
    return hmac.digest(_key("index", settings.DATA_KEY), plain.encode(), "sha256").hex() if plain else ""


def masked(clear: str) -> str:
    """`13800001111` → `138****1111`; of a shorter one at most the last four are shown, and never more than half."""
    if len(clear) >= 11:
        return clear[:3] + "*" * (len(clear) - 7) + clear[-4:]
    shown = min(len(clear) // 2, 4)
    return "*" * (len(clear) - shown) + clear[len(clear) - shown :]


class SecretField(models.TextField):
    """A text kept encrypted; Python sees it in clear."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else ""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        return decrypt(value) if value else ""


class BlindIndexField(models.CharField):
    """The blind index of the field named by `of`, kept true on every write of the row."""

    def __init__(self, *args: Any, of: str = "", **kwargs: Any):
        self.of = of
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("default", "")
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = blind(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value
