"""A number is found however it was typed: when it was written, when it is looked for, by hand or by import."""

from importlib import import_module

import pytest
from django.apps import apps

from cadres.models import User
from households.models import Household
from tests import samples
from tests.samples import make_household

PHONE = "13800001111"
PHONES = (
    "13800001111", "138 0000 1111", "138-0000-1111", "+86 138 0000 1111", "%2B8613800001111", "0086 13800001111",
    "１３８００００１１１１", "（138）00001111",
)  # fmt: skip
IDENTITY = "53062619800101118X"
IDENTITIES = (
    "53062619800101118X", "53062619800101118x", "530626 19800101 118X", "５３０６２６１９８００１０１１１８Ｘ",
)  # fmt: skip


def found(village, query):
    return [row["number"] for row in village.client("sun").get(f"households/?{query}").json()["results"]]


@pytest.mark.parametrize("typed", PHONES)
def test_a_phone_number_is_found_and_kept_however_it_is_typed(village, typed):
    body = {"unit": samples.VILLAGE, "number": "1", "head_name": "王某", "phone": typed.replace("%2B", "+")}
    assert village.client("sun").post("households/", body).status_code == 201

    assert Household.objects.get().phone == PHONE
    for sought in PHONES:
        assert found(village, f"phone={sought}") == ["1"], sought


@pytest.mark.parametrize("typed", IDENTITIES)
def test_an_identity_number_is_found_and_kept_however_it_is_typed(village, typed):
    body = {"unit": samples.VILLAGE, "number": "1", "head_name": "王某", "id_number": typed}
    assert village.client("sun").post("households/", body).status_code == 201

    assert Household.objects.get().id_number == IDENTITY
    for sought in IDENTITIES:
        assert found(village, f"id_number={sought}") == ["1"], sought


def test_a_landline_with_the_countrys_number_is_the_one_with_its_0(village):
    make_household("1", phone="08312345678")

    for sought in ("+86 831 2345678", "%2B86 831 2345678", "0831-2345678", "08312345678"):
        assert found(village, f"phone={sought}") == ["1"], sought


@pytest.mark.parametrize("sought", ["1380000111", "*", "138****1111", "%00", "none"])
def test_what_is_no_number_finds_nobody(village, sought):
    make_household("1", phone=PHONE)
    answer = village.client("sun").get(f"households/?phone={sought}")

    assert answer.status_code in (200, 400)
    assert answer.json().get("results", []) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("530626198001011234", "bad_id_number"),  # the check character does not fit
        ("530626198013011239", "bad_id_number"),
        ("5306261980010112", "bad_id_number"),
        ("5.30626E+17", "id_number_damaged"),
        ("530***********118X", "masked_value"),
        ("530＊＊＊＊＊＊＊＊＊＊＊118X", "masked_value"),
    ],
)
def test_by_hand_an_identity_number_must_be_one_as_in_an_import(village, number, code):
    row = make_household("1", id_number=IDENTITY)

    answer = village.client("sun").patch(f"households/{row.pk}/", {"id_number": number}, version=1)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    assert Household.objects.get().id_number == IDENTITY


def test_the_same_number_written_otherwise_is_the_same_content(village):
    body = {
        "id": "0199d2a0-0000-7000-8000-000000000001", "unit": samples.VILLAGE, "number": "1", "head_name": "王某",
        "phone": PHONE, "id_number": IDENTITY,
    }  # fmt: skip
    again = {**body, "phone": "+86 138-0000-1111", "id_number": IDENTITY.lower()}
    sun = village.client("sun")

    assert [sun.post("households/", said).status_code for said in (body, again)] == [201, 200]


def test_numbers_kept_as_typed_are_brought_to_the_one_form(village):
    make_household("1", phone="+86 138 0000 1111", id_number=IDENTITY.lower())
    make_household("2", phone="00000000001", id_number="")
    User.objects.filter(pk=village.gao.pk).update(phone="+8613900002222")
    assert found(village, f"phone={PHONE}") == []

    import_module("households.migrations.0005_numbers_in_one_form").in_one_form(apps, None)
    import_module("cadres.migrations.0002_phones_in_one_form").in_one_form(apps, None)

    assert found(village, f"phone={PHONE}") == found(village, f"id_number={IDENTITY}") == ["1"]
    kept = Household.objects.order_by("number").values_list("phone", "id_number")
    assert list(kept) == [(PHONE, IDENTITY), ("00000000001", "")]
    assert User.objects.get(pk=village.gao.pk).phone == "13900002222"
