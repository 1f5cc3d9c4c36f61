"""After a backup is restored: the database counts transactions anew, so every phone pulls everything once."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import F

from sync.models import Change, FeedDay, FeedState


class Command(BaseCommand):
    help = "Run once after restoring a backup: every phone then pulls its whole working set; unsent rows survive."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        FeedState.objects.get_or_create(id=1)
        FeedState.objects.update(generation=F("generation") + 1)
        Change.objects.all().delete()
        FeedDay.objects.all().delete()
        self.stdout.write("Every phone begins anew at its next pull.")
