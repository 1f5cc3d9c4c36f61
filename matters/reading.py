"""Tasks and matters with everything their serializers show: a number of queries that does not grow with the rows."""

from django.db.models import Prefetch, QuerySet

from matters.models import (
    Card,
    JointReview,
    MatterHousehold,
    MatterOpinion,
    OfficeView,
    PracticalMatter,
    Task,
    TaskAction,
)
from media.models import Photo
from opinions.models import Opinion

PHOTOS = Prefetch("photos", Photo.objects.order_by("received_at", "id").only("task", "matter"))


def tasks_with_parts(rows: QuerySet[Task], *, history: bool) -> QuerySet[Task]:
    """Seven queries, with history one more."""
    cards = Prefetch("cards", Card.objects.standing().order_by("fell_on", "colour"))
    views = Prefetch("views", OfficeView.objects.order_by("office"))
    asked = JointReview.objects.order_by("requested_at", "id").prefetch_related(views)
    reviews = Prefetch("joint_reviews", asked)
    opinions = Opinion.objects.standing().order_by("occurred_at", "id").only("group", "household")
    related: list[Prefetch] = [Prefetch("group__opinions", opinions), PHOTOS, cards, reviews]
    if history:
        related.append(Prefetch("actions", TaskAction.objects.order_by("received_at", "id")))
    return rows.select_related("group").prefetch_related(*related)


def matters_with_parts(rows: QuerySet[PracticalMatter]) -> QuerySet[PracticalMatter]:
    """Four queries."""
    return rows.prefetch_related(
        Prefetch("household_links", MatterHousehold.objects.order_by("household")),
        Prefetch("opinion_links", MatterOpinion.objects.order_by("opinion")),
        PHOTOS,
    )
