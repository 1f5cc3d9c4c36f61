"""How much of everything a run measures."""

import argparse
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Pace:
    """`scale` of the stored history (1: a million visits); `seconds` for each thing that is timed, `rounds` times."""

    scale: float
    seconds: float
    rounds: int

    def stored(self, count: int, *, least: int = 1) -> int:
        """So many rows at this scale."""
        return max(least, round(count * self.scale))

    @classmethod
    def of(cls, asked: argparse.Namespace) -> Self:
        if asked.smoke:
            return cls(scale=0.001, seconds=0.5, rounds=1)
        return cls(asked.scale, asked.seconds, rounds=3)
