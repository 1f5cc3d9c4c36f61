"""Closing a month: its figures and the records behind each stand still from then on."""

from itertools import chain

from django.db import connection, transaction
from django.db.models import BooleanField, CharField, DateField, Value

from cadres.models import ClosedMonth, User
from cadres.months import hold_months_still
from fieldapi import clock
from fieldapi.calendar import Month
from fieldapi.errors import Refused
from fieldapi.journal import note_down
from matters.cards import issue_fallen
from reports.lists import FACTS, Part, RecordList
from reports.models import FrozenRecord
from reports.records import LISTS
from reports.windows import Scope, month_window


@transaction.atomic
def close_month(*, by: User, scope: Scope, month: Month) -> bool:
    """Freeze a month for the whole scope of a unit, all below it; False when it was closed already.

    Units below that were closed earlier keep what was frozen then. Refuses `month_running`. Cards that have fallen
    are issued first; late rows wait meanwhile (`cadres.months`). One statement for each part of each list, whatever
    its size.
    """
    today = clock.today()
    if today <= month.last:
        raise Refused("month_running")
    issue_fallen()
    hold_months_still()
    (stretch,) = month_window(scope, month, today).stretches
    if stretch.all_closed:
        return False
    kept = sum(
        _freeze(part, each, month)
        for each in LISTS
        for part in chain(each.ordinary(scope, stretch), each.added(scope, stretch))
    )
    _mark_closed(scope, month, by)
    note_down(by, "summaries.close", f"{scope.unit}:{month}", unit=scope.unit, month=str(month), records=kept)
    return True


def _freeze(part: Part, of: RecordList, month: Month) -> int:
    """Write the part's rows down, by the very query that counts them. How many."""
    constants = {
        "frozen_month": Value(month.first, DateField()),
        "frozen_list": Value(of.name, CharField()),
        "frozen_added": Value(part.added, BooleanField()),
    }
    told = [f"fact_{name}" for name in FACTS]
    rows = part.telling(*FACTS).order_by().annotate(**constants).values_list(*constants, *told)
    query, parameters = rows.query.get_compiler(connection=connection).as_sql()
    quoted = [connection.ops.quote_name(name) for name in ("month", "list", "added", *FACTS)]
    table = connection.ops.quote_name(FrozenRecord._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(quoted)}) {query}", parameters)
        return int(cursor.rowcount)


def _mark_closed(scope: Scope, month: Month, by: User) -> None:
    now = clock.now()
    earlier = set(
        ClosedMonth.objects.filter(scope.holds("unit"), month=month.first).values_list("unit", flat=True)
    )
    ClosedMonth.objects.bulk_create(
        ClosedMonth(unit=code, month=month.first, closed_at=now, closed_by=by.pk)
        for code in scope.codes
        if code not in earlier
    )
