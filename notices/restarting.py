"""What was given up goes out after all: an admin has mended what stood in its way."""

from django.db import transaction

from cadres.models import User
from fieldapi import clock
from fieldapi.errors import Refused
from fieldapi.journal import note_down
from notices.models import Delivery

State = Delivery.State


@transaction.atomic
def restart(*, by: User, delivery: Delivery) -> None:
    """Due at once, with all its tries before it, under the same id. Of two who restart it one does.

    Refuses `wrong_state` unless it was given up.
    """
    failed = Delivery.objects.filter(pk=delivery.pk, state=State.FAILED)
    if failed.update(state=State.WAITING, tries=0, next_at=clock.now()) != 1:
        raise Refused("wrong_state", state=Delivery.objects.get(pk=delivery.pk).state, allowed=[])
    person = delivery.letter.person
    note_down(
        by,
        "deliveries.restart",
        delivery.pk,
        unit=person.unit_id,
        person=person.pk,
        channel=delivery.channel,
        problem=delivery.problem,
    )
