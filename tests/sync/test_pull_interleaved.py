"""No row is missed, in whatever order concurrent transactions commit: each test holds transactions open on purpose."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from sync.models import Change
from tests import samples
from tests.conftest import Village
from tests.sync.flat import Mirror
from tests.sync.test_pull import changed
from tests.visits.test_races import real_village

__all__ = ["real_village"]
pytestmark = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has one writer at a time: nothing to interleave"
)


class Writer:
    """A transaction in a thread of its own, that has written a visit and stays open until told."""

    def __init__(self, village: Village, fails: bool = False):
        self.written, self.may_end, self.fails = Event(), Event(), fails
        self.visit = ""
        self.thread = Thread(target=self._run, args=(village.house, village.chen))
        self.thread.start()
        assert self.written.wait(20)

    def _run(self, house, cadre) -> None:
        try:
            with transaction.atomic():
                self.visit = str(samples.make_visit(house, cadre).pk)
                self.written.set()
                assert self.may_end.wait(60)
                transaction.set_rollback(self.fails)
        finally:
            connection.close()

    def end(self) -> None:
        self.may_end.set()
        self.thread.join()


@contextmanager
def writers(village: Village, count: int) -> Iterator[list[Writer]]:
    with ExitStack() as stack:
        made = [Writer(village) for _ in range(count)]
        for writer in made:
            stack.callback(writer.end)
        yield made


@pytest.fixture
def phone(real_village: Village) -> Mirror:
    mirror = Mirror(real_village.client("gao"))
    assert real_village.chen
    mirror.pull()
    return mirror


def test_a_transaction_that_began_first_and_commits_last_is_not_missed(phone: Mirror, real_village: Village):
    with writers(real_village, 2) as (first, second):
        second.end()
        phone.pull()
        assert phone.ids("visits") == {second.visit}
        first.end()
        phone.pull()

    assert phone.ids("visits") == {first.visit, second.visit}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_every_order_of_commits_with_pulls_between_loses_nothing(phone: Mirror, real_village: Village, order):
    with writers(real_village, 3) as all_three:
        seen = set()
        for place in order:
            all_three[place].end()
            phone.pull()
            seen.add(all_three[place].visit)
            assert phone.ids("visits") == seen
    assert changed(phone.pull()) == {}


def test_a_long_transaction_holds_nobody_up_and_loses_nothing(phone: Mirror, real_village: Village):
    with writers(real_village, 1) as (long,):
        for count in range(1, 4):
            samples.make_visit(real_village.house, real_village.chen)
            phone.pull()
            assert len(phone.ids("visits")) == count
        before = phone.timestamp
        long.end()
        phone.pull()

    assert long.visit in phone.ids("visits")
    assert phone.timestamp >= before
    assert changed(phone.pull()) == {}


def test_a_transaction_rolled_back_brings_nothing(phone: Mirror, real_village: Village):
    writer = Writer(real_village, fails=True)
    phone.pull()
    writer.end()

    assert changed(phone.pull()) == {}
    assert not Change.objects.filter(root=writer.visit).exists()


def test_a_hand_over_that_commits_late_takes_and_brings_everything(phone: Mirror, real_village: Village):
    lin = Mirror(real_village.client("lin"))
    lin.pull()
    pairing = real_village.house.pairings.get(cadre=real_village.gao, ended_on=None)
    with writers(real_village, 1) as (writer,), transaction.atomic():
        pairing.ended_on = pairing.started_on
        pairing.save()
        samples.make_pairing(real_village.house, real_village.lin, started_on=pairing.started_on)
        elsewhere = pull_elsewhere([phone, lin])
        assert elsewhere == [{str(real_village.house.pk)}, set()]
        writer.end()
    phone.pull()
    lin.pull()

    assert phone.ids("visits") == set()
    assert lin.ids("visits") == {writer.visit}


def pull_elsewhere(phones: list[Mirror]) -> list[set[str]]:
    """Pull over other connections than this thread's."""

    def run() -> None:
        try:
            for phone in phones:
                phone.pull()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return [phone.ids("households") for phone in phones]
