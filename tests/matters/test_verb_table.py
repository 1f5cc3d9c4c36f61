"""The table of verbs, every cell: verb by state by person. Written out here by hand, as the contract has it."""

import pytest
from django.db import transaction

from matters.verbs import VERBS
from tests.conftest import Village
from tests.matters.acting import args_for, everything, fresh, make_task

STATES = ("open", "assigned", "in_progress", "paused", "done", "confirmed", "declined", "merged")

# verb: ({state before: state after}, who may)
CONTRACT = {
    "assign": (
        {"open": "assigned", "assigned": "assigned", "in_progress": "in_progress", "paused": "paused"},
        {"sun"},
    ),
    "start": ({"assigned": "in_progress"}, {"sun", "lin"}),
    "extend": ({state: state for state in ("open", "assigned", "in_progress", "paused", "done")}, {"sun"}),
    "pause": ({"in_progress": "paused"}, {"sun", "lin"}),
    "resume": ({"paused": "in_progress"}, {"sun", "lin"}),
    "finish": ({"in_progress": "done"}, {"sun", "lin"}),
    "confirm": ({"done": "confirmed"}, {"sun", "gao", "chen"}),
    "reopen": ({"done": "in_progress", "confirmed": "in_progress"}, {"sun", "gao", "chen"}),
    "decline": (
        dict.fromkeys(("open", "assigned", "in_progress", "paused"), "declined"),
        {"sun"},
    ),
    "merge": (dict.fromkeys(("open", "assigned", "in_progress", "paused"), "merged"), {"sun"}),
}
SUPERVISORS_ONLY = {"assign", "extend", "decline", "merge"}
EVERYBODY = ("gao", "chen", "qian", "lin", "sun", "zhou", "wu", "zheng", None)


def test_the_contract_names_exactly_the_verbs_of_the_code():
    assert set(CONTRACT) == set(VERBS)


def refusal(verb: str, state: str, who: str | None) -> int | None:
    """The status a person is refused with, or None where the act goes through."""
    becomes, may = CONTRACT[verb]
    if who is None:
        return 401
    if who in ("wu", "zheng"):
        return 403  # leaders and admins do nothing to tasks
    if verb in SUPERVISORS_ONLY and who not in ("sun", "zhou"):
        return 403
    if who == "zhou" or who == "qian":
        return 404  # not her town; no longer his household
    if who == "lin" and state == "open":
        return 404  # nobody's task yet
    if who not in may:
        return 403
    return None if state in becomes else 409


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", CONTRACT)
def test_a_verb_does_what_the_table_says_and_nothing_where_it_says_no(
    village: Village, verb: str, state: str
):
    task, other = make_task(village, state), make_task(village, "open", title="另一盏")
    path = f"tasks/{task.pk}/{verb}/"
    for who in EVERYBODY:
        args = {"into": str(other.pk)} if verb == "merge" else args_for(verb, village, who or "")
        caller, before = village.client(who), everything()
        with transaction.atomic():
            answer = caller.post(path, args)
            expected = refusal(verb, state, who)
            if expected:
                assert (who, answer.status_code) == (who, expected)
                assert everything() == before
                if expected == 409:
                    assert answer.json()["code"] == "wrong_state"
                    assert answer.json()["state"] == ("in_progress" if state == "paused" else state)
            else:
                assert (who, answer.status_code) == (who, 200), answer.json()
                after = CONTRACT[verb][0][state]
                now = fresh(task)
                assert (now.state, now.paused) == (
                    ("in_progress", True) if after == "paused" else (after, False)
                )
                assert now.version == task.version + 1
                assert now.actions.get().verb == verb
                assert answer.json()["state"] == now.state
                assert answer.headers["ETag"] == f'"{now.version}"'
            transaction.set_rollback(True)


def test_a_refusal_names_the_state_and_what_this_person_may_do_now(village: Village):
    task = make_task(village, "done")

    by_supervisor = village.client("sun").post(f"tasks/{task.pk}/decline/", {"reason": "不办"}).json()
    by_paired = (
        village.client("gao")
        .post(f"tasks/{make_task(village, 'confirmed').pk}/confirm/", {"household": str(village.house.pk)})
        .json()
    )

    assert (by_supervisor["code"], by_supervisor["state"]) == ("wrong_state", "done")
    assert by_supervisor["allowed"] == ["extend", "confirm", "reopen"]
    assert (by_paired["state"], by_paired["allowed"]) == ("confirmed", ["reopen"])
