"""A row made by the hundred is the row Django's constructor makes."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from fieldapi.rows import new_row
from opinions.models import Opinion
from tests.conftest import Village
from visits.models import Companion, Visit

AT = datetime(2026, 11, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize("model", [Visit, Opinion])
def test_every_column_is_told_or_has_its_default(village: Village, model):
    told = {
        "id": uuid4(),
        "kind": "home",
        "unit_id": village.gao.unit_id,
        "occurred_at": AT,
        "day": date(2026, 11, 3),
    }
    made, by_django = new_row(model, told), model(**told)

    assert vars(made).keys() == vars(by_django).keys()
    assert {name: value for name, value in vars(made).items() if name != "_state"} == {
        name: value for name, value in vars(by_django).items() if name != "_state"
    }
    assert made._state.adding
    assert made._state.db is None


def test_what_is_made_anew_for_each_row_is_shared_by_none():
    one, other = (new_row(Opinion, {"kind": "request"}) for _ in range(2))
    one.suggested.append("lighting")

    assert other.suggested == []
    assert new_row(Companion, {}).row_id != new_row(Companion, {}).row_id


def test_rows_at_hand_are_not_asked_for_again(village: Village, django_assert_num_queries):
    gao = village.gao
    with django_assert_num_queries(0):
        assert new_row(Visit, {"cadre_id": gao.pk}, {"cadre": gao}).cadre is gao


def test_a_name_that_is_no_column_is_refused():
    with pytest.raises(TypeError, match="unit"):
        new_row(Opinion, {"unit": "530626"})
