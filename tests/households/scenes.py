"""What the cast tries at households and pairings."""

from collections.abc import Callable

from fieldapi import clock
from tests import samples
from tests.conftest import Village
from tests.samples import make_household
from tests.scenes import COUNTY, Scene

SERVING = frozenset({"gao", "chen"})
SEEING = SERVING | COUNTY | {"sun"}
ASSIGNING = frozenset({"sun", "zheng"})
BECAUSE = {"reason": "搬迁"}


def house(verb: str = "") -> Callable[[Village], str]:
    return lambda village: f"households/{village.house.pk}/{verb}"


def pairing(verb: str = "") -> Callable[[Village], str]:
    """That of `gao`, in post A."""
    return lambda village: f"pairings/{village.house.pairings.get(cadre=village.gao).pk}/{verb}"


def new_pairing(village: Village) -> dict[str, str]:
    return {"household": str(make_household("2").pk), "cadre": str(village.lin.pk), "post": "A"}


SCENES = {
    "households.list": Scene(lambda village: "households/"),
    "households.retrieve": Scene(house(), SEEING),
    "households.create": Scene(
        lambda village: "households/",
        ASSIGNING,
        lambda village: {"unit": samples.VILLAGE, "number": "99", "head_name": "王某"},
        otherwise=400,
    ),
    "households.partial_update": Scene(house(), ASSIGNING, lambda village: {"size": 5}, version=1),
    "households.timeline": Scene(house("timeline/"), SEEING),
    "households.reveal": Scene(
        house("reveal/"), SEEING, lambda village: {"fields": ["phone"], "reason": "核实"}
    ),
    "households.move": Scene(house("move/"), ASSIGNING, lambda village: BECAUSE | {"unit": "530626101202"}),
    "households.merge": Scene(
        house("merge/"), ASSIGNING, lambda village: BECAUSE | {"into": str(make_household("2").pk)}
    ),
    "households.split": Scene(
        house("split/"), ASSIGNING, lambda village: BECAUSE | {"number": "1-1", "head_name": "王小某"}
    ),
    "households.end": Scene(house("end/"), ASSIGNING, lambda village: BECAUSE),
    "pairings.list": Scene(lambda village: "pairings/"),
    "pairings.retrieve": Scene(pairing(), SEEING),
    "pairings.create": Scene(lambda village: "pairings/", ASSIGNING, new_pairing, otherwise=400),
    "pairings.bulk": Scene(
        lambda village: "pairings/bulk/",
        ASSIGNING,
        lambda village: {"pairings": [new_pairing(village)]},
        otherwise=400,
    ),
    "pairings.hand_over": Scene(
        pairing("hand-over/"),
        ASSIGNING,
        lambda village: BECAUSE | {"to": str(village.lin.pk), "on": str(clock.today())},
    ),
    "pairings.end": Scene(pairing("end/"), ASSIGNING, lambda village: BECAUSE | {"on": str(clock.today())}),
}
