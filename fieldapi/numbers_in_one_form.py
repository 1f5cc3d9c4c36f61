"""For data migrations: numbers that were kept as typed are kept in the form in which they are looked for."""

from collections.abc import Callable
from typing import Any

from django.db import models

from fieldapi.secrets import blind
from fieldapi.tables import sought


def bring(rows: models.Manager[Any], column: str, form: Callable[[str], str]) -> None:
    """Rewrite `column` and its blind index where the form differs. Deciphers every number once."""
    for pk, typed in list(rows.exclude(**{column: ""}).values_list("pk", column)):
        if (number := sought(form, typed)) != typed:
            rows.filter(pk=pk).update(**{column: number, f"{column}_index": blind(number)})
