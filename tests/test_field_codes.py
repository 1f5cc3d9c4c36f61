"""Every code that a fault of a single field can have is told in docs/problems.md."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from rest_framework import serializers

from fieldapi.codes import CODES, IN_FIELDS
from fieldapi.errors import BAD_CHARACTERS
from tests.conftest import Village

LIBRARIES = ("rest_framework", "drf_spectacular")


def kinds(base: type[Any]) -> Iterator[type[Any]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def codes_of(field: serializers.Field) -> Iterator[str]:
    """What its class and its validators can say, and those of what it holds."""
    yield from field.error_messages
    yield from (validator.code for validator in field.validators if hasattr(validator, "code"))
    inner = getattr(field, "fields", {}).values() if isinstance(field, serializers.Serializer) else ()
    for one in (*inner, getattr(field, "child", None)):
        if one is not None and not one.read_only:
            yield from codes_of(one)


def test_every_code_that_a_field_of_ours_can_give_is_listed():
    import_module(settings.ROOT_URLCONF)
    ours = [kind for kind in kinds(serializers.Serializer) if not kind.__module__.startswith(LIBRARIES)]
    given = {code for kind in ours for code in codes_of(kind())} - set(BAD_CHARACTERS)

    assert {"invalid_choice", "min_value", "not_a_dict", "not_a_list"} <= given
    assert given - set(CODES) - set(IN_FIELDS) == set()


def test_no_code_is_listed_twice():
    assert set(CODES) & set(IN_FIELDS) == set()


@pytest.mark.parametrize(
    ("language", "told"), [("zh", "含有无法保存的字符"), ("en", "A character that cannot be kept")]
)
def test_a_nul_is_called_what_it_is(village: Village, language: str, told: str):
    body = {"username": "g\0o", "password": "x"}
    answer = village.client("gao").post("auth/token/", body, **{"Accept-Language": language})

    [fault] = answer.json()["errors"]
    assert fault == {"pointer": "/username", "code": "bad_character", "detail": told}
