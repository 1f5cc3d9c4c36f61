"""The words we know: what they are about, and those that are about nothing (words.txt)."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from likeness.reading import plain

NOTHING = "-"

Word = tuple[int, int, str]  # start, end, topic


@cache
def known_words() -> Mapping[str, str]:
    """Each known word as `plain` writes it, with its topic, or with NOTHING."""
    found: dict[str, str] = {}
    for line in Path(__file__).with_name("words.txt").read_text(encoding="utf-8").splitlines():
        topic, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            found |= dict.fromkeys(plain(words).split(), topic)
    return found


def words_about(topic: str) -> list[str]:
    return [word for word, about in known_words().items() if about == topic]


@cache
def _by_first() -> Mapping[str, list[tuple[str, str]]]:
    """Words with their topics by first character, longest first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for word in sorted(known_words(), key=len, reverse=True):
        found.setdefault(word[0], []).append((word, known_words()[word]))
    return found


class Run(NamedTuple):
    """An unbroken run of characters with the words known in it."""

    text: str
    words: list[Word]


def runs_of(stretches: Iterable[str]) -> list[Run]:
    return [Run(stretch, list(_find_words(stretch))) for stretch in stretches]


def _find_words(stretch: str) -> Iterator[Word]:
    """Start, end and topic of the known words in a stretch: from the left, the longest, none overlapping."""
    words, end = _by_first(), 0
    for at, char in enumerate(stretch):
        if at >= end and char in words:
            for word, topic in words[char]:
                if stretch.startswith(word, at):
                    end = at + len(word)
                    yield at, end, topic
                    break
