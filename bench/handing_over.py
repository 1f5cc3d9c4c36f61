"""B5: rows written when a household is handed over that has no descendants, and one that has a thousand."""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from bench import databases, history
from bench.county import County
from bench.figures import Figure
from bench.pace import Pace
from fieldapi import clock
from households.models import Pairing
from households.pairing import hand_over
from opinions.models import Opinion
from visits.models import Visit

VISITS = 334
"""With their opinions a thousand descendants."""
WRITTEN = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"


def measure(pace: Pace, here: County) -> list[Figure]:
    """The first household is handed over with its history, the second, of the same cadre, without one."""
    databases.make("handing_over")
    now = clock.now()
    history.store(history.Batch(1, VISITS, now - timedelta(days=364), now, households=1))
    full, empty = (house.pk for house in here.beats[0].households)
    descendants = sum(model.objects.filter(household=full).count() for model in (Visit, Opinion))
    with_history, without = written(full, here), written(empty, here)
    return [
        Figure(
            "B5", f"rows written to hand over a household with {descendants} descendants",
            str(with_history), str(without), with_history / without, 1, at_most=True,
        ),
    ]  # fmt: skip


def written(household: UUID, here: County) -> int:
    """Rows inserted, changed and deleted, those of triggers too."""
    pairing = Pairing.objects.get(household=household, post="A")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        [before] = cursor.fetchone()
        hand_over(
            by=here.leader.user, pairing=pairing, to=here.beats[5].cadre.pk, on=clock.today(), reason="轮换"
        )
        cursor.execute(WRITTEN)
        [after] = cursor.fetchone()
    return int(after - before)
