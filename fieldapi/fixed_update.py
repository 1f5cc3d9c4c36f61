"""Changes whose shape never changes: as with `fixed`, the ORM writes each UPDATE once."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql import UpdateQuery

from fieldapi.fixed import Given


class FixedUpdate:
    """`rows().update(**columns())` with `Given` values, written when first run."""

    def __init__(self, rows: Callable[[], QuerySet[Any]], columns: Callable[[], Mapping[str, Any]]):
        self.rows = rows
        self.columns = columns

    def run(self, **values: Any) -> int:
        """How many rows were changed; one statement."""
        text, parameters = self._statement
        bound = [one.bound(values[one.name]) if isinstance(one, Given) else one for one in parameters]
        with connection.cursor() as cursor:
            cursor.execute(text, bound)
            return cursor.rowcount

    @cached_property
    def _statement(self) -> tuple[str, Sequence[Any]]:
        query: Any = self.rows().query.chain(UpdateQuery)
        query.add_update_values(dict(self.columns()))
        text, parameters = query.get_compiler(connection=connection).as_sql()
        return text, parameters
