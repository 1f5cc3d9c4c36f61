"""What a scheduler clears away among sign-ins. Safe to run twice and from two places at once."""

from datetime import timedelta

from cadres.locks import WINDOW
from cadres.models import Device, SignInFailure
from fieldapi import clock

BROWSERS_KEPT = timedelta(days=90)


def forget_failures() -> None:
    """Wrong passwords that no lock counts any more."""
    SignInFailure.objects.filter(at__lt=clock.now() - 2 * WINDOW).delete()


def forget_browsers() -> None:
    """Browsers and scripts that nobody came back with. Phones stay: they may hold what was never sent."""
    Device.objects.filter(phone_id="", last_seen_at__lt=clock.now() - BROWSERS_KEPT).delete()
