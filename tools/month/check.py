"""What the closed summary must say, worked out from the plan alone, and its drill-down."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tools.month import plan as p
from tools.month.phone import Phone
from tools.month.plan import Plan

COUNTS = {
    "visits.total", "visits.households_visited", "visits.households_paired", "visits.cadres_active",
    "visits.cadres_paired", "visits.villages_visited", "visits.flagged", "opinions.collected", "opinions.resolved",
    "opinions.replied", "opinions.open", "tasks.opened", "tasks.closed", "tasks.closed_early", "tasks.overdue",
    "tasks.declined", "tasks.reopened", "practical_matters.completed", "practical_matters.households_benefited",
}  # fmt: skip
"""Figures whose list of records must have exactly as many rows."""


def expected(
    plan: Plan, benefited: set[int], asked: list[int], extra_visits: list[tuple[str, int]]
) -> dict[str, Any]:
    """Every figure that follows from the plan.

    `benefited` are places of households helped, `asked` the satisfactions given, `extra_visits` (user name,
    people met) of visits made beside the plan's.
    """
    bodies = [visit for _, visit in plan.visits]
    resolved = p.ON_THE_SPOT + 2 * p.CONFIRMED
    kinds = Counter(visit["kind"] for visit in bodies) + Counter(["home"] * len(extra_visits))
    makers = {name for name, _ in plan.visits} | {name for name, _ in extra_visits}
    active = makers | {name for visit in bodies for name in visit["companions"]}
    paired = {name for house in plan.households for name in (house.a, house.b)}
    closed = p.CONFIRMED + p.DECLINED
    return {
        "visits.total": len(bodies) + len(extra_visits),
        "visits.households_visited": p.HOUSEHOLDS,
        "visits.households_paired": p.HOUSEHOLDS,
        "visits.coverage": 1.0,
        "visits.cadres_active": len(active),
        "visits.cadres_paired": len(paired | active),
        "visits.people_met": sum(visit["people_met"] for visit in bodies)
        + sum(met for _, met in extra_visits),
        "visits.villages_visited": len({house.unit for house in plan.households}),
        "visits.by_kind": dict(kinds),
        "opinions.collected": p.OPINIONS,
        "opinions.resolved": resolved,
        "opinions.replied": p.REPLIED,
        "opinions.open": p.OPINIONS - resolved - p.DECLINED,
        "tasks.opened": p.CONFIRMED + p.DECLINED + p.LEFT_OPEN,
        "tasks.closed": closed,
        "tasks.closed_early": closed - p.ON_THE_DAY,
        "tasks.early_rate": round((closed - p.ON_THE_DAY) / closed, 4),
        "tasks.overdue": 0,
        "tasks.declined": p.DECLINED,
        "tasks.reopened": p.REOPENED,
        "practical_matters.completed": p.MATTERS,
        "practical_matters.households_benefited": len(benefited),
        "practical_matters.satisfaction.asked": len(asked),
        "practical_matters.satisfaction.mean": round(sum(asked) / len(asked), 4),
    }


def faults(leader: Phone, summary: dict[str, Any], wanted: dict[str, Any]) -> Iterator[str]:
    """One line for each figure, and each list of records, that is not as expected."""
    for name, value in wanted.items():
        found = at(summary, name)
        if name == "visits.by_kind":
            found = {kind: number for kind, number in found.items() if number}
        if found != value:
            yield f"{name} is {found}, expected {value}"
    for name in sorted(COUNTS):
        rows = leader.every(
            f"summaries/monthly/records/?figure={name}&unit={p.COUNTY}&month={summary['month']}"
        )
        if len(rows) != at(summary, name):
            yield f"{name} is {at(summary, name)}, but {len(rows)} records stand behind it"


def at(summary: dict[str, Any], name: str) -> Any:
    for part in name.split("."):
        summary = summary[part]
    return summary
