"""What of the user's was turned away: the phone shows that it is safe, and what became of it."""

from django.db.models import Q

from sync.feed.columns import Kind, column
from sync.feed.table import FeedTable
from sync.models import QuarantinedRow

TABLES = (
    FeedTable(
        "quarantine",
        QuarantinedRow,
        (
            column("table", Kind.TEXT, optional=False),
            column("row_id", Kind.TEXT, optional=False),
            column("body", Kind.TEXT, optional=False, meaning="JSON, as it was sent"),
            column("problem", Kind.TEXT, optional=False, meaning="JSON, as it was answered"),
            column("code", Kind.TEXT, optional=False),
            column("state", Kind.TEXT, optional=False, meaning="kept, replayed or discarded"),
            column("reason", Kind.TEXT, "decision_reason", meaning="why it was discarded"),
            column("received_at", Kind.INSTANT, optional=False),
            column(
                "version",
                Kind.WHOLE,
                "state",
                optional=False,
                read=lambda state: 1 if state == QuarantinedRow.State.KEPT else 2,
            ),
        ),
        lambda pulled: [Q(sender=pulled.user.pk)],
    ),
)
