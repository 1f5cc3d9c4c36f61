"""An opinion's whole way: visit, group, task, matter, reply, each as far as the asker may see it. Reads only."""

from dataclasses import dataclass
from datetime import date, datetime

from cadres.models import User
from fieldapi.calendar import start_of
from matters.models import PracticalMatter, Task, TaskAction
from matters.reading import matters_with_parts, tasks_with_parts
from opinions.models import Group, Opinion
from visits.models import Visit


@dataclass(frozen=True)
class Decline:
    """Why its task was not done; `told_at` is when the household heard, None while nobody has told it."""

    reason: str
    day: date
    told_at: datetime | None


@dataclass(frozen=True)
class Earlier:
    """A task it was in before: declined and taken up anew, merged into another, or left for another group."""

    task: Task
    left_at: datetime
    declined: Decline | None


@dataclass(frozen=True)
class Way:
    """`opinion` comes with its replies; what `None` stands for is not there, or not for the asker to see."""

    opinion: Opinion
    visit: Visit | None
    group: Group | None
    others: int  # opinions that its group holds besides
    task: Task | None
    earlier: list[Earlier]  # first to last; whoever sees the opinion is told of all of them
    matters: list[PracticalMatter]  # the withdrawn ones too

    @property
    def reopenings(self) -> list[TaskAction]:
        return [one for one in self.task.actions.all() if one.verb == "reopen"] if self.task else []

    @property
    def declined(self) -> Decline | None:
        return decline_of(self.task, self.opinion) if self.task else None


def decline_of(task: Task, opinion: Opinion) -> Decline | None:
    """Why the task was not done, if it was declined; of that the household heard by what it was told since."""
    if task.state != Task.State.DECLINED or task.closed_on is None:
        return None
    told = (one.told_at for one in opinion.replies.all())
    since = start_of(task.closed_on)
    heard = min((moment for moment in told if moment >= since), default=None)
    return Decline(task.decline_reason, task.closed_on, heard)


def way_of(opinion: Opinion, by: User, *, today: date) -> Way:
    """Sixteen queries at most, whatever has happened to it."""
    visit = Visit.objects.visible_to(by, today=today).filter(opinions=opinion).first()
    tasks = Task.objects.visible_to(by, today=today).filter(group=opinion.group_id)
    matters = PracticalMatter.objects.visible_to(by, today=today).filter(opinion_links__opinion=opinion)
    together = Opinion.objects.standing().filter(group=opinion.group_id).exclude(pk=opinion.pk)
    return Way(
        opinion=opinion,
        visit=visit,
        group=opinion.group,
        others=together.count() if opinion.group_id else 0,
        task=tasks_with_parts(tasks, history=True).first() if opinion.group_id else None,
        earlier=[
            Earlier(left.group.task, left.left_at, decline_of(left.group.task, opinion))
            for left in opinion.former_groups.select_related("group__task").order_by("left_at", "pk")
            if left.group_id != opinion.group_id
        ],
        matters=list(matters_with_parts(matters.order_by("done_on", "id"))),
    )
