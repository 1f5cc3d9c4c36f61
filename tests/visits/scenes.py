"""What the cast tries with visits and at quarantine."""

from fieldapi.ids import new_id
from tests.conftest import Village
from tests.samples import PLACE, visit_body
from tests.scenes import COUNTY, Scene

FAR = {"lat": PLACE[0] + 0.01, "lon": PLACE[1], "accuracy_m": 10, "system": "wgs84"}
SEEING = frozenset({"gao", "chen", "sun"}) | COUNTY


def visit_of_gao(village: Village) -> str:
    """Far from the house, so that it has a flag."""
    answer = village.client("gao").put_visit(village.house, location=FAR)
    return f"visits/{answer.json()['id']}/"


def refused_of_gao(village: Village) -> str:
    answer = village.client("gao").put_visit(village.house, kind="stroll")
    return f"quarantine/{answer.json()['quarantine']}/"


SCENES = {
    "visits.list": Scene(lambda village: "visits/"),
    "visits.retrieve": Scene(visit_of_gao, SEEING),
    "visits.update": Scene(
        lambda village: f"visits/{new_id()}/",
        frozenset({"gao", "chen", "qian", "sun"}),  # who serves the household or ever did, and the supervisor
        lambda village: visit_body(village.house),
        otherwise=400,
    ),
    "visits.amend": Scene(
        lambda village: f"{visit_of_gao(village)}amendments/{new_id()}/",
        frozenset({"gao"}),
        lambda village: {
            "made_at": "2026-11-03T20:00:00+08:00",
            "reason": "写错了",
            "changes": {"note": "二"},
        },
        otherwise=400,
    ),
    "visits.review_flag": Scene(
        lambda village: f"{visit_of_gao(village)}flags/far/",
        frozenset({"sun"}),
        lambda village: {"state": "dismissed", "reason": "院子在山坡另一侧"},
    ),
    "quarantine.list": Scene(lambda village: "quarantine/"),
    "quarantine.replay": Scene(
        lambda village: f"{refused_of_gao(village)}replay/",
        frozenset({"sun"}),
        lambda village: {"body": visit_body(village.house)},
    ),
    "quarantine.discard": Scene(
        lambda village: f"{refused_of_gao(village)}discard/",
        frozenset({"sun"}),
        lambda village: {"reason": "试填"},
    ),
    "quarantine.retrieve": Scene(refused_of_gao, frozenset({"gao", "sun", "zheng"})),
}
