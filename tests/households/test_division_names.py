"""Units are found as people write them, and never guessed."""

import pytest

from fieldapi.tables import Unreadable
from households.division_names import DivisionNames
from tests.samples import UNITS

MORE = {
    "530626101203": "中城社区居民委员会",
    "530626102203": "田坝村民委员会",
    "530626101201001": "田坝村第三村民小组",
}


@pytest.fixture(scope="module")
def names():
    return DivisionNames.of(UNITS | MORE)


@pytest.mark.parametrize(
    ("text", "top", "code"),
    [
        ("530626101201", "530626", "530626101201"),
        ("530626101000", "530626", "530626101"),
        ("530626000000", "5306", "530626"),
        ("大沙村民委员会", "530626", "530626101202"),
        ("大沙村委会", "530626", "530626101202"),
        ("大沙村", "530626", "530626101202"),
        ("大沙", "530626", "530626101202"),
        (" 大 沙 村 ", "530626", "530626101202"),
        ("中城镇大沙村", "530626", "530626101202"),
        ("绥江县中城镇大沙村", "53", "530626101202"),
        ("云南省昭通市绥江县中城镇大沙村民委员会", "53", "530626101202"),
        ("中城镇", "530626", "530626101"),
        ("中城社区", "530626", "530626101203"),
        ("田坝村", "530626101", "530626101201"),  # another 田坝 lies in the other town
        ("南岸镇田坝村", "530626", "530626102203"),
        ("田坝村第三组", "530626101", "530626101201001"),
        ("中城镇", "530626101201", "530626101201"),  # the town above the village asked for
        ("530626101", "530626101201", "530626101201"),
    ],
)
def test_a_unit_is_found_by_code_by_name_and_by_what_people_call_it(names, text, top, code):
    assert names.find(text, top=top) == code


@pytest.mark.parametrize(
    ("text", "top", "code", "detail"),
    [
        ("田坝村", "530626", "unit_ambiguous", "530626101201、530626102203"),
        ("中城", "530626", "unit_ambiguous", "530626101、530626101203"),
        ("大沙村", "530626102", "unit_unknown", "大沙村"),
        ("530626101202", "530626102", "unit_unknown", "530626101202"),
        ("530626101999", "530626", "unit_unknown", "530626101999"),
        ("无名村", "53", "unit_unknown", "无名村"),
        ("村", "53", "unit_unknown", "村"),
        ("，", "53", "unit_unknown", "，"),
    ],
)
def test_what_is_unclear_or_unknown_is_said_to_be_so(names, text, top, code, detail):
    with pytest.raises(Unreadable) as unreadable:
        names.find(text, top=top)

    assert (unreadable.value.code, unreadable.value.detail) == (code, detail)
