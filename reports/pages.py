"""Pages of one list whose rows come from several tables, in the order of their keys."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework.request import Request

from fieldapi.paging import BACKWARD, Pages, cursor_of, limit_of, plain

Key = tuple[Any, ...]
Found = tuple[Key, Any]
Source = Callable[[Key, bool, int], Iterable[Found]]
"""(key to start behind or (), falling, how many) → (key, row) in the order of the keys."""


class MergedPages(Pages):
    """Asks every source for one page and merges them: as many queries as sources, however long the list.

    `readers` make a key's values of what a cursor holds. Rows with the same key come as one list.
    """

    def merged(
        self,
        request: Request,
        sources: Iterable[Source],
        readers: Sequence[Callable[[Any], Any]],
        *,
        falling: bool = False,
    ) -> list[tuple[Key, list[Any]]]:
        limit = limit_of(request)
        direction, position = cursor_of(request, readers)
        self.address = request.build_absolute_uri()
        falls = falling is not (direction == BACKWARD)
        rows = _in_order([source(tuple(position), falls, limit + 1) for source in sources], falls)
        page = self.turn(list(islice(rows, limit + 1)), limit, direction, begun=bool(position))
        ends = (page[0], page[-1]) if page else (((), []), ((), []))
        self.first, self.last = ([plain(value) for value in key] for key, _ in ends)
        return page


def behind(rows: QuerySet[Any, Any], names: Sequence[str], key: Key, falling: bool, count: int) -> Any:
    """The `count` rows next to `key` in the order of one or two annotations."""
    test = "lt" if falling else "gt"
    if key:
        first, last = names[0], names[-1]
        there = Q(**{f"{first}__{test}": key[0]})
        if len(names) == 2:
            there |= Q(**{first: key[0], f"{last}__{test}": key[1]})
        rows = rows.filter(there)
    return rows.order_by(*(f"-{name}" if falling else name for name in names))[:count]


def read_id(value: Any) -> UUID:
    return UUID(value)


def _in_order(found: Iterable[Iterable[Found]], falling: bool) -> Iterator[tuple[Key, list[Any]]]:
    rows = merge(*found, key=itemgetter(0), reverse=falling)
    for key, same in groupby(rows, key=itemgetter(0)):
        yield key, [row for _, row in same]
