"""The database refuses what our code would have to forget: overlaps by raw SQL, and by many at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from fieldapi import clock
from fieldapi.errors import Refused
from fieldapi.ids import new_id
from households.models import Pairing
from households.pairing import store
from tests.conftest import Village
from tests.samples import make_household, make_pairing, make_user


def insert(household, cadre, post, started_on, ended_on=None):
    ready = connection.ops.adapt_datetimefield_value(clock.now())
    value = (lambda one: one) if connection.vendor == "postgresql" else (lambda one: one.hex)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO households_pairing (id, household_id, cadre_id, post, started_on, ended_on, reason,
            assigned_by_id, version, changed_at) VALUES (%s, %s, %s, %s, %s, %s, '', %s, 1, %s)""",
            [
                value(new_id()),
                value(household.pk),
                value(cadre.pk),
                post,
                started_on,
                ended_on,
                value(cadre.pk),
                ready,
            ],
        )


@pytest.fixture
def house(village):
    house = make_household("7")
    insert(house, village.gao, "A", "2026-10-01", "2026-11-01")
    return house


class TestRawSQL:
    @pytest.mark.parametrize(
        ("name", "post", "started_on", "ended_on", "rule"),
        [
            ("chen", "A", "2026-10-31", None, "one_cadre_per_post"),
            ("chen", "A", "2026-01-01", None, "one_cadre_per_post"),
            ("chen", "A", "2026-01-01", "2026-10-02", "one_cadre_per_post"),
            ("chen", "A", "2026-10-10", "2026-10-11", "one_cadre_per_post"),
            ("gao", "B", "2026-10-31", None, "one_post_per_cadre"),
        ],
    )
    def test_cannot_write_two_periods_that_overlap(
        self, village, house, name, post, started_on, ended_on, rule
    ):
        with pytest.raises(IntegrityError, match=rule):
            insert(house, getattr(village, name), post, started_on, ended_on)

        assert Pairing.objects.count() == 1

    def test_can_write_periods_that_touch_and_empty_ones(self, village, house):
        insert(house, village.chen, "A", "2026-11-01")
        insert(house, village.lin, "A", "2026-09-01", "2026-10-01")
        insert(house, village.lin, "A", "2026-10-10", "2026-10-10")
        insert(house, village.gao, "B", "2026-11-01")

        assert Pairing.objects.count() == 5

    def test_cannot_stretch_a_period_over_another(self, village, house):
        insert(house, village.chen, "A", "2026-11-01")

        with pytest.raises(IntegrityError, match="one_cadre_per_post"), transaction.atomic():
            Pairing.objects.filter(cadre=village.gao).update(ended_on=None)

        assert Pairing.objects.get(cadre=village.gao).ended_on == date(2026, 11, 1)

    def test_cannot_end_a_pairing_before_it_starts(self, village, house):
        with pytest.raises(IntegrityError, match="pairing_ends_after_it_starts"), transaction.atomic():
            Pairing.objects.filter(cadre=village.gao).update(ended_on="2026-09-30")


class TestWhatOurOwnLookMissed:
    """Only somebody who writes past the register can come here; the answer is the same."""

    @pytest.mark.parametrize(
        ("name", "post", "code"), [("chen", "A", "post_taken"), ("gao", "B", "same_person")]
    )
    def test_is_refused_by_the_name_of_the_databases_rule(self, village, house, name, post, code):
        cadre = getattr(village, name)
        row = Pairing(
            household=house,
            cadre=cadre,
            post=post,
            started_on="2026-10-31",
            assigned_by=village.sun,
            changed_at=clock.now(),
        )

        with pytest.raises(Refused) as refused:
            store(village.sun, [row], {house.pk: house.unit_id})

        assert refused.value.code == code
        assert Pairing.objects.count() == 1

    def test_an_id_taken_meanwhile_in_another_household_is_a_conflict(self, village, house):
        taken = make_pairing(make_household("8"), village.lin)
        row = Pairing(
            id=taken.pk,
            household=house,
            cadre=village.chen,
            post="B",
            started_on="2026-10-31",
            assigned_by=village.sun,
            changed_at=clock.now(),
        )

        with pytest.raises(Refused) as refused:
            store(village.sun, [row], {house.pk: house.unit_id})

        assert refused.value.code == "content_differs"
        assert Pairing.objects.count() == 2


@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    CALLERS = 6

    def at_once(self, *calls):
        """Every call on a thread and a connection of its own, all let go together."""
        barrier = Barrier(len(calls))

        def run(call):
            barrier.wait()
            try:
                return call()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(run, calls))

    def test_six_cadres_paired_at_once_in_one_post_leave_one_in_it(self):
        village = Village()
        house = make_household("7")
        bodies = [
            {"household": str(house.pk), "cadre": str(make_user(f"c{one}").pk), "post": "A"}
            for one in range(self.CALLERS)
        ]
        callers = [village.client("sun") for _ in bodies]

        answers = self.at_once(
            *(
                lambda caller=caller, body=body: caller.post("pairings/", body)
                for caller, body in zip(callers, bodies, strict=True)
            )
        )

        assert sorted(answer.status_code for answer in answers) == [201] + [409] * (self.CALLERS - 1)
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"post_taken"}
        assert Pairing.objects.count() == 1

    def test_six_hand_overs_at_once_leave_one_successor(self):
        village = Village()
        house = make_household("7")
        old = make_pairing(house, village.gao, started_on="2026-10-01")
        bodies = [
            {"to": str(make_user(f"c{one}").pk), "on": "2026-11-03", "reason": "调离"}
            for one in range(self.CALLERS)
        ]
        callers = [village.client("sun") for _ in bodies]

        answers = self.at_once(
            *(
                lambda caller=caller, body=body: caller.post(f"pairings/{old.pk}/hand-over/", body)
                for caller, body in zip(callers, bodies, strict=True)
            )
        )

        assert sorted(answer.status_code for answer in answers) == [201] + [409] * (self.CALLERS - 1)
        assert Pairing.objects.on(date(2026, 11, 3)).count() == 1
        assert Pairing.objects.count() == 2

    def test_one_id_sent_six_times_at_once_is_one_row_and_six_successes(self):
        village = Village()
        house = make_household("7")
        body = {"id": str(new_id()), "household": str(house.pk), "cadre": str(village.gao.pk), "post": "A"}
        callers = [village.client("sun") for _ in range(self.CALLERS)]

        answers = self.at_once(*(lambda caller=caller: caller.post("pairings/", body) for caller in callers))

        assert sorted(answer.status_code for answer in answers) == [200] * (self.CALLERS - 1) + [201]
        assert Pairing.objects.count() == 1
