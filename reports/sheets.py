"""What an export's sheet holds: headings and rows of plain values, streamed from the database.

Never a phone or identity number; words where the database has codes. One statement a sheet, read in pieces, so that
memory stays flat.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from cadres.units import within
from matters.models import PracticalMatter, Task
from opinions.models import Opinion
from reports import words
from visits.models import Visit

PIECE = 5000
WORDS: dict[str, Mapping[Any, str]] = {
    "cover": words.YES_NO,
    "withdrawn": words.YES_NO,
    "kind": words.KINDS,
    "opinions__kind": words.KINDS,
    "state": words.STATES,
    "group__task__state": words.STATES,
    "priority": words.PRIORITIES,
}
"""Of paths whose values are codes."""


@dataclass(frozen=True)
class Sheet:
    """`columns` are (heading, path of the value) in their order; `rows` those of a unit's subtree, from day to day."""

    columns: tuple[tuple[str, str], ...]
    rows: Callable[[str, date, date], QuerySet[Any]]

    @property
    def headings(self) -> list[str]:
        return [heading for heading, _ in self.columns]

    def read(self, unit: str, first: date, last: date) -> Iterator[tuple[Any, ...]]:
        """Rows of values; on PostgreSQL through a server-side cursor."""
        paths = [path for _, path in self.columns]
        coded = [(place, WORDS[path]) for place, path in enumerate(paths) if path in WORDS]
        for values in self.rows(unit, first, last).values_list(*paths).iterator(chunk_size=PIECE):
            row = list(values)
            for place, said in coded:
                row[place] = said.get(row[place], row[place])
            yield tuple(row)

    def count(self, unit: str, first: date, last: date) -> int:
        return self.rows(unit, first, last).count()


def _visits(unit: str, first: date, last: date) -> QuerySet[Any]:
    """One line for each opinion, the visit's columns repeated; one for a visit without any."""
    rows = Visit.objects.filter(**within(unit), day__gte=first, day__lte=last)
    sent = ("opinions__received_at", "opinions__place", "opinions__id")
    return rows.order_by("occurred_at", "id", *sent)


def _opinions(unit: str, first: date, last: date) -> QuerySet[Any]:
    rows = Opinion.objects.standing().filter(**within(unit), day__gte=first, day__lte=last)
    return rows.order_by("occurred_at", "id")


def _tasks(unit: str, first: date, last: date) -> QuerySet[Any]:
    rows = Task.objects.filter(**within(unit), opened_on__gte=first, opened_on__lte=last)
    return rows.order_by("opened_at", "id")


def _matters(unit: str, first: date, last: date) -> QuerySet[Any]:
    """One line for each household that benefits."""
    rows = PracticalMatter.objects.standing().filter(**within(unit), done_on__gte=first, done_on__lte=last)
    return rows.order_by("done_on", "id", "household_links__household__number")


SHEETS = {
    "visits": Sheet(
        (
            ("走访编号", "id"),
            ("区划", "unit"),
            ("单位", "unit__name"),
            ("户编号", "household__number"),
            ("户主", "household__head_name"),
            ("来访人", "visitor__name"),
            ("干部", "cadre__full_name"),
            ("岗位", "post"),
            ("顶岗", "cover"),
            ("方式", "kind"),
            ("日期", "day"),
            ("时间", "occurred_at"),
            ("见到人数", "people_met"),
            ("距户米数", "distance_m"),
            ("备注", "note"),
            ("已撤回", "withdrawn"),
            ("意见编号", "opinions__id"),
            ("意见", "opinions__text"),
            ("意见类型", "opinions__kind"),
            ("意见类别", "opinions__category__name"),
        ),
        _visits,
    ),
    "opinions": Sheet(
        (
            ("意见编号", "id"),
            ("区划", "unit"),
            ("单位", "unit__name"),
            ("户编号", "household__number"),
            ("户主", "household__head_name"),
            ("反映人", "voice"),
            ("意见", "text"),
            ("类型", "kind"),
            ("类别", "category__name"),
            ("日期", "day"),
            ("记录人", "by__full_name"),
            ("任务", "group__task__title"),
            ("任务状态", "group__task__state"),
            ("办结日", "resolved_on"),
            ("不予受理日", "declined_on"),
            ("首次答复日", "replied_on"),
        ),
        _opinions,
    ),
    "tasks": Sheet(
        (
            ("任务编号", "id"),
            ("区划", "unit"),
            ("单位", "unit__name"),
            ("任务", "title"),
            ("状态", "state"),
            ("优先级", "priority"),
            ("责任科室", "office__name"),
            ("承办人", "handler__full_name"),
            ("方案", "plan"),
            ("办结时限", "due_on"),
            ("办结标准", "closing_standard"),
            ("立项日", "opened_on"),
            ("完成日", "finished_on"),
            ("办结日", "closed_on"),
            ("结果", "outcome"),
            ("不予受理原因", "decline_reason"),
        ),
        _tasks,
    ),
    "matters": Sheet(
        (
            ("实事编号", "id"),
            ("区划", "unit"),
            ("单位", "unit__name"),
            ("实事", "title"),
            ("日期", "done_on"),
            ("满意度", "satisfaction"),
            ("记录人", "recorded_by__full_name"),
            ("任务", "task__title"),
            ("受益户编号", "household_links__household__number"),
            ("受益户主", "household_links__household__head_name"),
        ),
        _matters,
    ),
}
KINDS = tuple(SHEETS)
