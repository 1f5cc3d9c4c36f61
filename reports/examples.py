"""Examples of summaries for the API document."""

from drf_spectacular.utils import OpenApiExample

from reports.figures import told
from reports.summaries import placed

EMPTY = {
    "unit": {"code": "530626", "name": "绥江县"},
    "month": "2026-10",
    "state": "open",
    **placed({}, {}, told(())),
    "previous": {},
    "year_to_date": {},
    "by_unit": [],
    "by_cadre": [],
    "by_office": [],
    "by_category": [],
}
SUMMARY = OpenApiExample("A month without work", value=EMPTY, response_only=True)
RECORDS = OpenApiExample(
    "People met",
    value={
        "table": "visits",
        "id": "01926b3c-0000-7000-8000-000000000042",
        "label": "户主",
        "link": "/api/v1/visits/01926b3c-0000-7000-8000-000000000042/",
        "unit": "530626101201",
        "day": "2026-10-09",
        "household": "01926b3c-0000-7000-8000-000000000011",
        "cadre": "01926b3c-0000-7000-8000-000000000002",
        "kind": "home",
        "category": None,
        "value": 2,
        "records": 1,
    },
    response_only=True,
)
