"""Every table of the pull feed. A table joins by standing in a list here, and in `told.py` with whom its changes
concern; triggers, schema and docs follow from both."""

from sync.feed import of_households, of_matters, of_notices, of_opinions, of_quarantine, of_visits
from sync.feed.table import FeedTable

TABLES: dict[str, FeedTable] = {
    table.name: table
    for table in (
        *of_visits.TABLES,
        *of_opinions.TABLES,
        *of_matters.TABLES,
        *of_households.TABLES,
        *of_notices.TABLES,
        *of_quarantine.TABLES,
    )
}
