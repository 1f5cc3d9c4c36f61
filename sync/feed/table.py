"""A table of the pull feed: its columns, and which of its rows a working set holds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from sync.feed.columns import SERVER, Column, Kind, column
from sync.feed.meanings import MEANINGS
from sync.feed.working_set import WorkingSet

VERSION = column("version", Kind.WHOLE, optional=False)
ALWAYS_ONE = column("version", Kind.WHOLE, "pk", optional=False, read=lambda _: 1, meaning="never changes")


@dataclass(frozen=True)
class FeedTable:
    """How phones know a model.

    `held` are the reasons for which a row belongs to a working set: it does if one of them is true of it.
    `brings` names the tables whose rows come and go with rows of this one, and the look-up that finds them.
    `shape` has the last word on a row.
    """

    name: str
    model: type[models.Model]
    columns: tuple[Column, ...]
    held: Callable[[WorkingSet], Sequence[Q]]
    key: str = "id"
    brings: Mapping[str, str] = field(default_factory=dict)
    written_by_phones: bool = False
    annotations: Mapping[str, Any] = field(default_factory=dict)
    shape: Callable[[WorkingSet, dict[str, Any]], dict[str, Any]] | None = None

    def meaning(self, column: Column) -> str:
        """As the column says it, or the words for its name."""
        of_name = MEANINGS.get(f"{self.name}.{column.name}", MEANINGS.get(column.name, ""))
        return column.meaning or of_name

    @property
    def servers(self) -> frozenset[str]:
        return frozenset(one.name for one in self.columns if one.owner == SERVER)

    def holds(self, pulled: WorkingSet, among: Sequence[Any]) -> models.QuerySet[Any]:
        """Rows of the working set among those with these keys: every reason is asked of them alone."""
        reasons = Q()
        for reason in self.held(pulled):
            reasons |= reason
        return self.model._default_manager.filter(reasons, **{f"{self.key}__in": among})

    def possible(self, keys: Iterable[Any]) -> list[Any]:
        """Of keys that phones have sent, those that a row can have."""
        return [key for key in keys if self.key == "code" or isinstance(key, UUID)]

    def all_held(self, pulled: WorkingSet) -> models.QuerySet[Any]:
        """The whole of the working set: every reason finds its rows by its own index."""
        rows = self.model._default_manager
        found = [rows.filter(reason).values("pk") for reason in self.held(pulled)]
        return rows.filter(pk__in=found[0].union(*found[1:]) if len(found) > 1 else found[0])
