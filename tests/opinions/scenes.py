"""What the cast tries at the endpoints of opinions and categories."""

from fieldapi.ids import new_id
from tests.conftest import Village
from tests.samples import make_opinion
from tests.scenes import COUNTY, EVERYBODY, TOWN_CADRES, Scene

SERVING = frozenset({"gao", "chen"})
SEEING = SERVING | {"sun"} | COUNTY
SAID = {"text": "希望公布办事电话", "kind": "suggestion", "made_at": "2026-11-03T11:00:00+08:00"}
TOLD = {"text": "电话已公布", "how": "in_person", "told_at": "2026-11-10T16:00:00+08:00"}


def opinion(village: Village) -> str:
    return f"opinions/{make_opinion(village.house, village.gao).pk}/"


SCENES = {
    "opinions.list": Scene(lambda village: "opinions/"),
    "opinions.retrieve": Scene(opinion, through=SEEING),
    "opinions.way": Scene(lambda village: f"{opinion(village)}way/", through=SEEING),
    "opinions.update": Scene(
        lambda village: f"opinions/{new_id()}/",
        body=lambda village: SAID,
        through=TOWN_CADRES | {"sun", "zhou"},
    ),
    "opinions.reply": Scene(
        lambda village: f"{opinion(village)}replies/{new_id()}/",
        body=lambda village: TOLD,
        through=SERVING | {"qian", "sun"},  # whoever ever served the household can have told it
        otherwise=400,
    ),
    "categories.list": Scene(lambda village: "categories/"),
    "categories.retrieve": Scene(lambda village: "categories/lighting/", through=EVERYBODY),
    "categories.create": Scene(
        lambda village: "categories/",
        body=lambda village: {"code": "tea", "name": "茶叶"},
        through=frozenset({"zheng"}),  # the county's admin, above the town's
        otherwise=403,
    ),
    "categories.partial_update": Scene(
        lambda village: "categories/lighting/",
        body=lambda village: {"name": "路灯"},
        version=1,
        through=frozenset({"zheng"}),
        otherwise=403,
    ),
}
