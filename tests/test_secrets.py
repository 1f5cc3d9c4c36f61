"""Phone and identity numbers at rest: sealed, found by a blind index, masked in answers."""

import base64

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection

from fieldapi.secrets import blind, decrypt, encrypt, masked
from tests.samples import TOWN, make_user

NUMBER = "13800001111"


def test_equal_numbers_are_sealed_differently_each_time():
    first, second = encrypt(NUMBER), encrypt(NUMBER)

    assert first.startswith("1:")
    assert first != second
    assert decrypt(first) == decrypt(second) == NUMBER


@pytest.mark.parametrize("place", [0, 11, 12, -1])
def test_a_number_changed_in_the_database_is_not_believed(place):
    raw = bytearray(base64.b64decode(encrypt(NUMBER)[2:]))
    raw[place] ^= 1

    with pytest.raises(InvalidTag):
        decrypt("1:" + base64.b64encode(raw).decode())


def test_without_the_key_nothing_is_read_and_no_index_computed(settings):
    sealed, index = encrypt(NUMBER), blind(NUMBER)
    settings.DATA_KEY = "another key, of thirty-two characters"

    with pytest.raises(InvalidTag):
        decrypt(sealed)
    assert blind(NUMBER) != index


def test_a_blind_index_is_that_of_the_number_however_it_is_written():
    assert blind("53062619800101123x") == blind(" ５３０６２６ 19800101-123X ")
    assert blind("") == ""


@pytest.mark.parametrize(
    ("clear", "shown"),
    [
        ("13800001111", "138****1111"),
        ("530626198001011234", "530***********1234"),
        ("83112345", "****2345"),
        ("1234567", "****567"),
        ("1", "*"),
        ("", ""),
    ],
)
def test_a_masked_number_shows_little(clear, shown):
    assert masked(clear) == shown


def test_a_users_number_stands_in_the_database_in_no_readable_form(village):
    body = {"username": "hong", "full_name": "洪某", "role": "cadre", "unit": TOWN, "phone": NUMBER}
    assert village.client("zheng").post("users/", body).status_code == 201
    make_user("tao", phone=NUMBER)

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_index FROM cadres_user WHERE username IN ('hong', 'tao')")
        (first, index), (second, same) = cursor.fetchall()
    assert NUMBER not in first + second
    assert first != second
    assert index == same == blind(NUMBER)
