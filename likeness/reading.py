"""A text as it is compared: one script, one width, one case, digits for numerals, no punctuation."""

import re
import unicodedata
from functools import cache

from opencc import OpenCC

MOST = 2_000  # characters; what a text is about is said by then
SHORTEST_LEAD = 6
_BREAK = re.compile(r"[。！？!?；;]")
_BETWEEN = re.compile(r"[\W_]+")


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def plain(text: str) -> str:
    """`路燈１２３` → `路灯123`."""
    return _to_simplified().convert(unicodedata.normalize("NFKC", text[:MOST])).lower()


def stretches(text: str) -> list[str]:
    """The unbroken runs of letters, characters and digits of a plain text."""
    return _BETWEEN.sub(" ", text).split()


def lead_and_rest(text: str) -> tuple[str, str]:
    """What a text begins with (its first line, else its first sentence), and what follows, "" where nothing does."""
    text = text.strip()
    lead, _, rest = text.partition("\n")
    if rest.strip():
        return lead, rest
    for found in _BREAK.finditer(text):
        if found.start() >= SHORTEST_LEAD:
            rest = text[found.end() :]
            return text[: found.start()], rest if stretches(rest) else ""
    return text, ""
