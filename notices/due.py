"""What a scheduler does for notices; safe to run twice and from two places at once."""

from datetime import timedelta

from django.conf import settings
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from fieldapi import clock
from fieldapi.calendar import local_time
from notices.delivery import deliver_some, is_due
from notices.letters import write_letters
from notices.models import Letter, Notice

AT_ONCE = 50
"""Deliveries of one job: photos and exports that wait for the same worker get their turn between."""
KEPT = timedelta(days=90)


def send_out() -> None:
    """Write the letters that are due, and have the worker deliver what is. Four queries where nothing is."""
    if not settings.NOTICES.channels:
        return
    write_letters()
    now = clock.now()
    if settings.NOTICES.is_quiet(local_time(now)) or not is_due(now):
        return
    if not DBTaskResult.objects.ready().filter(task_path=deliver.module_path).exists():
        deliver.enqueue()


@task()
def deliver() -> None:
    """Some deliveries; then the next job goes on with them."""
    if deliver_some(AT_ONCE) == AT_ONCE:
        deliver.enqueue()


def forget_old() -> None:
    """Notices are kept for 90 days, and so are the letters they went out in."""
    before = clock.now() - KEPT
    Notice.objects.filter(at__lt=before).delete()
    Letter.objects.filter(made_at__lt=before).delete()
