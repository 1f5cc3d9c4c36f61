"""Scores the category suggestions on a table (id, text, category): in the order of id, each is asked, then learned.

`python -m bench.categories FILE`
"""

import argparse
import csv
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from likeness.categories import Counts, suggest, traits_of

SEEN_FOR_THREE, SEEN_FOR_ONE = 1_000, 1_500


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("file", type=Path)
    with asked.parse_args().file.open(encoding="utf-8-sig", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["id"])
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    totals: Counter[str] = Counter()
    answers, spent = [], 0.0
    for row in rows:
        begun = time.perf_counter()
        traits = traits_of(row["text"])
        answers.append([one.category for one in suggest(traits, Counts(uses, totals, len(uses)))])
        spent += time.perf_counter() - begun
        for trait in traits:
            uses[trait][row["category"]] += 1
        totals[row["category"]] += len(traits)
    truth = [row["category"] for row in rows]
    among = [right in three for right, three in zip(truth, answers, strict=True)][SEEN_FOR_THREE:]
    firsts = [(right, three[0]) for right, three in zip(truth, answers, strict=True) if three][SEEN_FOR_ONE:]
    print(f"among three, after {SEEN_FOR_THREE}  {sum(among) / len(among):.3f}")
    print(f"macro-F1 of the first, after {SEEN_FOR_ONE}  {macro_f1(firsts):.3f}")
    print(f"milliseconds each  {1000 * spent / len(rows):.2f}")
    return 0


def macro_f1(pairs: list[tuple[str, str]]) -> float:
    """Of (right, answered)."""
    rights, answered = Counter(right for right, _ in pairs), Counter(answer for _, answer in pairs)
    hits = Counter(right for right, answer in pairs if right == answer)
    return sum(2 * hits[one] / (rights[one] + answered[one]) for one in rights) / len(rights)


if __name__ == "__main__":
    sys.exit(main())
