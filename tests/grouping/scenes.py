"""What the cast tries at the endpoints of groups."""

from typing import Any

from tests.conftest import Village
from tests.grouping.acting import group_of, ids, lamps_and_water
from tests.matters.acting import make_task
from tests.scenes import COUNTY, Scene

SUPERVISING = frozenset({"sun"})


class Lamps:
    """An address of the lamps' group, and a body that names opinions of that very village."""

    def __init__(self, verb: str, *named: str):
        self.verb, self.named = verb, named
        self.rows: dict[str, Any] = {}

    def address(self, village: Village) -> str:
        self.rows = lamps_and_water(village)
        return f"groups/{group_of(self.rows['lamp']).pk}/{self.verb}"

    def body(self, village: Village) -> dict[str, Any]:
        return {"opinions": ids(*(self.rows[name] for name in self.named))}

    def other_group(self, village: Village) -> dict[str, Any]:
        return {"group": str(group_of(self.rows["water"]).pk)}


ACCEPT, REFUSE, SPLIT = Lamps("accept/", "dark"), Lamps("refuse/", "dark"), Lamps("split/", "again")
MERGE, OPEN, CHANGE = Lamps("merge/"), Lamps("open-task/"), Lamps("")

SCENES = {
    "groups.list": Scene(lambda village: "groups/"),
    "groups.retrieve": Scene(
        lambda village: f"groups/{make_task(village).group_id}/", through=COUNTY | {"gao", "chen", "sun"}
    ),
    "groups.accept": Scene(ACCEPT.address, through=SUPERVISING, body=ACCEPT.body),
    "groups.refuse": Scene(REFUSE.address, through=SUPERVISING, body=REFUSE.body),
    "groups.split": Scene(SPLIT.address, through=SUPERVISING, body=SPLIT.body),
    "groups.merge": Scene(MERGE.address, through=SUPERVISING, body=MERGE.other_group),
    "groups.open_task": Scene(OPEN.address, through=SUPERVISING),
    "groups.partial_update": Scene(
        CHANGE.address, through=SUPERVISING, body=lambda village: {"title": "村口路灯"}, version=2
    ),
}
