"""Amendments in a push: each stands or falls by itself."""

from fieldapi import clock, json
from fieldapi.ids import new_id
from sync.models import QuarantinedRow
from tests.conftest import Village
from tests.sync.flat import ms, outcomes, push, visit_row
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
