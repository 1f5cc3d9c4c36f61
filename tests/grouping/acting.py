"""Groups as the worker made them, and what a supervisor does with them."""

from typing import Any

from fieldapi.models import JournalLine
from grouping.models import Suggestion
from grouping.placing import place_new
from opinions.models import Group, Opinion
from tests.conftest import Village
from tests.samples import make_household, make_opinion

LAMP = "村口路灯坏了三个月"
DARK = "村口路灯不亮，老人晚上出门看不见"
WATER = "自来水三天没来了"


def lamps_and_water(village: Village) -> dict[str, Opinion]:
    """`lamp` and `again` in one group, `dark` suggested for it, `water` alone."""
    neighbour = make_household("2")
    rows = {
        "lamp": make_opinion(village.house, village.gao, LAMP),
        "again": make_opinion(neighbour, village.lin, LAMP, on="2026-11-04"),
        "dark": make_opinion(neighbour, village.lin, DARK, on="2026-11-05"),
        "water": make_opinion(village.house, village.gao, WATER, on="2026-11-06"),
    }
    place_new()
    return {name: Opinion.objects.get(pk=row.pk) for name, row in rows.items()}


def ids(*rows: Opinion) -> list[str]:
    return [str(row.pk) for row in rows]


def group_of(row: Opinion) -> Group:
    group = Opinion.objects.get(pk=row.pk).group
    assert group is not None
    return group


def everything() -> dict[str, Any]:
    """All that a decision could write."""
    return {
        "groups": list(Group.objects.order_by("pk").values()),
        "opinions": list(Opinion.objects.order_by("pk").values()),
        "suggestions": list(Suggestion.objects.order_by("pk").values()),
        "journal": JournalLine.objects.count(),
    }
