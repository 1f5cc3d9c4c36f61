"""A change that is written once does the same as the ORM's each time."""

from django.db.models import CharField, F, UUIDField

from cadres.models import User
from fieldapi.fixed import Given
from fieldapi.fixed_update import FixedUpdate
from tests.conftest import Village

RENAMED = FixedUpdate(
    lambda: User.objects.filter(pk=Given("user", UUIDField()), active=True),
    lambda: {"full_name": Given("name", CharField()), "version": F("version") + 1},
)


def test_it_changes_the_rows_that_fit_and_tells_how_many(village: Village, django_assert_num_queries):
    gao, sun = village.gao, village.sun
    others = User.objects.exclude(pk__in=[gao.pk, sun.pk])
    before = list(others.order_by("pk").values_list("full_name", "version"))

    with django_assert_num_queries(2):
        assert RENAMED.run(user=gao.pk, name="高某") == 1
        assert RENAMED.run(user=sun.pk, name="'; --") == 1
    User.objects.filter(pk=sun.pk).update(active=False)
    assert RENAMED.run(user=sun.pk, name="孙某") == 0

    gao.refresh_from_db()
    sun.refresh_from_db()
    assert [(gao.full_name, gao.version), (sun.full_name, sun.version)] == [("高某", 2), ("'; --", 2)]
    assert list(others.order_by("pk").values_list("full_name", "version")) == before
