"""How a run is told: what was done and answered, what is stored, and what was wrong."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.faults.counting import Count
from bench.faults.harms import Done
from bench.figures import in_columns

MOST_TOLD = 5


def faults_of(done: Sequence[Done], counts: Sequence[Count]) -> Iterator[str]:
    for one in done:
        if one.recovered_in is None:
            yield f"after “{one.name}” nothing was answered any more"
        for wrong in one.seen.wrong[:MOST_TOLD]:
            yield f"during “{one.name}”: {wrong}"
    for count in counts:
        if not count.is_right:
            yield f"{count.kind}: {count.lost} lost, {count.strange} stored twice or never sent"


def own_mistakes(log: Path) -> list[str]:
    """What the web processes logged as such."""
    lines = log.read_text(errors="replace").splitlines()
    return [line for line in lines if "ERROR fieldapi.middleware" in line][:MOST_TOLD]


def table(done: Sequence[Done], skipped: Sequence[str], counts: Sequence[Count]) -> str:
    harms = [("done to the server", "answers", "acknowledged", "recovered in")]
    harms += [(one.name, one.seen.told, str(one.seen.acknowledged), recovered(one)) for one in done]
    harms += [(name, "not possible here: needs the right to mount a small disk", "", "") for name in skipped]
    rows = [("", "acknowledged", "stored", "lost", "doubled or never sent")]
    rows += [(one.kind, *map(str, (one.acknowledged, one.stored, one.lost, one.strange))) for one in counts]
    return f"{in_columns(harms)}\n\n{in_columns(rows)}"


def recovered(done: Done) -> str:
    return "NOT" if done.recovered_in is None else f"{done.recovered_in:.1f} s"


def as_json(done: Sequence[Done], counts: Sequence[Count], faults: Sequence[str]) -> dict[str, Any]:
    return {
        "harms": [
            {
                "name": one.name,
                "answers": dict(one.seen.statuses),
                "acknowledged": one.seen.acknowledged,
                "recovered_in": one.recovered_in,
            }
            for one in done
        ],
        "counts": [vars(one) for one in counts],
        "faults": list(faults),
    }
