"""The catalogue: every figure of a summary, once. Summary, drill-down, frozen months, files and tests use it.

`docs/summary.md` prints it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from opinions.models import Opinion
from reports import records
from reports.lists import RecordList
from reports.windows import NO_CATEGORY
from visits.models import Visit

How = Literal["count", "sum", "mean", "rate", "distinct", "share"]
NONE_GIVEN = NO_CATEGORY  # in the name of a figure


@dataclass(frozen=True)
class Figure:
    """One number; with `by`, one number per kind or category.

    count: the records of the records. sum, mean: of their `number`, where they have one. distinct: the different
    households, cadres or villages (`key`) that they name. share: of those that `among` names, the part that the
    lists name too, as a rate.
    """

    name: str
    zh: str
    how: How
    lists: tuple[RecordList, ...]
    meaning: str
    key: str = ""
    where: dict[str, Any] = field(default_factory=dict)
    among: RecordList | None = None
    by: str = ""
    each: tuple[str, ...] = ()  # the kinds that are told even when they are zero
    added: bool = False  # counts what was added after closing, and nothing else
    include: str = ""  # told only where a summary is asked to include it

    @property
    def counted(self) -> bool:
        """Found by counting and adding up rows, not by telling keys apart."""
        return self.key == ""

    @property
    def may_be_none(self) -> bool:
        """Where there is nothing to divide by."""
        return self.how in ("mean", "rate", "share")

    def only(self, value: str) -> "Figure":
        """One number of a figure that has many."""
        wanted = None if value == NONE_GIVEN else value
        return replace(
            self, name=f"{self.name}.{value}", where=self.where | {self.by: wanted}, by="", each=()
        )


def count(name: str, zh: str, *counted: RecordList, meaning: str, **more: Any) -> Figure:
    return Figure(name, zh, "count", counted, meaning, **more)


def distinct(name: str, zh: str, key: str, *named_in: RecordList, meaning: str) -> Figure:
    return Figure(name, zh, "distinct", named_in, meaning, key=key)


FIGURES = (
    count("visits.total", "走访次数", records.VISITS, meaning="Visits made."),
    distinct(
        "visits.households_visited",
        "走访户数",
        "household",
        records.VISITS,
        meaning="Different households visited.",
    ),
    distinct(
        "visits.households_paired",
        "结对户数",
        "household",
        records.PAIRINGS,
        meaning="Different households paired on any day, in post A or B.",
    ),
    Figure(
        "visits.coverage",
        "走访覆盖率",
        "share",
        (records.VISITS,),
        "Households both paired and visited ÷ households paired.",
        key="household",
        among=records.PAIRINGS,
    ),
    distinct(
        "visits.cadres_active",
        "参与走访干部数",
        "cadre",
        records.VISITS,
        records.COMPANIONS,
        meaning="Different cadres who made a visit or were there too.",
    ),
    distinct(
        "visits.cadres_paired",
        "结对干部数",
        "cadre",
        records.PAIRINGS,
        meaning="Different cadres paired on any day.",
    ),
    Figure(
        "visits.people_met",
        "见面人数",
        "sum",
        (records.VISITS,),
        "People met, added up over the visits that say so.",
    ),
    distinct(
        "visits.villages_visited",
        "走访村数",
        "village",
        records.VISITS,
        meaning="Different villages in which a visit was made.",
    ),
    count(
        "visits.by_kind",
        "走访方式",
        records.VISITS,
        by="kind",
        each=tuple(Visit.Kind.values),
        meaning="Visits made, by kind.",
    ),
    count(
        "visits.flagged",
        "存疑走访",
        records.VISITS,
        where={"marked": True},
        meaning="Visits with a flag that is not dismissed.",
    ),
    count("opinions.collected", "收集意见", records.COLLECTED, meaning="Opinions collected."),
    count(
        "opinions.resolved",
        "解决意见",
        records.RESOLVED,
        meaning="Opinions resolved, each once, on the day of its earliest resolution still standing.",
    ),
    count("opinions.replied", "答复意见", records.REPLIED, meaning="Opinions whose first reply was given."),
    count(
        "opinions.open",
        "未了意见",
        records.OPEN,
        meaning="Opinions neither resolved nor declined at the end of the last day.",
    ),
    count(
        "opinions.by_category",
        "意见类别",
        records.COLLECTED,
        by="category",
        meaning="Opinions collected, by category.",
    ),
    count(
        "opinions.by_kind",
        "意见种类",
        records.COLLECTED,
        by="kind",
        each=tuple(Opinion.Kind.values),
        meaning="Opinions collected, by kind.",
    ),
    count("tasks.opened", "新立任务", records.OPENED, meaning="Tasks opened."),
    count("tasks.closed", "办结任务", records.CLOSED, meaning="Tasks confirmed or declined."),
    count(
        "tasks.closed_early",
        "提前办结",
        records.CLOSED,
        where={"marked": True},
        meaning="Of those closed, the ones finished (or declined) before the due day then in force.",
    ),
    Figure("tasks.early_rate", "提前办结率", "rate", (records.CLOSED,), "Tasks closed early ÷ tasks closed."),
    count(
        "tasks.overdue",
        "逾期未办",
        records.OVERDUE,
        meaning="Tasks unfinished at the end of the last day (until then: now), their due day being over.",
    ),
    count(
        "tasks.yellow_cards",
        "黄牌",
        records.CARDS,
        where={"kind": "yellow"},
        meaning="Yellow cards that fell: the due day was three working days away or less.",
    ),
    count(
        "tasks.red_cards",
        "红牌",
        records.CARDS,
        where={"kind": "red"},
        meaning="Red cards that fell: the due day had passed.",
    ),
    count(
        "tasks.escalated",
        "上报",
        records.ACTS,
        where={"kind": "escalate"},
        meaning="Escalations to a unit above, by hand or by themselves.",
    ),
    count(
        "tasks.declined", "不予办理", records.CLOSED, where={"kind": "declined"}, meaning="Tasks declined."
    ),
    count(
        "tasks.reopened",
        "重新办理",
        records.ACTS,
        where={"kind": "reopen"},
        meaning="Reopenings of tasks. One that undoes what a closed month counted is a correction instead.",
    ),
    count(
        "tasks.backlog",
        "在办任务",
        records.BACKLOG,
        by="kind",
        each=records.AGES,
        include="backlog",
        meaning="Tasks neither confirmed nor declined at the end of the last day (until then: now), by the days since "
        "they were opened.",
    ),
    count(
        "tasks.satisfaction.asked",
        "任务满意度调查数",
        records.MATTERS,
        where={"kind": "task", "number__isnull": False},
        include="satisfaction",
        meaning="Confirmations for which the household was asked how satisfied it is, and that still stand.",
    ),
    Figure(
        "tasks.satisfaction.mean",
        "任务平均满意度",
        "mean",
        (records.MATTERS,),
        "Mean of the satisfactions (1–5) with which tasks were confirmed.",
        where={"kind": "task"},
        include="satisfaction",
    ),
    count("practical_matters.completed", "办成实事", records.MATTERS, meaning="Practical matters done."),
    distinct(
        "practical_matters.households_benefited",
        "受益户数",
        "household",
        records.BENEFITS,
        meaning="Different households that practical matters benefit.",
    ),
    count(
        "practical_matters.satisfaction.asked",
        "满意度调查数",
        records.MATTERS,
        where={"number__isnull": False},
        meaning="Practical matters whose household was asked how satisfied it is.",
    ),
    Figure(
        "practical_matters.satisfaction.mean",
        "平均满意度",
        "mean",
        (records.MATTERS,),
        "Mean of the satisfactions (1–5) of practical matters.",
    ),
    count(
        "added_after_closing.visits",
        "月结后补报走访",
        records.VISITS,
        added=True,
        meaning="Visits of a closed month that arrived after it was closed.",
    ),
    count(
        "added_after_closing.opinions",
        "月结后补报意见",
        records.COLLECTED,
        added=True,
        meaning="Opinions of a closed month that arrived after it was closed.",
    ),
    count(
        "added_after_closing.practical_matters",
        "月结后补报实事",
        records.MATTERS,
        added=True,
        meaning="Practical matters of a closed month that arrived after it was closed.",
    ),
    count(
        "added_after_closing.corrections",
        "月结后更正",
        records.AMENDMENTS,
        records.LATE_REPLIES,
        records.ACTS,
        added=True,
        meaning="Amendments of visits (withdrawals too), replies, and acts on tasks that concern a closed month and "
        "came after it was closed.",
    ),
)
OPTIONAL = tuple(dict.fromkeys(figure.include for figure in FIGURES if figure.include))
"""What a summary can be asked to include of them."""
BY_NAME = {figure.name: figure for figure in FIGURES}


def told(include: Iterable[str]) -> list[Figure]:
    """The figures that a summary tells which is asked to include these."""
    return [figure for figure in FIGURES if not figure.include or figure.include in include]


def figure_named(name: str) -> Figure:
    """A figure by the place of its number in the summary, `visits.by_kind.home`. Raises KeyError."""
    if (figure := BY_NAME.get(name)) is not None and not figure.by:
        return figure
    general, _, value = name.rpartition(".")
    figure = BY_NAME[general]
    if not figure.by or not value or (figure.each and value not in figure.each):
        raise KeyError(name)
    return figure.only(value)
