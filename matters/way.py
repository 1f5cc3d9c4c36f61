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
class Way:
    """`opinion` comes with its replies; what `None` stands for is not there, or not for the asker to see."""

    opinion: Opinion
    visit: Visit | None
    group: Group | None
    others: int  # opinions that its group holds besides
    task: Task | None
    matters: list[PracticalMatter]  # the withdrawn ones too

    @property
    def reopenings(self) -> list[TaskAction]:
        return [one for one in self.task.actions.all() if one.verb == "reopen"] if self.task else []

    @property
    def declined(self) -> Decline | None:
        if self.task is None or self.task.state != Task.State.DECLINED or self.task.closed_on is None:
            return None
        told = (one.told_at for one in self.opinion.replies.all())
        since = start_of(self.task.closed_on)
        heard = min((moment for moment in told if moment >= since), default=None)
        return Decline(self.task.decline_reason, self.task.closed_on, heard)


def way_of(opinion: Opinion, by: User, *, today: date) -> Way:
    """Fifteen queries at most, whatever has happened to it."""
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
        matters=list(matters_with_parts(matters.order_by("done_on", "id"))),
    )
