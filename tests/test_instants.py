"""An instant comes out of the database as it went in."""

from datetime import UTC, datetime, timedelta

import pytest

from fieldapi.calendar import SHANGHAI
from tests.conftest import Village
from visits.models import Visit

EXACTLY = [
    datetime(2026, 11, 3, 9, 12, tzinfo=SHANGHAI),
    datetime(2026, 11, 3, 9, 12, 7, 500_000, tzinfo=SHANGHAI),
    datetime(2026, 11, 3, 9, 12, 7, 42_000, tzinfo=SHANGHAI),
    datetime(2026, 11, 3, 9, 12, 7, 1, tzinfo=SHANGHAI),
    datetime(1970, 1, 1, tzinfo=SHANGHAI),
    datetime(2099, 12, 31, 23, 59, 59, 999_999, tzinfo=SHANGHAI),
]


@pytest.mark.parametrize("instant", EXACTLY, ids=str)
def test_to_the_microsecond_and_in_utc(village: Village, instant: datetime):
    visit = village.client("gao").put_visit(village.house).json()["id"]
    Visit.objects.filter(pk=visit).update(ended_at=instant)

    read = Visit.objects.values_list("ended_at", flat=True).get(pk=visit)

    assert (read, read.utcoffset()) == (instant, timedelta(0))


def test_its_place_on_the_time_line_is_the_databases_own(village: Village):
    visit = village.client("gao").put_visit(village.house).json()["id"]
    for instant in EXACTLY:
        Visit.objects.filter(pk=visit).update(ended_at=instant)
        assert Visit.objects.filter(ended_at=instant.astimezone(UTC)).count() == 1
