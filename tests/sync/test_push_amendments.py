"""Amendments in a push: each stands or falls by itself."""

from datetime import timedelta

from fieldapi import clock, json
from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from opinions.models import Opinion
from sync.models import QuarantinedRow
from tests.conftest import Village
from tests.sync.flat import ms, opinion_row, outcomes, push, visit_row
from tests.sync.test_push import many, statements_of
from visits.models import Visit


def amendment(visit: dict, **changes) -> dict:
    said = json.dumps(changes).decode()
    return {
        "id": str(new_id()),
        "visit": visit["id"],
        "made_at": ms(clock.now()),
        "reason": "改正",
        "changes": said,
    }


def test_an_amendment_that_is_refused_holds_back_no_other_row(village: Village):
    gao, first, second = village.client("gao"), visit_row(village.house), visit_row(village.house)
    push(gao, visits=[first])
    wrong = amendment(first, household=str(new_id()))

    answer = push(gao, visits=[second], amendments=[wrong, amendment(first, note="补记")])

    assert sorted(outcomes(answer)) == [
        ("amendments", "created"),
        ("amendments", "refused"),
        ("visits", "created"),
    ]
    assert answer["experimentalRejectedIds"] == {"amendments": [wrong["id"]]}
    assert Visit.objects.get(pk=first["id"]).note == "补记"
    assert QuarantinedRow.objects.get().row_id == wrong["id"]


def test_the_number_of_statements_does_not_depend_on_the_number_of_amendments(village: Village):
    gao = village.client("gao")
    long_ago = clock.now() - timedelta(
        days=40
    )  # in a month gone by, which asks for more than the running one
    starts = [ms(long_ago - timedelta(minutes=30 * n)) for n in range(many())]
    visits = [visit_row(village.house, started_at=at, ended_at=None) for at in starts]
    push(gao, visits=visits, opinions=[opinion_row(visit) for visit in visits])

    two = statements_of(gao, amendments=[amendment(visit, note="补记") for visit in visits[:2]])
    assert statements_of(gao, amendments=[amendment(visit, note="补记") for visit in visits[2:]]) == two
    assert Visit.objects.filter(note="补记", version=2).count() == many()


def test_two_amendments_of_one_visit_in_a_push_make_two_versions_and_the_later_one_wins(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house)
    push(gao, visits=[visit], opinions=[opinion_row(visit)])
    earlier, later = amendment(visit, note="早"), amendment(visit, note="晚", withdrawn=True)
    earlier["made_at"] -= 60_000

    answer = push(gao, amendments=[later, earlier])

    assert outcomes(answer) == [("amendments", "created")] * 2
    row = Visit.objects.get()
    assert (row.note, row.withdrawn, row.version) == ("晚", True, 3)
    assert Opinion.objects.get().visit_withdrawn
    assert JournalLine.objects.filter(action="visits.amend").count() == 2
