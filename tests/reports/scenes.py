"""What the cast tries at the summaries."""

from reports import exporting
from tests.conftest import Village
from tests.samples import TOWN
from tests.scenes import COUNTY, Scene

DESKS_OF_TOWN = COUNTY | {"sun"}
MONTH = f"unit={TOWN}&month=2026-01"

ASKED = {"kind": "visits", "unit": TOWN, "from": "2026-01-01", "to": "2026-01-31"}


def asked_by_sun(village: Village) -> str:
    return f"exports/{village.client('sun').post('exports/', ASKED).json()['id']}/"


def written_for_sun(village: Village) -> str:
    address = asked_by_sun(village)
    exporting.write_export.call(address.split("/")[1])
    return f"{address}content/"


SCENES = {
    "summaries.monthly": Scene(lambda village: f"summaries/monthly/?{MONTH}", DESKS_OF_TOWN),
    "summaries.records": Scene(
        lambda village: f"summaries/monthly/records/?figure=visits.total&{MONTH}", DESKS_OF_TOWN
    ),
    "summaries.close": Scene(
        lambda village: "summaries/monthly/close/",
        frozenset({"sun"}),
        lambda village: {"unit": TOWN, "month": "2026-01"},
        otherwise=400,
    ),
    "exports.create": Scene(lambda village: "exports/", DESKS_OF_TOWN, lambda village: ASKED, otherwise=400),
    "exports.retrieve": Scene(asked_by_sun, frozenset({"sun"})),
    "exports.content": Scene(written_for_sun, frozenset({"sun"})),
}
