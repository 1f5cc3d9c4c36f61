"""Two desks, or two workers, at the same instant: real threads, real transactions."""

from collections import Counter

from grouping.models import Clue, Suggestion
from grouping.placing import place_new
from matters.models import Task
from opinions.models import Group, Opinion
from tests.conftest import Village
from tests.grouping.acting import LAMP, group_of, ids, lamps_and_water
from tests.matters.test_races import all_at_once, supervisors
from tests.samples import make_household, make_opinion


def test_several_workers_at_once_place_every_opinion_once(busy: Village):
    for number in range(24):
        make_opinion(make_household(str(number + 10)), busy.gao, LAMP)

    placed = all_at_once([place_new] * 4)

    assert sum(placed) == 24
    assert Group.objects.count() == 1
    assert Opinion.objects.filter(group=Group.objects.get()).count() == 24
    assert Group.objects.get().version == 24
    assert not Suggestion.objects.exists()
    assert Clue.objects.exists()


def test_of_desks_that_accept_one_suggestion_at_once_one_does(busy: Village):
    said = lamps_and_water(busy)
    address = f"groups/{group_of(said['lamp']).pk}/accept/"

    answers = all_at_once(
        [lambda desk=desk: desk.post(address, {"opinions": ids(said["dark"])}) for desk in supervisors(busy)]
    )

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 3}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"wrong_state"}


def test_of_desks_that_open_one_groups_task_at_once_one_does_and_the_others_see_it(busy: Village):
    said = lamps_and_water(busy)
    address = f"groups/{group_of(said['lamp']).pk}/open-task/"

    answers = all_at_once([lambda desk=desk: desk.post(address) for desk in supervisors(busy)])

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}
    assert Task.objects.count() == 1
    assert {a.json()["task"] for a in answers if a.status_code == 409} == {str(Task.objects.get().pk)}


def test_two_groups_merged_into_each_other_at_once_end_as_one(busy: Village):
    said = lamps_and_water(busy)
    lamps, water = group_of(said["lamp"]), group_of(said["water"])
    first, second, *_ = supervisors(busy)

    answers = all_at_once(
        [
            lambda: first.post(f"groups/{lamps.pk}/merge/", {"group": str(water.pk)}),
            lambda: second.post(f"groups/{water.pk}/merge/", {"group": str(lamps.pk)}),
        ]
    )

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert 200 in {answer.status_code for answer in answers}
    assert group_of(said["lamp"]) == group_of(said["again"]) == group_of(said["water"])
