"""Pushes at once: two phones, or one phone twice. No row twice, no deadlock, nothing lost."""

from fieldapi.ids import new_id
from opinions.models import Opinion
from sync.models import QuarantinedRow
from tests.conftest import Village
from tests.sync.flat import changes, opinion_row, visit_row
from tests.visits.test_races import all_at_once, real_village
from visits.models import Visit

__all__ = ["real_village"]


def batch(village: Village, size: int = 10):
    visits = [visit_row(village.house) for _ in range(size)]
    return visits, [opinion_row(visit) for visit in visits]


def test_one_phone_that_pushes_twice_at_once_stores_everything_once(real_village: Village):
    gao = real_village.client("gao")
    visits, opinions = batch(real_village)
    forwards = changes(visits=visits, opinions=opinions)
    backwards = changes(opinions=opinions[::-1], visits=visits[::-1])
    answers = all_at_once([lambda said=said: gao.post("sync/push/", {"changes": said}) for said in
                           (forwards, backwards, forwards, backwards)])  # fmt: skip

    assert [answer.status_code for answer in answers] == [200] * 4
    told = [result["outcome"] for answer in answers for result in answer.json()["results"]]
    assert sorted(told) == ["created"] * 20 + ["same"] * 60
    assert (Visit.objects.count(), Opinion.objects.count()) == (10, 10)


def test_two_phones_that_send_different_rows_under_the_same_ids_leave_one_of_each(real_village: Village):
    phones = [real_village.client("gao"), real_village.client("gao")]
    visits, _ = batch(real_village)
    said = [changes(visits=[visit | {"note": note} for visit in visits]) for note in ("一", "二")]
    answers = all_at_once(
        [lambda phone=phone, body=body: phone.post("sync/push/", {"changes": body}) for phone, body in
         zip(phones, said, strict=True)]
    )  # fmt: skip

    told = sorted(result["outcome"] for answer in answers for result in answer.json()["results"])
    assert told == ["conflict"] * 10 + ["created"] * 10
    assert (Visit.objects.count(), QuarantinedRow.objects.count()) == (10, 10)


def test_the_same_refused_row_at_once_is_kept_once(real_village: Village):
    gao, bad = real_village.client("gao"), visit_row(real_village.house, id=str(new_id()), kind="feast")
    answers = all_at_once([lambda: gao.post("sync/push/", {"changes": changes(visits=[bad])})] * 4)

    entries = {answer.json()["results"][0]["problem"]["quarantine"] for answer in answers}
    assert len(entries) == 1 == QuarantinedRow.objects.count()
