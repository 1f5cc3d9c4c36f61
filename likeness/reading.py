"""A text as it is compared: one script, one width, one case, digits for numerals, no punctuation."""

import re
import unicodedata
from functools import cache

from opencc import OpenCC

MOST = 2_000  # characters; what a text is about is said by then
SHORTEST_LEAD = 6
_BREAK = re.compile(r"[。！？!?；;]")
_BETWEEN = re.compile(r"[\W_]+")
_NUMERAL = re.compile(r"([1-9])?十([1-9])?")
_DIGITS = str.maketrans("〇零一二两三四五六七八九", "001223456789")


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def plain(text: str) -> str:
    """`路燈１２３` → `路灯123`, `二十三組` → `23组`."""
    simplified = _to_simplified().convert(unicodedata.normalize("NFKC", text[:MOST])).lower()
    return _NUMERAL.sub(_tens, simplified.translate(_DIGITS))


def _tens(found: re.Match[str]) -> str:
    return f"{found[1] or 1}{found[2] or 0}"


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
