"""What the cast tries at the summaries."""

from tests.samples import TOWN
from tests.scenes import COUNTY, Scene

DESKS_OF_TOWN = COUNTY | {"sun"}
MONTH = f"unit={TOWN}&month=2026-01"

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
}
