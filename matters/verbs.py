"""What can be done to a task: the table of verbs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from cadres.models import User
from fieldapi.fields import StrictSerializer
from matters import closing, due, escalation, fixings, joining, reviewing
from matters.acts import Act, Columns, Part, has_part
from matters.arguments import (
    Decision,
    Escalation,
    Extension,
    Fixings,
    HouseholdSatisfied,
    Into,
    Offices,
    Outcome,
    Reason,
    View,
)
from matters.models import Task

State = Task.State
OPEN, ASSIGNED, IN_PROGRESS, DONE = State.OPEN, State.ASSIGNED, State.IN_PROGRESS, State.DONE
CONFIRMED, DECLINED, MERGED = State.CONFIRMED, State.DECLINED, State.MERGED
LIVE = (OPEN, ASSIGNED, IN_PROGRESS, DONE)
NOT_DONE = (OPEN, ASSIGNED, IN_PROGRESS)
Who = Mapping[Part, type[StrictSerializer]]


def _supervisor(told: type[StrictSerializer]) -> Who:
    return {Part.SUPERVISOR: told}


def _handler(told: type[StrictSerializer]) -> Who:
    return {Part.SUPERVISOR: told, Part.HANDLER: told}


def _nothing_more(act: Act) -> None:
    pass


def _nothing_against(task: Task) -> None:
    pass


@dataclass(frozen=True)
class Verb:
    """One row of the table."""

    zh: str
    meaning: str
    becomes: Mapping[State, State]  # state before → state after; another state before is `wrong_state`
    who: Who  # each part that may do it, with what it must tell
    columns: Callable[[Act], Columns]  # what it sets on the task besides the state; refuses what is not right
    then: Callable[[Act], None] = _nothing_more  # what follows from it, in the same transaction
    paused: bool | None = None  # asks that the task be paused, or be not; None: either
    under_review: bool | None = None  # likewise
    one_wins: bool = False  # of two people who do it at once, though its state would let both
    check: Callable[[Task], None] = _nothing_against  # refuses what can't be done, whatever it is told

    @property
    def ends(self) -> bool:
        """Whether the task has ended by it."""
        return not set(self.becomes.values()).isdisjoint(Task.ENDED)

    def fits(self, task: Task) -> bool:
        return (
            task.state in self.becomes
            and self.paused in (None, task.paused)
            and self.under_review in (None, task.under_review)
        )


VERBS: dict[str, Verb] = {
    "assign": Verb(
        "交办",
        "Names an office or a handler, and any of the five fixings. Who is named stays as named; while that person is"
        " away, B acts for A. Where neither is named nor stands already, who is on post that day at the household"
        " becomes the handler: A, or B while A is away. In progress, the due day stays as it is.",
        {OPEN: ASSIGNED, ASSIGNED: ASSIGNED, IN_PROGRESS: IN_PROGRESS},
        _supervisor(Fixings),
        fixings.assign,
        one_wins=True,
    ),
    "start": Verb(
        "开始办理",
        "Work begins. All five fixings must stand; those still missing may be given with it.",
        {ASSIGNED: IN_PROGRESS},
        _handler(Fixings),
        fixings.start,
    ),
    "extend": Verb(
        "延期",
        "Moves the due day to a later one, once.",
        {state: state for state in LIVE},
        _supervisor(Extension),
        due.extend,
        check=due.check_extendable,
    ),
    "escalate": Verb(
        "上报",
        "Moves the task up to the parent unit, from wherever it has come; a new due day may be set with it.",
        {state: state for state in LIVE},
        _supervisor(Escalation),
        escalation.escalate,
        one_wins=True,
        check=escalation.check_not_at_the_top,
    ),
    "pause": Verb(
        "暂停",
        "The task waits for the household; its clock stands.",
        {IN_PROGRESS: IN_PROGRESS},
        _handler(Reason),
        due.pause,
        paused=False,
    ),
    "resume": Verb(
        "恢复办理",
        "Work goes on. The due day moves by the days the clock stood: working days where the deadline counts those,"
        " else calendar days.",
        {IN_PROGRESS: IN_PROGRESS},
        _handler(Reason),
        due.resume,
        paused=True,
    ),
    "request-review": Verb(
        "提请会审",
        "Asks offices for their view; the task is under review until a leader decides.",
        {state: state for state in LIVE},
        _supervisor(Offices),
        reviewing.request,
        reviewing.invite,
        under_review=False,
    ),
    "review": Verb(
        "会审意见",
        "An invited office gives its view; until the decision it may give another.",
        {state: state for state in LIVE},
        {Part.INVITED: View},
        reviewing.view,
        under_review=True,
    ),
    "decide": Verb(
        "会审决定",
        "A leader decides what was under review, whether or not every office has given its view.",
        {state: state for state in LIVE},
        {Part.LEADER: Decision},
        reviewing.decide,
        under_review=True,
    ),
    "finish": Verb(
        "办结",
        "Work is done, with its outcome and evidence.",
        {IN_PROGRESS: DONE},
        _handler(Outcome),
        closing.finish,
        paused=False,
        under_review=False,
        check=reviewing.check_reviewed,
    ),
    "confirm": Verb(
        "确认",
        "A household that raised it is satisfied, or the supervisor confirms on its behalf with a reason. "
        "Makes the practical matter that resolves the opinions.",
        {DONE: CONFIRMED},
        {Part.SUPERVISOR: Reason, Part.PAIRED: HouseholdSatisfied},
        closing.confirm,
        closing.make_matter,
        under_review=False,
    ),
    "reopen": Verb(
        "重新办理",
        "Work is taken up again. The practical matter is withdrawn, its opinions are unresolved again.",
        {DONE: IN_PROGRESS, CONFIRMED: IN_PROGRESS},
        {Part.SUPERVISOR: Reason, Part.PAIRED: Reason},
        closing.reopen,
        closing.withdraw_matter,
    ),
    "decline": Verb(
        "不予办理",
        "The task ends without being done; the reason is told to the households.",
        dict.fromkeys(NOT_DONE, DECLINED),
        _supervisor(Reason),
        closing.decline,
        closing.refresh_opinions,
        check=reviewing.check_reviewed,
    ),
    "merge": Verb(
        "并案",
        "Its opinions move to another live task, which answers them from now on.",
        dict.fromkeys(NOT_DONE, MERGED),
        _supervisor(Into),
        joining.into_another,
        joining.hand_opinions_over,
    ),
}


def allowed(task: Task, by: User, *, day: date) -> dict[str, Part]:
    """The verbs that its state and `by`'s part in it allow on `day`, each with that part. Four queries at most."""
    parts = {part for part in Part if has_part(part, task, by, day=day)}
    mine = {name: next((part for part in rule.who if part in parts), None) for name, rule in VERBS.items()}
    return {name: part for name, part in mine.items() if part and VERBS[name].fits(task)}
