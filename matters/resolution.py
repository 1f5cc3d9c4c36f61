"""Where opinions stand: resolved by matters that stand, declined with their task."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import F, Min, OuterRef, Subquery

from fieldapi import clock
from matters.models import MatterOpinion, PracticalMatter, Task
from opinions.models import Opinion


def refresh_resolutions(opinion_ids: Iterable[UUID]) -> None:
    """Work out `resolved_on` and `declined_on` anew from matters and tasks; rows that change get a new version.

    resolved: the earliest day of the standing matters linked to the opinion. declined: the day its task was
    declined. Call it inside the transaction that changed a matter, a task or a visit's withdrawal. The rows
    are locked in order first, so that of two such transactions the later one sees what the earlier did.
    Two statements, and one for each distinct outcome that has to be written.
    """
    ids = sorted(set(opinion_ids))
    if not ids:
        return
    was = {
        pk: (resolved_on, declined_on)
        for pk, resolved_on, declined_on in Opinion.objects.filter(pk__in=ids)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", "resolved_on", "declined_on")
    }
    changed: dict[tuple[date | None, date | None], list[UUID]] = defaultdict(list)
    for pk, *now in _worked_out(ids):
        if was[pk] != tuple(now):
            changed[now[0], now[1]].append(pk)
    for (resolved_on, declined_on), rows in changed.items():
        Opinion.objects.filter(pk__in=rows).update(
            resolved_on=resolved_on,
            declined_on=declined_on,
            version=F("version") + 1,
            changed_at=clock.now(),
        )


def _worked_out(ids: list[UUID]) -> Iterable[tuple[UUID, date | None, date | None]]:
    standing = PracticalMatter.objects.standing().values("pk")
    links = MatterOpinion.objects.filter(opinion=OuterRef("pk"), matter__in=standing).values("opinion")
    declined = Task.objects.filter(group=OuterRef("group"), state=Task.State.DECLINED)
    return (
        Opinion.objects.filter(pk__in=ids)
        .annotate(
            resolved=Subquery(links.annotate(first=Min("matter__done_on")).values("first")),
            declined=Subquery(declined.values("closed_on")),
        )
        .values_list("pk", "resolved", "declined")
    )
