"""What can be done to a task: the table of verbs, and the one way to do them, at a desk or offline on a phone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from cadres.models import User
from cadres.months import added_month
from fieldapi import clock
from fieldapi.calendar import local_day
from fieldapi.errors import Refused, pointing_into
from fieldapi.fields import StrictSerializer
from fieldapi.ids import new_id
from fieldapi.journal import note_down
from matters import cards, closing, due, escalation, fixings, joining, reviewing
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
    tasks_named,
    understood,
)
from matters.models import Fixing, Task, TaskAction
from matters.telling import tell_of_act

State = Task.State
OPEN, ASSIGNED, IN_PROGRESS, DONE = State.OPEN, State.ASSIGNED, State.IN_PROGRESS, State.DONE
CONFIRMED, DECLINED, MERGED = State.CONFIRMED, State.DECLINED, State.MERGED
LIVE = (OPEN, ASSIGNED, IN_PROGRESS, DONE)
NOT_DONE = (OPEN, ASSIGNED, IN_PROGRESS)
ARGS = "/args"  # where the arguments stand in what a phone sends; a desk's body is the arguments
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
    check: Callable[[Task], None] = _nothing_against  # refuses what can't be done, whatever it is told

    def fits(self, task: Task) -> bool:
        return (
            task.state in self.becomes
            and self.paused in (None, task.paused)
            and self.under_review in (None, task.under_review)
        )


VERBS: dict[str, Verb] = {
    "assign": Verb(
        "交办",
        "Names an office or a handler, and any of the five fixings. In progress, the due day stays as it is.",
        {OPEN: ASSIGNED, ASSIGNED: ASSIGNED, IN_PROGRESS: IN_PROGRESS},
        _supervisor(Fixings),
        fixings.assign,
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
        "Work goes on. The due day moves by the calendar days the clock stood.",
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


@transaction.atomic
def perform(
    *,
    by: User,
    task_id: UUID,
    verb: str,
    args: Any,
    action_id: UUID | None = None,
    made_at: datetime | None = None,
    made_at_sent: datetime | None = None,
    ignored: str = "",
) -> TaskAction:
    """Do one verb to one task, whole or not at all.

    A desk gives only the first four. A phone's act has an id of the phone, `made_at` (by the corrected clock: its
    day is the day of the act), `made_at_sent` as the phone wrote it, and `ignored`, what is stored but not known.
    Whether `by` may see the task and has a part in it is judged on the day of the act.

    Raises Refused, in this order: `verb_unknown`; `not_found` (a phone: `task_unknown`); `permission_denied`;
    `bad_input`; `wrong_state` with the present `state`, `paused`, and the verbs `allowed` to this person now; then
    what the verb itself refuses. Four statements, twelve for a confirmation, whatever the number of opinions, and
    up to four more for telling people of it.
    """
    now = clock.now()
    offline = action_id is not None
    act = _judged(by, task_id, verb, args, made_at=made_at or now, now=now, offline=offline)
    rule, task = VERBS[verb], act.task
    with pointing_into(ARGS if offline else ""):
        rule.check(task)
        columns = rule.columns(act)
    became = rule.becomes[State(task.state)]
    columns |= cards.follow(act, became, columns)
    _write(task, state=became, changed_at=now, **columns)
    action = TaskAction.objects.create(
        id=action_id or new_id(),
        task_id=task_id,
        verb=verb,
        args=args,
        made_at=act.made_at,
        made_at_sent=made_at_sent or act.made_at,
        day=act.day,
        by=by,
        received_at=now,
        was=task.state,
        became=became,
        unit=task.unit_id,
        due_on=columns.get("due_on", _due_at(task, act.made_at) if offline else task.due_on),
        added_month=added_month(task.unit_id, _counts_on(verb, act)),
        ignored=ignored,
    )
    Fixing.objects.bulk_create(fixings.keep(task, columns, verb=verb, by=by, at=act.made_at))
    rule.then(act)
    tell_of_act(verb, act, columns)
    note_down(
        by,
        f"tasks.{verb.replace('-', '_')}",
        task_id,
        unit=task.unit_id,
        args=args,
        was=task.state,
        became=became,
    )
    return action


def _judged(
    by: User, task_id: UUID, verb: str, args: Any, *, made_at: datetime, now: datetime, offline: bool
) -> Act:
    """The act, with its task locked, once verb, task, person, arguments and state are found right."""
    if (rule := VERBS.get(verb)) is None:
        raise Refused("verb_unknown", "/verb")
    day = local_day(made_at)
    held = _hold(by, {task_id, *tasks_named(args)}, day=day)
    task = held.get(task_id)
    if task is None:
        raise Refused("task_unknown", "/task") if offline else Refused("not_found")
    part = next((part for part in rule.who if has_part(part, task, by, day=day)), None)
    if part is None:
        raise Refused("permission_denied")
    with pointing_into(ARGS if offline else ""):
        told = understood(rule.who[part], args, from_phone=offline)
    if not rule.fits(task):
        raise _wrong_state(task, by, day=day)
    return Act(by, part, task, told, made_at, day, now, held)


def _hold(by: User, ids: set[UUID], *, day: date) -> dict[UUID, Task]:
    """The tasks that `by` may see, locked in primary-key order until the transaction ends."""
    rows = Task.objects.visible_to(by, today=day).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}


def _write(task: Task, **columns: Any) -> None:
    """The change of state, on condition that nobody else changed it."""
    same = Task.objects.filter(pk=task.pk, state=task.state, version=task.version)
    if same.update(version=F("version") + 1, **columns) != 1:
        raise Refused("wrong_state", state=task.state)


def allowed(task: Task, by: User, *, day: date) -> dict[str, Part]:
    """The verbs that its state and `by`'s part in it allow on `day`, each with that part. Four queries at most."""
    parts = {part for part in Part if has_part(part, task, by, day=day)}
    mine = {name: next((part for part in rule.who if part in parts), None) for name, rule in VERBS.items()}
    return {name: part for name, part in mine.items() if part and VERBS[name].fits(task)}


def _wrong_state(task: Task, by: User, *, day: date) -> Refused:
    may = list(allowed(task, by, day=day))
    return Refused(
        "wrong_state", state=task.state, paused=task.paused, under_review=task.under_review, allowed=may
    )


def _due_at(task: Task, made_at: datetime) -> date | None:
    """The due day in force at that moment: an act made offline may arrive after the due day was moved."""
    before = task.actions.filter(made_at__lte=made_at).order_by("made_at", "received_at").last()
    return before.due_on if before else task.due_on


def _counts_on(verb: str, act: Act) -> date:
    """The day whose month an act changes: a reopening changes the month of the end it undoes."""
    undone = act.task.closed_on or act.task.finished_on if verb == "reopen" else None
    return undone or act.day
