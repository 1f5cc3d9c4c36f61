"""What was measured, against what, and how it is printed."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width


@dataclass(frozen=True)
class Figure:
    """One line: `ours` and `floor` as a person reads them, `value` as it is compared with the goal.

    `at_most` tells which way is good.
    """

    row: str
    name: str
    ours: str
    floor: str
    value: float
    goal: float
    at_most: bool = False
    note: str = ""

    @property
    def met(self) -> bool:
        return self.value <= self.goal if self.at_most else self.value >= self.goal


def table(figures: Sequence[Figure]) -> str:
    rows = [("", "figure", "ours", "floor", "value", "goal", "met", "")]
    rows += [
        (
            one.row,
            one.name,
            one.ours,
            one.floor,
            f"{one.value:.3g}",
            f"{'≤' if one.at_most else '≥'} {one.goal:g}",
            "yes" if one.met else "NO",
            one.note,
        )
        for one in figures
    ]
    return in_columns(rows)


def in_columns(rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as what stands in them."""
    widths = [max(wide(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(_padded(c, w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows)


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - wide(cell))


def wide(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def save(figures: Sequence[Figure], path: Path, **about: Any) -> None:
    """As JSON; `about` says how the run was made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        **about,
        "python": platform.python_version(),
        "processors": cpu_count(),
        "figures": [asdict(one) | {"met": one.met} for one in figures],
    }
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
