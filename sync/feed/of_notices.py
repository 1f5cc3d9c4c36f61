"""What the user is told (提醒), as long as it is kept. Read ones are marked at `/notices/`."""

from django.db.models import Q

from notices.models import Notice
from sync.feed.columns import Kind, column
from sync.feed.table import VERSION, FeedTable

TABLES = (
    FeedTable(
        "notices",
        Notice,
        (
            column("kind", Kind.TEXT, optional=False, meaning="docs/notices.md lists them"),
            column(
                "resource", Kind.TEXT, optional=False, meaning="what it is about: tasks, groups or opinions"
            ),
            column("row_id", Kind.ID, optional=False),
            column("unit", Kind.TEXT, optional=False),
            column(
                "title",
                Kind.TEXT,
                optional=False,
                meaning="of the task it concerns, or of the group while there is none, as it was called then",
            ),
            column("day", Kind.DAY, meaning="the due day, where there is one"),
            column("at", Kind.INSTANT, optional=False, meaning="when it was noted"),
            column("read_at", Kind.INSTANT, meaning="when the user marked it as read"),
            VERSION,
        ),
        lambda pulled: [Q(person=pulled.user.pk)],
    ),
)
