"""The lists of records that figures are counted from: which rows, on which days, and what each row tells.

Whatever table they live in, the rows of every list tell the same facts (`FACTS`), so that one definition of a
figure holds for live rows and for frozen ones. A list comes in parts: live rows, rows added after closing, frozen.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    F,
    Field,
    IntegerField,
    Q,
    QuerySet,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast

from cadres.units import within
from reports.models import FrozenRecord
from reports.windows import NO_CATEGORY, Scope, Stretch, Window

FACTS: dict[str, Field[Any, Any]] = {
    "record": UUIDField(),  # the row's id
    "unit": CharField(),
    "day": DateField(),
    "household": UUIDField(),
    "cadre": UUIDField(),
    "office": UUIDField(),
    "kind": CharField(),
    "category": CharField(),
    "number": IntegerField(),  # people met, or a satisfaction
    "marked": BooleanField(),  # flagged, or closed early
}


class Untold(Cast):
    """Null: a fact that rows do not tell. Nothing to group by."""

    def __init__(self, name: str):
        super().__init__(Value(None), FACTS[name])

    def get_group_by_cols(self) -> list[Any]:
        return []


Rows = QuerySet[Any, Any]
When = Callable[[Stretch], Iterable[Q]]


@dataclass(frozen=True)
class Part:
    """Rows of a list, and where they keep each fact: a column, an expression, or nowhere (null)."""

    rows: Rows
    facts: Mapping[str, Any]
    added: bool | None = False  # added after closing; None: the rows tell (frozen ones)

    def telling(self, *names: str) -> Rows:
        """The rows with these facts as `fact_<name>`."""
        return self.rows.annotate(**{f"fact_{name}": self.fact(name) for name in names})

    def where(self, **facts: Any) -> Self:
        """Only the rows whose facts are these; Django's look-ups may follow a name (`number__isnull`)."""
        if not facts:
            return self
        names = {name.partition("__")[0] for name in facts}
        wanted = {f"fact_{name}": value for name, value in facts.items()}
        return type(self)(self.telling(*names).filter(**wanted), self.facts, self.added)

    def fact(self, name: str) -> Any:
        """What tells a fact, as an expression."""
        told = self.facts.get(name)
        if told is None:
            return Untold(name)
        return F(told) if isinstance(told, str) else told


def never(stretch: Stretch) -> Iterable[Q]:
    """No rows but added ones."""
    return ()


def on(column: str) -> When:
    """Rows whose day lies in the stretch."""

    def when(stretch: Stretch) -> Iterator[Q]:
        yield Q(**{f"{column}__range": (stretch.first, stretch.last)})

    return when


@dataclass(frozen=True, eq=False)
class RecordList:
    """`rows` are all that may count; `when` gives disjoint conditions for those that do in a stretch of days.

    `late` is the column with the month in which a late row is added; `adds` whether added rows stand in this list,
    and `corrects` whether they are corrections: those count as such and in no other figure.
    A `stock` is what there is at the end of the days, not what came during them.
    """

    name: str
    rows: Callable[[], Rows]
    facts: Mapping[str, Any]
    when: When = never
    late: str = ""
    adds: bool = False
    corrects: bool = False
    stock: bool = False

    def parts(self, window: Window, *, added: bool) -> Iterator[Part]:
        """The rows of this list that lie in the window; with `added`, only those added after closing.

        In the year to date (`window.with_added`) what was added counts with the rest.
        """
        with_added = window.with_added and not self.corrects
        for stretch in window.stretches[-1:] if self.stock else window.stretches:
            if not stretch.all_closed:
                if not added:
                    yield from self.ordinary(window.scope, stretch)
                if added or with_added:
                    yield from self.added(window.scope, stretch)
            if stretch.closed:
                part = self._frozen(window.scope, stretch)
                together = with_added and not added
                yield part if together else part.where(added=added)

    def ordinary(self, scope: Scope, stretch: Stretch) -> Iterator[Part]:
        """Live rows, those of closed units left out."""
        in_time = {f"{self.late}__isnull": True} if self.late and stretch.of_month else {}
        for rows, facts in self._variants(stretch):
            for condition in self.when(stretch):
                yield _narrowed(Part(rows.filter(condition, **in_time), facts), scope, stretch.closed)

    def added(self, scope: Scope, stretch: Stretch) -> Iterator[Part]:
        """Live rows that came after their month was closed, in the months they are added to."""
        if self.adds and stretch.of_month:
            rows = self.rows().filter(**{f"{self.late}__range": (stretch.first, stretch.last)})
            yield _narrowed(Part(rows, self.facts, added=True), scope, stretch.closed)

    def _variants(self, stretch: Stretch) -> Iterator[tuple[Rows, Mapping[str, Any]]]:
        yield self.rows(), self.facts

    def _frozen(self, scope: Scope, stretch: Stretch) -> Part:
        first = stretch.last.replace(day=1) if self.stock else stretch.first
        rows = FrozenRecord.objects.filter(list=self.name, month__range=(first, stretch.last))
        return _narrowed(Part(rows, FROZEN, added=None), scope)


FROZEN = {name: name for name in (*FACTS, "added")}


def _narrowed(part: Part, scope: Scope, closed: Iterable[str] = ()) -> Part:
    """The part's rows within the scope, without those of the `closed` units."""
    unit = part.facts["unit"]
    rows = part.rows.filter(scope.holds(unit))
    for code in closed:
        rows = rows.exclude(**within(code, field=unit))
    asked = {"office": scope.office, "cadre": scope.cadre}
    named: dict[str, Any] = {name: wanted for name, wanted in asked.items() if wanted is not None}
    if scope.category is not None:
        named["category"] = None if scope.category == NO_CATEGORY else scope.category
    return Part(rows, part.facts, part.added).where(**named)
