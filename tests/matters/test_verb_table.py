"""The table of verbs, every cell: verb by state by person. Written out here by hand, as the contract has it."""

import pytest
from django.db import transaction

from matters.verbs import VERBS
from tests.conftest import Village
from tests.matters.acting import args_for, everything, fresh, make_task

STATES = (
    "open", "assigned", "in_progress", "paused", "under_review", "done", "confirmed", "declined", "merged",
)  # fmt: skip
NOT_DONE = ("open", "assigned", "in_progress", "paused", "under_review")
CONDITIONS = {  # what is said of a task besides its state: paused, under review
    "paused": ("in_progress", True, False),
    "under_review": ("in_progress", False, True),
    "both": ("in_progress", True, True),
}
UNDER_REVIEW = {f"{state}+": (state, False, True) for state in ("open", "assigned", "done")}

# verb: ({state before: state after}, who may)
CONTRACT = {
    "assign": (
        {"open": "assigned"} | {state: state for state in NOT_DONE if state != "open"},
        {"sun"},
    ),
    "start": ({"assigned": "in_progress"}, {"sun", "lin"}),
    "extend": ({state: state for state in (*NOT_DONE, "done")}, {"sun"}),
    "escalate": ({state: state for state in (*NOT_DONE, "done")}, {"sun"}),
    "request-review": (
        {
            "open": "open+",
            "assigned": "assigned+",
            "in_progress": "under_review",
            "paused": "both",
            "done": "done+",
        },
        {"sun"},
    ),
    "review": ({"under_review": "under_review"}, {"lin"}),
    "decide": ({"under_review": "in_progress"}, {"wu"}),
    "pause": ({"in_progress": "paused", "under_review": "both"}, {"sun", "lin"}),
    "resume": ({"paused": "in_progress"}, {"sun", "lin"}),
    "finish": ({"in_progress": "done"}, {"sun", "lin"}),
    "confirm": ({"done": "confirmed"}, {"sun", "gao", "chen"}),
    "reopen": ({"done": "in_progress", "confirmed": "in_progress"}, {"sun", "gao", "chen"}),
    "decline": (
        dict.fromkeys(NOT_DONE, "declined"),
        {"sun"},
    ),
    "merge": (dict.fromkeys(NOT_DONE, "merged"), {"sun"}),
}
SUPERVISORS_ONLY = {"assign", "extend", "escalate", "request-review", "decline", "merge"}
EVERYBODY = ("gao", "chen", "qian", "lin", "sun", "zhou", "wu", "zheng", None)


def test_the_contract_names_exactly_the_verbs_of_the_code():
    assert set(CONTRACT) == set(VERBS)


def stands(state: str) -> tuple[str, bool, bool]:
    """State, paused, under review."""
    return (CONDITIONS | UNDER_REVIEW).get(state, (state, False, False))


def refusal(verb: str, state: str, who: str | None) -> int | None:
    """The status a person is refused with, or None where the act goes through."""
    becomes, may = CONTRACT[verb]
    if who is None:
        return 401
    if who == "wu" and verb == "decide":
        return None if state in becomes else 409
    if who in ("wu", "zheng") or verb == "decide":
        return 403  # leaders only decide, and nobody else does; admins do nothing to tasks
    if verb in SUPERVISORS_ONLY and who not in ("sun", "zhou"):
        return 403
    if who == "zhou" or who == "qian":
        return 404  # not her town; no longer his household
    if who == "lin" and state == "open":
        return 404  # nobody's task yet
    if who not in may or (verb == "review" and state != "under_review"):
        return 403  # an office is invited only while there is something under review
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
                    assert answer.json()["state"] == stands(state)[0]
            else:
                assert (who, answer.status_code) == (who, 200), answer.json()
                after = CONTRACT[verb][0][state]
                now = fresh(task)
                assert (now.state, now.paused, now.under_review) == stands(after)
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
    assert by_supervisor["allowed"] == ["extend", "escalate", "request-review", "confirm", "reopen"]
    assert (by_paired["state"], by_paired["allowed"]) == ("confirmed", ["reopen"])
