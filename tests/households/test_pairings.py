"""Pairings over HTTP: at most one A and one B per household, from a day to a day."""

from datetime import date, timedelta

import pytest

from fieldapi import clock
from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from households.models import Pairing
from tests import samples
from tests.samples import make_household, make_pairing, make_user


def body(household, cadre, post="A", started_on="2026-11-01", **columns):
    return {
        "household": str(household.pk),
        "cadre": str(cadre.pk),
        "post": post,
        "started_on": started_on,
        **columns,
    }


@pytest.fixture
def house(village):
    """Nobody serves it yet."""
    return make_household("7")


def periods(house):
    rows = house.pairings.order_by("started_on", "post").values_list(
        "post", "cadre__username", "started_on", "ended_on"
    )
    return [(post, name, str(start), end and str(end)) for post, name, start, end in rows]


def refused(answer, status, code, pointer):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.json()
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


class TestPairing:
    def test_a_supervisor_pairs_a_cadre_with_a_household_and_the_journal_says_so(self, village, house):
        answer = village.client("sun").post("pairings/", body(house, village.gao))

        assert answer.status_code == 201
        row = answer.json()
        assert row == {
            "id": row["id"],
            "household": str(house.pk),
            "cadre": str(village.gao.pk),
            "post": "A",
            "started_on": "2026-11-01",
            "ended_on": None,
            "reason": "",
            "assigned_by": str(village.sun.pk),
            "version": 1,
        }
        line = JournalLine.objects.get(resource="pairings")
        assert (line.action, line.row_id, line.by_name, line.unit) == (
            "pairings.create",
            row["id"],
            "sun",
            samples.VILLAGE,
        )

    def test_begins_today_unless_told_otherwise(self, village, house):
        asked = body(house, village.gao)
        del asked["started_on"]

        answer = village.client("sun").post("pairings/", asked)

        assert answer.json()["started_on"] == str(clock.today())

    def test_sent_again_under_its_id_is_the_same_row_and_with_other_content_a_conflict(self, village, house):
        asked = body(house, village.gao, id=str(new_id()))
        sun = village.client("sun")

        answers = [sun.post("pairings/", asked) for _ in range(2)]
        other = sun.post("pairings/", asked | {"post": "B"})

        assert [answer.status_code for answer in answers] == [201, 200]
        assert answers[0].json() == answers[1].json()
        refused(other, 409, "content_differs", "/id")
        assert Pairing.objects.count() == 1

    def test_a_post_is_held_by_one_cadre_at_a_time(self, village, house):
        make_pairing(house, village.gao, started_on="2026-10-01", ended_on="2026-11-10")

        taken = village.client("sun").post("pairings/", body(house, village.chen, started_on="2026-11-09"))
        free = village.client("sun").post("pairings/", body(house, village.chen, started_on="2026-11-10"))

        refused(taken, 409, "post_taken", "/post")
        assert free.status_code == 201
        assert periods(house) == [
            ("A", "gao", "2026-10-01", "2026-11-10"),
            ("A", "chen", "2026-11-10", None),
        ]

    def test_nobody_holds_both_posts_of_a_household(self, village, house):
        make_pairing(house, village.gao, started_on="2026-10-01")

        answer = village.client("sun").post("pairings/", body(house, village.gao, post="B"))

        refused(answer, 409, "same_person", "/cadre")
        assert Pairing.objects.count() == 1

    @pytest.mark.parametrize(
        ("columns", "code", "pointer"),
        [
            ({"household": str(new_id())}, "household_unknown", "/household"),
            ({"cadre": str(new_id())}, "user_unknown", "/cadre"),
            ({"ended_on": "2026-10-31"}, "ends_before_start", "/ended_on"),
        ],
    )
    def test_what_cannot_be_is_refused_by_name(self, village, house, columns, code, pointer):
        answer = village.client("sun").post("pairings/", body(house, village.gao) | columns)

        refused(answer, 400, code, pointer)
        assert not Pairing.objects.exists()
        assert not JournalLine.objects.exists()

    def test_only_a_cadre_can_be_paired(self, village, house):
        refused(
            village.client("sun").post("pairings/", body(house, village.wu)), 400, "not_a_cadre", "/cadre"
        )
        assert not Pairing.objects.exists()

    def test_a_cadre_may_come_from_anywhere_in_the_county_or_a_bureau_above_it(self, village, house):
        make_unit = samples.Unit.objects.create
        make_unit(code="530602", name="昭阳区", level="county", changed_at=clock.now())
        from_other_town = make_user("yu", unit=samples.OTHER_TOWN)
        from_the_city = make_user("hu", unit="5306")
        from_another_county = make_user("mo", unit="530602")
        sun = village.client("sun")

        answers = [
            sun.post("pairings/", body(house, from_other_town, "A")),
            sun.post("pairings/", body(house, from_the_city, "B")),
        ]
        refused(
            sun.post(
                "pairings/", body(house, from_another_county, started_on="2026-09-01", ended_on="2026-09-02")
            ),
            400,
            "user_unknown",
            "/cadre",
        )
        assert [answer.status_code for answer in answers] == [201, 201]

    def test_a_cadre_who_has_left_is_unknown(self, village, house):
        gone = make_user("yu", active=False)

        refused(village.client("sun").post("pairings/", body(house, gone)), 400, "user_unknown", "/cadre")

    def test_another_towns_household_is_unknown_to_a_supervisor(self, village, house):
        answer = village.client("zhou").post("pairings/", body(house, village.gao))

        refused(answer, 400, "household_unknown", "/household")
        assert not Pairing.objects.exists()

    @pytest.mark.parametrize("name", ["gao", "chen", "wu"])
    def test_cadres_and_leaders_pair_nobody(self, village, house, name):
        answer = village.client(name).post("pairings/", body(house, village.lin))

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
        assert not Pairing.objects.exists()

    def test_a_household_that_has_ended_gets_nobody(self, village):
        ended = make_household("8", state="ended")

        answer = village.client("sun").post("pairings/", body(ended, village.gao))

        refused(answer, 409, "wrong_state", "/household")


class TestHandOver:
    def test_ends_one_pairing_and_starts_the_next_in_one_step(self, village, house):
        old = make_pairing(house, village.gao, started_on="2026-10-01")

        answer = village.client("sun").post(
            f"pairings/{old.pk}/hand-over/", {"to": str(village.lin.pk), "on": "2026-11-03", "reason": "调离"}
        )

        assert answer.status_code == 201
        assert (answer.json()["cadre"], answer.json()["post"]) == (str(village.lin.pk), "A")
        assert periods(house) == [("A", "gao", "2026-10-01", "2026-11-03"), ("A", "lin", "2026-11-03", None)]
        old.refresh_from_db()
        assert (old.reason, old.version) == ("调离", 2)
        actions = JournalLine.objects.order_by("id").values_list("action", flat=True)
        assert list(actions) == ["pairings.hand_over", "pairings.create"]

    def test_on_its_first_day_leaves_the_old_pairing_without_a_day(self, village, house):
        old = make_pairing(house, village.gao, started_on="2026-11-03")

        village.client("sun").post(
            f"pairings/{old.pk}/hand-over/", {"to": str(village.lin.pk), "on": "2026-11-03", "reason": "误派"}
        )

        assert periods(house) == [("A", "gao", "2026-11-03", "2026-11-03"), ("A", "lin", "2026-11-03", None)]

    def test_keeps_the_day_on_which_the_post_was_to_end(self, village, house):
        old = make_pairing(house, village.gao, started_on="2026-10-01", ended_on="2026-12-31")

        village.client("sun").post(
            f"pairings/{old.pk}/hand-over/", {"to": str(village.lin.pk), "on": "2026-11-03", "reason": "调离"}
        )

        assert periods(house)[-1] == ("A", "lin", "2026-11-03", "2026-12-31")

    @pytest.mark.parametrize(
        ("to", "on", "status", "code", "pointer"),
        [
            ("chen", "2026-11-03", 409, "same_person", "/to"),  # she is B here
            ("gao", "2026-11-03", 409, "same_person", "/to"),
            ("wu", "2026-11-03", 400, "not_a_cadre", "/to"),
            ("lin", "2026-09-30", 400, "ends_before_start", "/on"),
        ],
    )
    def test_that_cannot_be_leaves_the_old_pairing_as_it_was(
        self, village, house, to, on, status, code, pointer
    ):
        old = make_pairing(house, village.gao, started_on="2026-10-01")
        make_pairing(house, village.chen, post="B", started_on="2026-10-01")

        answer = village.client("sun").post(
            f"pairings/{old.pk}/hand-over/", {"to": str(getattr(village, to).pk), "on": on, "reason": "调离"}
        )

        refused(answer, status, code, pointer)
        assert periods(house) == [("A", "gao", "2026-10-01", None), ("B", "chen", "2026-10-01", None)]
        assert not JournalLine.objects.exists()

    def test_of_another_towns_pairing_is_not_found(self, village, house):
        old = make_pairing(house, village.gao)

        answer = village.client("zhou").post(
            f"pairings/{old.pk}/hand-over/", {"to": str(village.lin.pk), "on": "2026-11-03", "reason": "x"}
        )

        assert answer.status_code == 404
        assert Pairing.objects.count() == 1

    def test_takes_effect_at_midnight_of_its_day(self, village):
        """Gao hands over tomorrow: today the household is still hers, tomorrow it is lin's."""
        old = village.house.pairings.get(cadre=village.gao)
        tomorrow = clock.today() + timedelta(days=1)

        village.client("sun").post(
            f"pairings/{old.pk}/hand-over/",
            {"to": str(village.lin.pk), "on": str(tomorrow), "reason": "调离"},
        )

        serving = [Pairing.objects.on(day).get(post="A").cadre.username for day in (clock.today(), tomorrow)]
        assert serving == ["gao", "lin"]


class TestEnding:
    def test_the_day_it_ends_is_the_first_day_no_longer_served(self, village, house):
        row = make_pairing(house, village.gao, started_on="2026-10-01")

        answer = village.client("sun").post(f"pairings/{row.pk}/end/", {"on": "2026-11-03", "reason": "搬迁"})

        assert answer.status_code == 200
        assert (answer.json()["ended_on"], answer.json()["reason"], answer.json()["version"]) == (
            "2026-11-03",
            "搬迁",
            2,
        )
        row.refresh_from_db()
        assert [row.covers(date(2026, 11, day)) for day in (2, 3)] == [True, False]

    def test_happens_once(self, village, house):
        row = make_pairing(house, village.gao, started_on="2026-10-01", ended_on="2026-11-03")

        answer = village.client("sun").post(f"pairings/{row.pk}/end/", {"on": "2026-11-04", "reason": "搬迁"})

        refused(answer, 409, "wrong_state", "/on")
        row.refresh_from_db()
        assert (str(row.ended_on), row.version) == ("2026-11-03", 1)

    def test_needs_a_reason(self, village, house):
        row = make_pairing(house, village.gao)

        answer = village.client("sun").post(f"pairings/{row.pk}/end/", {"on": "2026-11-04", "reason": " "})

        refused(answer, 400, "bad_input", "/reason")


class TestManyAtOnce:
    def test_are_all_taken_and_taken_once(self, village):
        houses = [make_household(str(number)) for number in range(1, 4)]
        rows = [body(house, village.gao, id=str(new_id())) for house in houses]
        rows += [body(house, village.chen, "B", id=str(new_id())) for house in houses]
        sun = village.client("sun")

        first, again = (sun.post("pairings/bulk/", {"pairings": rows}) for _ in range(2))

        assert (first.status_code, first.json()["created"]) == (200, 6)
        assert [row["id"] for row in first.json()["pairings"]] == [row["id"] for row in rows]
        assert (again.status_code, again.json()["created"]) == (200, 0)
        assert again.json()["pairings"] == first.json()["pairings"]
        assert JournalLine.objects.filter(action="pairings.create").count() == 6

    def test_are_none_taken_when_one_cannot_be_and_each_fault_says_where(self, village, house):
        other = make_household("8")
        rows = [
            body(house, village.gao),
            body(house, village.chen),  # post A is gao's since the row above
            body(other, village.gao),
            body(other, village.gao, "B"),
            body(other, village.wu, "B"),
        ]

        answer = village.client("sun").post("pairings/bulk/", {"pairings": rows})

        assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
        assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [
            ("/pairings/1/post", "post_taken"),
            ("/pairings/3/cadre", "same_person"),
            ("/pairings/4/cadre", "not_a_cadre"),
        ]
        assert not Pairing.objects.exists()

    def test_cost_the_same_number_of_statements_for_two_and_for_two_hundred(
        self, village, django_assert_max_num_queries
    ):
        houses = [make_household(str(number)) for number in range(1, 203)]
        sun = village.client("sun")
        sun.post("pairings/bulk/", {"pairings": [body(house, village.gao) for house in houses[:2]]})

        with django_assert_max_num_queries(16):
            answer = sun.post(
                "pairings/bulk/", {"pairings": [body(house, village.gao) for house in houses[2:]]}
            )

        assert answer.json()["created"] == 200

    def test_the_same_row_twice_in_one_call_is_one_row(self, village, house):
        row = body(house, village.gao, id=str(new_id()))

        answer = village.client("sun").post("pairings/bulk/", {"pairings": [row, row]})

        assert (answer.status_code, answer.json()["created"]) == (200, 1)


class TestTheList:
    @pytest.fixture
    def rows(self, village, house):
        other = make_household("9", unit=samples.OTHER_VILLAGE)
        return {
            "gao": make_pairing(house, village.gao, started_on="2026-10-01", ended_on="2026-11-01"),
            "lin": make_pairing(house, village.lin, started_on="2026-11-01"),
            "chen": make_pairing(house, village.chen, post="B", started_on="2026-10-01"),
            "far": make_pairing(other, village.qian, started_on="2026-10-01"),
        }

    def seen(self, village, rows, name, query=""):
        ids = {str(row.pk): key for key, row in rows.items()}
        answer = village.client(name).get(f"pairings/{query}")
        assert answer.status_code == 200, answer.json()
        return {ids[row["id"]] for row in answer.json()["results"]}

    @pytest.mark.parametrize(
        ("name", "seen"),
        [
            ("wu", {"gao", "lin", "chen", "far"}),
            ("sun", {"gao", "lin", "chen"}),
            ("zhou", {"far"}),
            ("chen", {"gao", "lin", "chen"}),  # she serves the household today
            ("gao", {"gao"}),  # handed over: only what was hers
        ],
    )
    def test_shows_to_each_what_is_theirs_to_see(self, village, rows, name, seen):
        assert self.seen(village, rows, name) == seen

    def test_narrows_by_day_post_cadre_household_and_unit(self, village, house, rows):
        told = {
            query: self.seen(village, rows, "wu", query)
            for query in (
                "?on=2026-10-31",
                "?on=2026-11-01",
                "?post=B",
                f"?cadre={village.lin.pk}",
                f"?household={house.pk}&on=2026-11-01",
                f"?unit={samples.OTHER_TOWN}",
            )
        }

        assert list(told.values()) == [
            {"gao", "chen", "far"},
            {"lin", "chen", "far"},
            {"chen"},
            {"lin"},
            {"lin", "chen"},
            {"far"},
        ]

    def test_refuses_what_it_does_not_know(self, village, rows):
        answer = village.client("wu").get("pairings/?colour=red&on=yesterday&cadre=gao")

        assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")
        assert {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]} == {
            "?colour": "unknown_parameter",
            "?on": "bad_day",
            "?cadre": "bad_id",
        }

    def test_costs_the_same_queries_for_one_row_and_for_many(
        self, village, house, rows, django_assert_num_queries
    ):
        wu = village.client("wu")
        for query in ("?post=B", ""):
            with django_assert_num_queries(2):
                wu.get(f"pairings/{query}")

    def test_a_row_carries_its_version_as_etag(self, village, rows):
        answer = village.client("sun").get(f"pairings/{rows['lin'].pk}/")

        assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
        assert village.client("zhou").get(f"pairings/{rows['lin'].pk}/").status_code == 404
