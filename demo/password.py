"""The demo accounts' password: FIELDAPI_DEMO_PASSWORD, else made once and kept in the data directory."""

import secrets

from django.conf import settings

from fieldapi import environment


def demo_password() -> str:
    kept = settings.DATA_DIR / "demo_password"
    if said := environment.text("FIELDAPI_DEMO_PASSWORD"):
        return said
    return environment.kept_secret(kept, make=lambda: secrets.token_urlsafe(9))
