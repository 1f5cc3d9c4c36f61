"""The server's clock: the machine's, moved by FIELDAPI_CLOCK in a rehearsal."""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from fieldapi.calendar import local_day


def now() -> datetime:
    """This instant, with a time zone, in whole milliseconds: the finest a phone can repeat."""
    instant = timezone.now() + settings.CLOCK_OFFSET
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def today() -> date:
    """The day in Asia/Shanghai."""
    return local_day(now())
