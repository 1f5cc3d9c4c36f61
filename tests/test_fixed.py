"""A statement that is written once says the same as the ORM does each time."""

from uuid import uuid4

from django.db import connection
from django.db.models import CharField, F, UUIDField
from django.test.utils import CaptureQueriesContext

from cadres.models import Unit, User
from fieldapi.fixed import Among, Fixed, Given, GivenList
from tests.conftest import Village
from visits.models import Visit

USERS = Fixed(lambda: User.objects.select_related("unit", "office").filter(pk=Given("user", UUIDField())))
CODES = GivenList("codes", CharField())
UNITS = Fixed(
    lambda: Unit.objects.filter(Among(F("code"), CODES)).order_by("code").values_list("code", "name")
)


def test_a_row_comes_with_those_joined_to_it_in_one_statement(village: Village, django_assert_num_queries):
    gao = village.gao
    USERS.run(user=uuid4())
    town = gao.unit.name
    with django_assert_num_queries(1):
        (found,) = USERS.run(user=gao.pk)
        assert (found, found.full_name, found.unit.name, found.office) == (gao, gao.full_name, town, None)
    assert not found._state.adding


def test_what_is_kept_encrypted_is_read_in_clear(village: Village):
    User.objects.filter(pk=village.gao.pk).update(phone="000123")
    (gao,) = USERS.run(user=village.gao.pk)

    assert gao.phone == "000123"


def test_any_number_of_values_goes_into_the_same_text(village: Village):
    units = list(Unit.objects.order_by("code").values_list("code", "name")[:3])
    with CaptureQueriesContext(connection) as asked:
        for many in range(4):
            assert UNITS.run(codes=[code for code, _ in units[:many]]) == units[:many]

    assert (len(units), len(asked)) == (3, 4)
    assert UNITS._statement.text.count("%s") == 1


def test_a_value_is_never_read_as_sql(village: Village):
    assert UNITS.run(codes=["' OR 1=1 --", '"]}']) == []


PLACES = Fixed(lambda: Visit.objects.order_by("pk").values_list("location", "location__accuracy_m"))


def test_a_json_column_comes_as_it_was_stored(village: Village):
    where = {"lat": 28.6, "lon": 103.95, "accuracy_m": 12.5}
    village.client("gao").put_visit(village.house, location=where)
    village.client("gao").put_visit(village.house, location=None)

    assert PLACES.run() == [(where, 12.5), (None, None)]
