"""Query parameters of lists."""

import pytest
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from fieldapi.errors import Refused
from fieldapi.query import MomentField, QuerySerializer, UnitField, YesNo, asked_for
from tests.samples import at


class SampleQuery(QuerySerializer):
    unit = UnitField()
    has_task = YesNo()
    after = MomentField()
    older_than_days = serializers.IntegerField(min_value=0)


def ask(query: str) -> dict:
    return asked_for(Request(APIRequestFactory().get(f"/?{query}")), SampleQuery)


def refusals(query: str) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        ask(query)
    assert refused.value.code == "bad_query"
    return [(fault.pointer, fault.code) for fault in refused.value.errors]


def test_parameters_come_as_values_and_the_paging_ones_are_left_alone():
    assert ask("unit=530626101&has_task=no&limit=20&cursor=x") == {"unit": "530626101", "has_task": False}


def test_an_empty_parameter_was_not_given():
    assert ask("unit=&has_task=") == {}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-03", at("2026-11-03 00:00")),
        ("2026-11-03T09:12:00%2B08:00", at("2026-11-03 09:12")),
        ("2026-11-03T09:12:00+08:00", at("2026-11-03 09:12")),
        ("2026-11-03T01:12:00Z", at("2026-11-03 09:12")),
    ],
)
def test_a_moment_is_a_day_or_an_instant_whose_plus_may_have_become_a_space(text, moment):
    assert ask(f"after={text}") == {"after": moment}


def test_a_value_whose_bytes_are_no_utf8_is_refused():
    assert refusals("unit=%D6%D0") == [("?unit", "not_utf8"), ("?unit", "invalid")]


def test_every_fault_points_at_its_parameter():
    assert refusals("unit=53x&has_task=maybe&after=2026-02-30&colour=red&older_than_days=-1") == [
        ("?colour", "unknown_parameter"),
        ("?unit", "invalid"),
        ("?has_task", "invalid_choice"),
        ("?after", "bad_day"),
        ("?older_than_days", "min_value"),
    ]
