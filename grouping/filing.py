"""The index of a town's opinions in the database: filed under their clues, found again by them."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, CharField, F
from django.db.models.functions import Cast

from fieldapi import json
from fieldapi.fixed import Among, Fixed, Given, GivenList
from grouping.models import Clue
from likeness.index import slot

FILED = Fixed(
    lambda: Clue.objects.filter(
        Among(F("clue"), GivenList("clues", BigIntegerField())), town=Given("town", CharField())
    ).values_list("clue", Cast("opinion", CharField()))
)
TABLE = Clue._meta.db_table
INTO = f'INSERT INTO "{TABLE}" (town, clue, slot, opinion_id)'
LATEST = "ON CONFLICT (town, clue, slot) DO UPDATE SET opinion_id = excluded.opinion_id"
POSTGRES = (
    f"{INTO} SELECT %s, clue, slot, %s FROM unnest(%s::bigint[], %s::smallint[]) AS one (clue, slot) {LATEST}"
)
SQLITE = f"{INTO} SELECT %s, value ->> 0, value ->> 1, %s FROM json_each(%s) WHERE true {LATEST}"


def filed(town: str, clues: Collection[int]) -> list[tuple[int, str]]:
    """The opinions filed under these clues, each with its clue; at most SLOTS of a clue. One statement.

    The opinions' ids are text, which is many times cheaper to count.
    """
    return FILED.run(town=town, clues=clues)


def file(town: str, clues: Collection[int], opinion: UUID) -> None:
    """In the place of whoever was there before. One statement."""
    ordered = sorted(clues)
    slots = [slot(clue, opinion) for clue in ordered]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRES, [town, opinion, ordered, slots])
        else:
            pairs = json.dumps(list(zip(ordered, slots, strict=True))).decode()
            cursor.execute(SQLITE, [town, opinion.hex, pairs])
