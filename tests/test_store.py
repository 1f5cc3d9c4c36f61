"""New rows are stored whole, in one statement for each table."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from cadres.models import User
from fieldapi.models import JournalLine
from fieldapi.store import store
from tests.conftest import Village
from visits.models import Companion, Visit

AT = datetime(2026, 11, 3, 9, 12, 0, 123000, tzinfo=UTC)


def a_visit(village: Village, **columns) -> Visit:
    gao = village.gao
    return Visit(
        id=uuid4(), household=village.house, kind="home", started_at=AT, cadre=gao, unit_id=gao.unit_id,
        occurred_at=AT, day=date(2026, 11, 3), received_at=AT, changed_at=AT, **columns,
    )  # fmt: skip


def test_every_column_comes_back_as_it_was_stored(village: Village):
    odd = '村口"路灯"\\坏了\n\t{}[],%s🙂\u2028'
    sent = a_visit(
        village, note=odd, location={"lat": 28.123456789012345, "note": odd, "mocked": False}, people_met=2,
        lat=0.1 + 0.2, lon=-1e-17, device=uuid4(), clock_offset_ms=-(2**40), cover=True, added_month=date(2026, 12, 1),
    )  # fmt: skip
    store([sent])
    stored = Visit.objects.get()

    columns = [field.attname for field in Visit._meta.concrete_fields]
    assert {name: getattr(stored, name) for name in columns} == {
        name: getattr(sent, name) for name in columns
    }


@pytest.mark.parametrize("many", [1, 2, 300])
def test_many_rows_are_one_statement_and_none_is_none(village: Village, many, django_assert_num_queries):
    visits = [a_visit(village) for _ in range(many)]
    with django_assert_num_queries(1):
        store(visits)
        store([])
    assert Visit.objects.count() == many
    assert not any(visit._state.adding for visit in visits)


def test_keys_that_the_database_makes_are_made(village: Village):
    store([visit := a_visit(village)])
    store(Companion(visit=visit, user=user) for user in (village.gao, village.chen))

    assert sorted(one.user.username for one in Companion.objects.filter(visit=visit)) == ["chen", "gao"]
    assert None not in Companion.objects.values_list("pk", flat=True)


def test_of_rows_of_which_a_constraint_forbids_one_none_is_stored(village: Village):
    nobody_visited = a_visit(village)
    nobody_visited.household_id = None
    with pytest.raises(IntegrityError), transaction.atomic():
        store([a_visit(village), nobody_visited])
    assert Visit.objects.count() == 0


def test_a_text_too_long_for_its_column_is_refused_and_not_cut(village: Village):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no lengths")
    line = JournalLine(
        at=AT, by_name="gao", action="a" * 61, resource="visits", row_id="1", unit="53", seal=""
    )
    with pytest.raises(DataError), transaction.atomic():
        store([line])


def test_rows_with_encrypted_columns_are_not_for_here(village: Village):
    with pytest.raises(TypeError, match="User has columns that are more than they look"):
        store([User(username="x")])
    assert not User.objects.filter(username="x").exists()
