from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from sync.feed.triggers import install


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        post_migrate.connect(install_triggers, sender=self)


def install_triggers(using: str, **_: Any) -> None:
    """After every migration, since SQLite loses the triggers of a table it rebuilds."""
    install(connections[using])
