"""Each day a line of the journal seals the lines before it together, so that one that is gone is found too.

A line's own seal shows that it was changed; only the others can show that it is missing, or that one was put between.
"""

import hmac
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from fieldapi import clock, json
from fieldapi.calendar import local_day
from fieldapi.journal import note_down
from fieldapi.models import JournalLine

ACTION = "journal.seal"
SETTLED = timedelta(hours=24)
"""No act takes longer: of lines this old all are there, whatever the order in which their acts were committed."""


def seal_days() -> None:
    """Seal what has been written since the last time, once a day. Reads those lines' seals, one after the other."""
    last = JournalLine.objects.filter(resource="journal", row_id="").order_by("-pk").first()
    if last and local_day(last.at) == clock.today():
        return
    first = json.loads(last.detail)["to"] + 1 if last else 0
    settled = JournalLine.objects.filter(pk__gte=first, at__lt=clock.now() - SETTLED)
    if newest := settled.order_by("-pk").values_list("pk", flat=True).first():
        lines, seal = sealed_together(first, newest)
        note_down(None, ACTION, "", unit="", **{"from": first, "to": newest, "lines": lines, "seal": seal})


def sealed_together(first: int, last: int) -> tuple[int, str]:
    """How many lines there are from one id to another, and the HMAC-SHA256 over their ids and seals, in order."""
    digest, count = hmac.new(settings.SECRET_KEY.encode(), digestmod="sha256"), 0
    lines = JournalLine.objects.filter(pk__range=(first, last)).order_by("pk").values_list("pk", "seal")
    for pk, seal in lines.iterator(chunk_size=2000):
        digest.update(f"{pk} {seal}\n".encode())
        count += 1
    return count, digest.hexdigest()


def broken_days() -> Iterator[dict[str, int]]:
    """The sealed stretches that are not as they were: `from` and `to`, `lines` then and `found` now."""
    for line in JournalLine.objects.filter(resource="journal", row_id="", action=ACTION).order_by("pk"):
        sealed = json.loads(line.detail)
        found, seal = sealed_together(sealed["from"], sealed["to"])
        if not hmac.compare_digest(seal, sealed["seal"]):
            yield {**{name: sealed[name] for name in ("from", "to", "lines")}, "found": found}
