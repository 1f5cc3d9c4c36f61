"""How a task ends: finished and confirmed, declined, or taken up again."""

from django.db.models import F, Q

from cadres.months import added_month
from fieldapi import clock
from fieldapi.errors import Refused
from fieldapi.ids import new_id
from matters.acts import Act, Columns, Part
from matters.models import MatterHousehold, MatterOpinion, PracticalMatter, Task
from matters.resolution import refresh_resolutions
from media.models import Photo
from opinions.models import Opinion


def finish(act: Act) -> Columns:
    named = list(dict.fromkeys(act.args.get("evidence") or []))
    if named:
        own = Q(task=act.task.pk) | Q(visit__worked_on__task=act.task.pk)
        known = set(Photo.objects.filter(own, pk__in=named).values_list("pk", flat=True))
        for place, photo in enumerate(act.args["evidence"]):
            if photo not in known:
                raise Refused("photo_unknown", f"/evidence/{place}")
    return {"outcome": act.args["outcome"], "finished_on": act.day}


def confirm(act: Act) -> Columns:
    """For a household that raised it and is served by the cadre, or by a supervisor on its behalf."""
    if act.part == Part.PAIRED:
        served = act.task.households().served_by(act.by, day=act.day)
        if not served.filter(pk=act.args["household"]).exists():
            raise Refused("household_unknown", "/household")
    return {"closed_on": act.day}


def make_matter(act: Act) -> None:
    """The practical matter (实事) of a confirmed task: it benefits those who raised it and resolves their opinions."""
    task = act.task
    raised = list(task.opinions().values_list("pk", "household"))
    matter = PracticalMatter.objects.create(
        id=new_id(),
        title=task.title,
        unit_id=task.unit_id,
        done_on=act.day,
        task=task,
        satisfaction=act.args.get("satisfaction"),
        evidence=_evidence(task),
        recorded_by=act.by,
        received_at=act.received_at,
        changed_at=act.received_at,
        added_month=added_month(task.unit_id, act.day),
    )
    MatterOpinion.objects.bulk_create(MatterOpinion(matter=matter, opinion_id=pk) for pk, _ in raised)
    MatterHousehold.objects.bulk_create(
        MatterHousehold(matter=matter, household_id=pk)
        for pk in dict.fromkeys(household for _, household in raised if household)
    )
    refresh_resolutions(pk for pk, _ in raised)


def _evidence(task: Task) -> list[str]:
    """The photos its work was finished with, the last time."""
    finish = task.actions.filter(verb="finish").order_by("made_at", "received_at").last()
    return list(dict.fromkeys((finish.args.get("evidence") or []) if finish else []))


def reopen(act: Act) -> Columns:
    return {"finished_on": None, "closed_on": None}


def withdraw_matter(act: Act) -> None:
    """A reopened task's matter no longer stands; its opinions are as unresolved as without it."""
    matters = PracticalMatter.objects.filter(task=act.task.pk, withdrawn_at=None)
    opinions = list(MatterOpinion.objects.filter(matter__in=matters).values_list("opinion", flat=True))
    matters.update(withdrawn_at=act.received_at, version=F("version") + 1, changed_at=clock.now())
    refresh_resolutions(opinions)


def decline(act: Act) -> Columns:
    return {
        "decline_reason": act.args["reason"],
        "finished_on": act.day,
        "closed_on": act.day,
        "paused": False,
        "under_review": False,
    }


def refresh_opinions(act: Act) -> None:
    refresh_resolutions(Opinion.objects.filter(group=act.task.group_id).values_list("pk", flat=True))
