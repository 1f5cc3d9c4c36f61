"""What people are told of, and how soon a message goes out about it. Pure; `docs/notices.md` prints this table."""

from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True)
class Kind:
    """`at_once`: a message goes out soon; otherwise it waits for the day's digest.

    `zh` and `en` name the thing in a few characters, as a text message has room for; `whom` and `when` are told in
    the docs.
    """

    zh: str
    en: str
    at_once: bool
    whom: str
    when: str


KINDS: dict[str, Kind] = {
    "task_given": Kind(
        "新任务",
        "new task",
        True,
        "the handler; without one, everybody of the office",
        "a task is opened for an office, or assigned to another office or handler",
    ),
    "task_reopened": Kind(
        "重新办理",
        "reopened",
        True,
        "the handler; without one, everybody of the office",
        "a household or a supervisor takes the work up again",
    ),
    "escalated": Kind(
        "上报件",
        "escalated",
        True,
        "the supervisors of the unit it has come to",
        "a task is moved up, by hand or by itself",
    ),
    "review_asked": Kind(
        "会审征询", "view asked", True, "everybody of the invited offices", "a joint review is requested"
    ),
    "decision_due": Kind(
        "待会审决定",
        "decision due",
        True,
        "the leaders of the task's unit",
        "the last of the invited offices has given its view",
    ),
    "task_opened": Kind(
        "已立任务",
        "now a task",
        False,
        "who is on post for the households that raised it",
        "their opinions have become a task",
    ),
    "item_new": Kind(
        "新件",
        "new item",
        False,
        "the supervisors of its unit",
        "a group of opinions begins, and has no task",
    ),
    "item_waiting": Kind(
        "待立件",
        "item waiting",
        False,
        "the supervisors of its unit",
        "a group has had no task for three working days",
    ),
    "unstarted": Kind(
        "未开始",
        "not begun",
        False,
        "the handler or the office; the supervisors while nobody is named",
        "two working days after it was opened or last assigned, work has not begun",
    ),
    "due_near": Kind(
        "将到期",
        "due soon",
        False,
        "the handler or the office; the supervisors while nobody is named",
        "five working days are left, or four: once for each due day, before its yellow card",
    ),
    "yellow_card": Kind(
        "黄牌",
        "yellow card",
        False,
        "the handler or the office; the supervisors while nobody is named",
        "it falls",
    ),
    "red_card": Kind(
        "红牌",
        "red card",
        False,
        "the handler or the office, and the supervisors",
        "it falls",
    ),
    "answer_due": Kind(
        "待答复",
        "answer due",
        False,
        "who is on post for the household; without one, the supervisors",
        "an opinion that wants a reply has none (none since the decline, where its task was declined), and its task is"
        " due soon, or has been confirmed or declined",
    ),
    "answer_late": Kind(
        "逾期未答复",
        "answer late",
        False,
        "who is on post for the households that wait, and the supervisors",
        "three working days after a task was confirmed or declined, an opinion of it still wants a reply",
    ),
}


def name_of(kind: str) -> str:
    """The few characters of a kind, in the language of the request."""
    known = KINDS[kind]
    return known.en if (get_language() or "").startswith("en") else known.zh
