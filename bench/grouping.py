"""Scores the grouping on a folder of messages: messages.csv (id, sent_at, title, detail) and its score.py.

`python -m bench.grouping FOLDER [--out FILE]`; messages meet in order of time, in one town, as in service.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from likeness.comparing import Said
from likeness.index import clues, most_shared, slot, telling
from likeness.placing import Placing, place

Message = dict[str, str]
TEXTS: dict[str, Callable[[Message], str]] = {
    "title + detail": lambda message: f"{message['title'].strip()}\n{message['detail'].strip()}",
    "title only": lambda message: message["title"].strip(),
}


class Town:
    """The opinions of one town in memory, filed as in the database."""

    def __init__(self) -> None:
        self.said: dict[str, Said] = {}
        self.group_of: dict[str, str] = {}
        self.filed: dict[tuple[int, int], str] = {}
        self.slots: dict[int, set[int]] = defaultdict(set)

    def collect(self, opinion: str, text: str) -> Placing[str, str]:
        said = Said(text)
        mine = clues(said)
        filed = [(clue, self.filed[clue, at]) for clue in mine.values() for at in self.slots.get(clue, ())]
        met: dict[str, dict[str, Said]] = defaultdict(dict)
        for one in most_shared(other for _, other in filed):
            met[self.group_of[one]][one] = self.said[one]
        placing = place(said.weighed(telling(mine, (clue for clue, _ in filed))), met)
        self.said[opinion], self.group_of[opinion] = said, placing.group or opinion
        for clue in mine.values():
            self.filed[clue, slot(clue, opinion)] = opinion
            self.slots[clue].add(slot(clue, opinion))
        return placing


def read(folder: Path) -> list[Message]:
    with (folder / "messages.csv").open(encoding="utf-8-sig", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda message: _when(message["sent_at"]))


def _when(text: str) -> datetime:
    return datetime.strptime(text.replace("-", "/"), "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007  only ordered


def grouped(messages: list[Message], text_of: Callable[[Message], str]) -> Iterator[list[str]]:
    """Rows of the scorer's table: id, group, suggested."""
    town = Town()
    for message in messages:
        placing = town.collect(message["id"], text_of(message))
        offered = " ".join(offer.member for offer in placing.offers)
        yield [message["id"], town.group_of[message["id"]], offered]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    folder = asked.parse_args().folder
    messages = read(folder)
    for name, text_of in TEXTS.items():
        with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as table:
            writer = csv.writer(table)
            writer.writerow(["id", "group", "suggested"])
            writer.writerows(grouped(messages, text_of))
            table.flush()
            print(f"\n{name}", flush=True)
            scored = subprocess.run(
                [sys.executable, folder / "score.py", table.name, "--data", folder], check=False
            )
        if scored.returncode:
            return scored.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
