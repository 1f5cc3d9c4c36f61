"""`Idempotency-Key`: a POST that is repeated acts once, and its first answer comes again."""

import pytest

from fieldapi.ids import new_id
from households.models import Household
from tests import samples
from tests.samples import make_household

BODY = {"unit": samples.VILLAGE, "number": "12", "head_name": "王某"}


def test_the_same_key_and_body_get_the_first_answer_letter_for_letter(village):
    sun = village.client("sun")

    answers = [sun.post("households/", BODY, **{"Idempotency-Key": "a"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/json"}
    assert {answer.headers["ETag"] for answer in answers} == {'"1"'}
    assert Household.objects.count() == 1


def test_a_refusal_is_repeated_as_the_problem_it_was(village):
    sun = village.client("sun")
    make_household("12")

    first = sun.post("households/", BODY, **{"Idempotency-Key": "a"})
    Household.objects.all().delete()
    again = sun.post("households/", BODY, **{"Idempotency-Key": "a"})

    assert (first.status_code, again.status_code) == (409, 409)
    assert again.headers["Content-Type"] == "application/problem+json"
    assert again.json() == first.json()
    assert not Household.objects.exists()


def test_another_body_under_the_same_key_is_refused(village):
    sun = village.client("sun")
    sun.post("households/", BODY, **{"Idempotency-Key": "a"})

    answer = sun.post("households/", BODY | {"number": "13"}, **{"Idempotency-Key": "a"})

    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")
    assert Household.objects.count() == 1


@pytest.mark.parametrize("other", ["another user", "another address"])
def test_a_key_is_ones_own_and_of_one_address(village, other):
    village.client("sun").post("households/", BODY | {"id": str(new_id())}, **{"Idempotency-Key": "a"})
    if other == "another user":
        answer = village.client("zheng").post(
            "households/", BODY | {"number": "13"}, **{"Idempotency-Key": "a"}
        )
    else:
        row = Household.objects.get()
        answer = village.client("sun").post(
            f"households/{row.pk}/end/", {"reason": "迁出"}, **{"Idempotency-Key": "a"}
        )

    assert answer.status_code in (200, 201)
