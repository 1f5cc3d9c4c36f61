"""User names: one written form, whatever keyboard they come from. Pure."""

import re
from unicodedata import normalize

SHAPE = re.compile(r"[\w.@+-]{1,150}")


def folded(name: str) -> str:
    """Trimmed, width- and case-folded: `" ＧＡＯ "` and `gao` are one account."""
    return normalize("NFKC", normalize("NFKC", name).casefold()).strip()


def may_be_given(name: str) -> bool:
    """A folded name of letters (of any script), digits and `. @ + - _`."""
    return SHAPE.fullmatch(name) is not None
