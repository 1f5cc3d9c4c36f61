"""A letter in a few words. Pure."""

from collections import Counter
from collections.abc import Iterable

from notices.kinds import KINDS
from notices.models import Notice

LONGEST = 35
"""Characters a variable of a text message may have."""


def summary_of(notices: Iterable[Notice]) -> str:
    """`红牌2、新任务1`: how many of what, in the order of the table of kinds; no names, which travel in the open."""
    counted = Counter(notice.kind for notice in notices)
    parts = [f"{kind.zh}{counted[name]}" for name, kind in KINDS.items() if counted[name]]
    said = "、".join(parts)
    while len(said) > LONGEST:
        parts.pop()
        said = "、".join(parts) + "等"
    return said
