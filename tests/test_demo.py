"""The demo is made by the product's own actions and never in production."""

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command

from cadres.models import User
from demo.people import ACCOUNTS
from households.models import Pairing
from matters.models import PracticalMatter, Task
from opinions.models import Opinion
from tests.conftest import Village
from visits.models import Visit


@pytest.fixture
def demo(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDAPI_DEMO_PASSWORD", "rehearsal-password")
    call_command("load_demo")


def test_it_is_a_month_of_visits_opinions_tasks_and_matters(demo: None):
    assert Visit.objects.count() >= 60
    assert Opinion.objects.count() == Visit.objects.count()
    assert PracticalMatter.objects.filter(task__isnull=True).exists()
    assert set(Task.objects.values_list("state", flat=True)) >= {
        "open",
        "in_progress",
        "done",
        "confirmed",
        "declined",
    }
    assert set(Visit.objects.values_list("post", flat=True)) == {"A"}
    assert set(Opinion.objects.values_list("category__active", flat=True)) == {True}
    ended = Opinion.objects.filter(group__task__state__in=["confirmed", "declined"])
    assert ended.exists()
    assert not ended.filter(replied_on=None).exists()


def test_its_accounts_sign_in_with_the_password_that_is_set(demo: None):
    assert set(User.objects.values_list("username", flat=True)) == set(ACCOUNTS)
    assert check_password("rehearsal-password", User.objects.get(username="cadre1").password)


def test_cadre1_and_cadre2_serve_a_household_together_and_cadre6_none(demo: None):
    shared = Pairing.objects.filter(cadre__username="cadre2", household__pairings__cadre__username="cadre1")
    assert {("A", "B"), ("B", "A")} & set(shared.values_list("post", "household__pairings__post"))
    assert not Pairing.objects.filter(cadre__username="cadre6").exists()


def test_it_is_loaded_into_an_empty_database_only(demo: None):
    before = Visit.objects.count()
    call_command("load_demo", "--if-empty")
    with pytest.raises(CommandError, match="not empty"):
        call_command("load_demo")

    assert Visit.objects.count() == before


def test_production_refuses_it(db: None, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="never exist in production"):
        call_command("load_demo")

    assert User.objects.count() == 0


def test_a_start_without_it_is_refused_in_one_line_where_it_is(demo: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(CommandError, match=r"^The database holds the demo, .* FIELDAPI_DATA_DIR=var/county$"):
        call_command("refuse_demo")


def test_a_start_without_it_is_none_of_its_business_where_people_are_others(village: Village):
    call_command("refuse_demo")
