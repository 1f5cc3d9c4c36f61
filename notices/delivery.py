"""Letters leave the house: at least once, by one worker at a time, again after a failure, and given up visibly."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from fieldapi import clock
from fieldapi.calendar import local_time
from fieldapi.journal import note_down
from fieldapi.middleware import give_back_connection
from notices.channels import Channel, Message, Undelivered
from notices.channels.log import Log
from notices.channels.sms import Sms
from notices.channels.webhook import Webhook
from notices.environment import Outward
from notices.models import Delivery

log = logging.getLogger(__name__)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""Before the second try, the third, …; the last one that fails is the end."""
MOST_TRIES = len(PAUSES) + 1
TAKEN_FOR = timedelta(minutes=2)
"""Far more than one try may take (`post.SECONDS_IN_ALL`): after that its worker is taken for dead."""
CHANNELS: dict[str, Callable[[Outward], Channel]] = {
    "log": lambda named: Log(),
    "webhook": lambda named: Webhook(_set(named.webhook)),
    "sms": lambda named: Sms(_set(named.sms)),
}


def deliver_some(most: int) -> int:
    """Try up to `most` deliveries that are due; how many were. None in quiet hours."""
    done = 0
    while done < most and not settings.NOTICES.is_quiet(local_time(clock.now())):
        delivery = take_one()
        if delivery is None:
            break
        attempt(delivery)
        done += 1
    return done


def take_one() -> Delivery | None:
    """The one that has been due longest, as this worker's own until `TAKEN_FOR` has passed.

    A worker that is killed in the middle leaves it due again by then: the receiver may get it twice, with one id.
    """
    now = clock.now()
    due = Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=now).order_by("next_at", "pk")
    for pk, next_at in due.values_list("pk", "next_at")[:20]:
        same = Delivery.objects.filter(pk=pk, state=Delivery.State.WAITING, next_at=next_at)
        if same.update(next_at=now + TAKEN_FOR, tries=F("tries") + 1):
            return Delivery.objects.select_related("letter__person").get(pk=pk)
    return None


def attempt(delivery: Delivery) -> None:
    """One try, and what came of it."""
    if delivery.tries > MOST_TRIES:  # so many workers have died over it
        give_up(delivery, delivery.problem or "no try came to an end")
        return
    message = _message(delivery)
    give_back_connection()
    try:
        if not message.person.active:
            raise Undelivered("person_left", hopeless=True)
        receipt = _channel(delivery.channel).send(message)
    except Undelivered as fault:
        if fault.hopeless or delivery.tries == MOST_TRIES:
            give_up(delivery, fault.reason)
        else:
            put_off(delivery, fault)
    else:
        mark_sent(delivery, receipt)


def mark_sent(delivery: Delivery, receipt: str) -> None:
    sent = {"state": Delivery.State.SENT, "sent_at": clock.now(), "receipt": receipt, "problem": ""}
    _write(delivery, **sent)


def put_off(delivery: Delivery, fault: Undelivered) -> None:
    pause = max(PAUSES[delivery.tries - 1], fault.wait or timedelta(0))
    log.warning("delivery %s by %s put off: %s", delivery.pk, delivery.channel, fault.reason)
    _write(delivery, next_at=clock.now() + pause, problem=fault.reason[:200])


@transaction.atomic
def give_up(delivery: Delivery, reason: str) -> None:
    """The notices stay in the person's list; journal and metrics tell that no message came."""
    log.error("delivery %s by %s given up: %s", delivery.pk, delivery.channel, reason)
    if _write(delivery, state=Delivery.State.FAILED, problem=reason[:200]):
        person = delivery.letter.person
        note_down(
            None,
            "notices.give_up",
            delivery.pk,
            unit=person.unit_id,
            person=person.pk,
            channel=delivery.channel,
            problem=reason[:200],
        )


def _write(delivery: Delivery, **columns: Any) -> bool:
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING)
    return waiting.update(**columns) == 1


def _message(delivery: Delivery) -> Message:
    letter = delivery.letter
    notices = list(letter.notices.order_by("at", "pk"))
    return Message(delivery.pk, letter.person, letter.digest, notices, letter.made_at)


def _channel(name: str) -> Channel:
    if name not in settings.NOTICES.channels:
        raise Undelivered("channel_off", hopeless=True)
    return CHANNELS[name](settings.NOTICES)


def _set(address: Any) -> Any:
    assert address is not None  # the start refuses a channel without its address
    return address


def is_due(now: datetime) -> bool:
    return Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=now).exists()
