"""Absences: the days a cadre is away."""

import pytest

from cadres.actions import remove_absence
from cadres.models import Absence
from fieldapi.errors import Refused
from fieldapi.ids import new_id
from fieldapi.models import JournalLine

WEEK = {"started_on": "2026-11-02", "ended_on": "2026-11-06", "reason": "培训"}


def faults(answer) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def record(village, by: str = "sun", **columns):
    return village.client(by).post("absences/", WEEK | {"cadre": str(village.gao.pk)} | columns)


def test_a_supervisor_records_that_a_cadre_is_away(village):
    answer = record(village)

    assert answer.status_code == 201
    row = answer.json()
    assert row == {
        "id": row["id"],
        "cadre": str(village.gao.pk),
        "started_on": "2026-11-02",
        "ended_on": "2026-11-06",
        "reason": "培训",
        "recorded_by": str(village.sun.pk),
        "version": 1,
    }
    assert JournalLine.objects.get(action="absences.create").unit == village.gao.unit_id


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"cadre": str(new_id())}, [("/cadre", "user_unknown")]),
        ({"cadre": "gao"}, [("/cadre", "bad_id")]),
        ({"ended_on": "2026-11-01"}, [("/ended_on", "ends_before_start")]),
        ({"ended_on": "2026-02-30"}, [("/ended_on", "bad_day")]),
        ({"started_on": "0001-01-01"}, [("/started_on", "bad_day")]),
        ({"reason": ""}, [("/reason", "blank")]),
        ({"reason": "培" * 501}, [("/reason", "max_length")]),
    ],
)
def test_an_absence_that_cannot_be_is_refused_with_the_reason(village, columns, told):
    answer = record(village, **columns)

    assert (answer.status_code, faults(answer)) == (400, told)
    assert Absence.objects.count() == 0
    assert not JournalLine.objects.filter(action="absences.create").exists()


def test_only_a_cadre_of_the_own_subtree_can_be_away(village):
    assert faults(record(village, by="zhou")) == [("/cadre", "user_unknown")]
    assert faults(record(village, cadre=str(village.sun.pk))) == [("/cadre", "not_a_cadre")]
    assert Absence.objects.count() == 0


def test_an_absence_is_edited_within_its_own_sense(village):
    row = record(village).json()
    sun = village.client("sun")

    longer = sun.patch(f"absences/{row['id']}/", {"ended_on": "2026-11-09"}, version=1)
    assert (longer.json()["ended_on"], longer.json()["version"]) == ("2026-11-09", 2)
    turned = sun.patch(f"absences/{row['id']}/", {"started_on": "2026-11-10"}, version=2)
    assert (turned.status_code, faults(turned)) == (400, [("/ended_on", "ends_before_start")])
    assert str(Absence.objects.get().started_on) == "2026-11-02"


def test_an_absence_is_taken_back_and_the_journal_keeps_it(village):
    row = record(village).json()
    sun = village.client("sun")

    assert sun.delete(f"absences/{row['id']}/").status_code == 204
    assert sun.delete(f"absences/{row['id']}/").status_code == 404
    assert Absence.objects.count() == 0
    assert "培训" in JournalLine.objects.get(action="absences.destroy").detail


def test_absences_are_listed_by_cadre_and_by_day(village):
    record(village)
    record(village, cadre=str(village.chen.pk), started_on="2026-11-05", ended_on="2026-11-05")

    def cadres(name: str, query: str) -> list[str]:
        return [row["cadre"] for row in village.client(name).get(f"absences/?{query}").json()["results"]]

    gao, chen = str(village.gao.pk), str(village.chen.pk)
    assert cadres("sun", "") == [chen, gao]
    assert cadres("sun", f"cadre={gao}") == [gao]
    assert cadres("sun", "on=2026-11-05") == [chen, gao]
    assert cadres("sun", "on=2026-11-06") == [gao]
    assert cadres("sun", "on=2026-11-07") == []
    assert cadres("chen", "") == [chen]
    assert cadres("zhou", "") == []


def test_of_two_who_take_an_absence_back_one_does_and_the_journal_says_it_once(village):
    row = record(village).json()
    first, second = (Absence.objects.get(pk=row["id"]) for _ in range(2))
    remove_absence(by=village.sun, absence=first)

    with pytest.raises(Refused) as refused:
        remove_absence(by=village.sun, absence=second)

    assert refused.value.code == "not_found"
    assert JournalLine.objects.filter(action="absences.destroy").count() == 1
