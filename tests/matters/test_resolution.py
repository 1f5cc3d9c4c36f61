"""An opinion is resolved for as long as a matter that resolves it stands."""

from datetime import timedelta
from typing import Any

from fieldapi import clock
from fieldapi.ids import new_id
from opinions.models import Opinion
from tests import samples
from tests.conftest import Village
from visits.models import Visit


def amend(village: Village, visit: str, **changes: Any) -> Any:
    body = {"made_at": samples.json.instant(clock.now()), "reason": "记错了", "changes": changes}
    return village.client("gao").put(f"visits/{visit}/amendments/{new_id()}/", body)


def test_a_withdrawn_visits_matter_resolves_nothing_and_does_again_when_it_is_put_back(village: Village):
    opinion = samples.make_opinion(village.house, village.gao)
    matter = {"id": str(new_id()), "title": "换灯泡", "opinions": [str(opinion.pk)]}
    visit = village.client("gao").put_visit(village.house, matters=[matter]).json()

    def resolved_on() -> Any:
        return Opinion.objects.get(pk=opinion.pk).resolved_on

    day = Visit.objects.get().day
    assert resolved_on() == day
    assert amend(village, visit["id"], withdrawn=True).status_code == 201
    assert resolved_on() is None
    assert amend(village, visit["id"], withdrawn=False).status_code == 201
    assert resolved_on() == day


def test_a_matter_counts_on_the_day_its_visit_is_corrected_to(village: Village):
    opinion = samples.make_opinion(village.house, village.gao)
    matter = {"id": str(new_id()), "title": "换灯泡", "opinions": [str(opinion.pk)]}
    visit = village.client("gao").put_visit(village.house, matters=[matter]).json()
    earlier = clock.now() - timedelta(days=3)

    changes = {"started_at": samples.json.instant(earlier), "ended_at": None}
    assert amend(village, visit["id"], **changes).status_code == 201

    day = clock.today() - timedelta(days=3)
    shown = village.client("sun").get(f"practical-matters/{matter['id']}/").json()
    assert (shown["done_on"], Opinion.objects.get(pk=opinion.pk).resolved_on) == (day.isoformat(), day)
