"""kill -9 for the worker while the other side has the message and has not answered: nothing is lost."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as configured

from fieldapi import clock
from notices.delivery import TAKEN_FOR, deliver_some
from notices.due import deliver
from notices.environment import Outward, Webhook
from notices.letters import write_letters
from notices.models import Delivery
from tests.conftest import Village
from tests.notices.receivers import serving
from tests.notices.sending import SECRET
from tests.notices.told import a_notice
from tests.serving.live import ROOT, SECONDS, database_url


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_was_sending_is_sent_by_the_next(settings, tmp_path: Path):
    village = Village()
    with serving() as receiver:
        settings.NOTICES = Outward(("webhook",), Webhook(receiver.url, SECRET))
        receiver.answers = ["silence", (204, b"")]
        a_notice(village.gao)
        write_letters()
        deliver.enqueue()
        environment = os.environ | {
            "FIELDAPI_MODE": "local",
            "FIELDAPI_DATA_DIR": str(tmp_path),
            "FIELDAPI_SECRET_KEY": configured.SECRET_KEY,
            "DATABASE_URL": database_url(),
            "FIELDAPI_NOTICE_CHANNELS": "webhook",
            "FIELDAPI_WEBHOOK_URL": receiver.url,
            "FIELDAPI_WEBHOOK_SECRET": SECRET,
            "FIELDAPI_QUIET_HOURS": "none",
        }
        worker = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT, env=environment)
        try:
            assert receiver.arrived.wait(SECONDS)
        finally:
            worker.kill()
            worker.wait()

        assert deliver_some(10) == 0  # for all one knows it is still being sent
        with time_machine.travel(clock.now() + TAKEN_FOR + timedelta(seconds=1), tick=False):
            assert deliver_some(10) == 1

    ids = [request.headers["X-Fieldapi-Delivery"] for request in receiver.requests]
    assert ids == [str(Delivery.objects.get().pk)] * 2
    assert Delivery.objects.get().state == Delivery.State.SENT
