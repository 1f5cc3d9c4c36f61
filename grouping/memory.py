"""What people said about an opinion and a group, asked or not: it stands, and later suggestions learn from it."""

from collections.abc import Sequence

from django.db.models import F

from cadres.models import User
from fieldapi import clock
from grouping.learning import teach_answers
from grouping.models import Suggestion
from likeness.comparing import Said
from likeness.experience import shared
from opinions.models import Group, Opinion

MOST_MEMBERS = 20  # of a group, the earliest, that an answer is taken to be about


def remember(by: User, opinions: Sequence[Opinion], group: Group, state: Suggestion.State) -> None:
    """These opinions are of the group (accepted) or not (refused), whatever was said before.

    Inside the caller's transaction, which holds them; before they join it or after they have left it.
    """
    now = clock.now()
    known = Suggestion.objects.filter(group=group, opinion__in=opinions)
    before = set(known.values_list("opinion", flat=True))
    known.update(state=state, decided_by=by, decided_at=now, changed_at=now, version=F("version") + 1)
    Suggestion.objects.bulk_create(
        Suggestion(
            opinion=one, group=group, score=0, state=state, decided_by=by, decided_at=now, changed_at=now
        )
        for one in opinions
        if one.pk not in before
    )
    members = Opinion.objects.standing().filter(group=group).order_by("occurred_at", "pk")
    texts = members.exclude(pk__in=[one.pk for one in opinions]).values_list("text", flat=True)
    said = [Said(text) for text in texts[:MOST_MEMBERS]]
    teach_answers((shared(Said(one.text), said), state) for one in opinions)
