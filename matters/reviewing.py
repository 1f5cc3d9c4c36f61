"""Joint review (会审): offices are asked for their view, then a leader decides; everything said is kept."""

from django.db.models import F

from cadres.models import Office
from fieldapi.errors import Fault, Refused
from fieldapi.ids import new_id
from matters.acts import Act, Columns
from matters.models import JointReview, OfficeView, Task


def request(act: Act) -> Columns:
    """Refuses `office_unknown` for offices outside the supervisor's reach."""
    asked = list(dict.fromkeys(act.args["offices"]))
    known = set(
        Office.objects.visible_to(act.by, today=act.day).filter(pk__in=asked).values_list("pk", flat=True)
    )
    if known != set(asked):
        places = [place for place, office in enumerate(act.args["offices"]) if office not in known]
        faults = [Fault(f"/offices/{place}", "office_unknown") for place in places]
        raise Refused("bad_input", errors=faults)
    return {"under_review": True}


def invite(act: Act) -> None:
    review = JointReview.objects.create(
        id=new_id(),
        task=act.task,
        reason=act.args["reason"],
        requested_by=act.by,
        requested_at=act.made_at,
    )
    OfficeView.objects.bulk_create(
        OfficeView(review=review, office_id=office) for office in dict.fromkeys(act.args["offices"])
    )


def view(act: Act) -> Columns:
    OfficeView.objects.filter(
        review__task=act.task.pk, review__decided_at=None, office=act.by.office_id
    ).update(view=act.args["view"], by=act.by, given_at=act.made_at, version=F("version") + 1)
    return {}


def decide(act: Act) -> Columns:
    undecided = act.task.joint_reviews.filter(decided_at=None)
    OfficeView.objects.filter(review__in=undecided).update(version=F("version") + 1)
    undecided.update(decision=act.args["decision"], decided_by=act.by, decided_at=act.made_at)
    return {"under_review": False}


def check_reviewed(task: Task) -> None:
    """Refuses `review_required` where the category asks for a joint review and none has been decided."""
    category = task.category
    if category is None or not category.needs_review:
        return
    if not task.joint_reviews.filter(decided_at__isnull=False).exists():
        raise Refused("review_required")
