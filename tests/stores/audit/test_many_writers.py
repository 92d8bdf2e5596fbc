"""Many writers at once, on the database in use: no gap, no fork, nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from stores.audit import checkpoints, trail, verify
from stores.models import AuditChain, AuditEvent, Checkpoint, Store
from tests import make
from tests.stores.audit.test_trail import TRIED

WRITERS, EACH = 6, 15
pytestmark = pytest.mark.django_db(transaction=True)


def together(*jobs: Callable[[], None]) -> None:
    """Run all at once, each on a connection of its own; the first failure is raised."""
    failed: list[BaseException] = []

    def run(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as exc:  # noqa: BLE001  handed to the test below
            failed.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def writer(stores: list[Store]) -> Callable[[], None]:
    def write() -> None:
        for number in range(EACH):
            for store in stores:
                with transaction.atomic():
                    Store.objects.filter(pk=store.pk).update(currency="EUR")  # the business change before it
                    trail.record(TRIED, actor="rescind", target="a:b", store=store, number=number)

    return write


def test_many_writers_of_one_new_chain_leave_no_gap_and_no_fork():
    store = make.store()

    together(*[writer([store])] * WRITERS)

    chain = AuditChain.objects.get(store=store)
    assert chain.seq == AuditEvent.objects.filter(chain=chain).count() == WRITERS * EACH
    assert verify.look(chain).first_bad is None


def test_writers_of_several_chains_do_not_wait_for_one_another_for_ever():
    here, there = make.store(), make.store()

    together(writer([here, there]), writer([there, here]), writer([here]), writer([there]))

    for chain in AuditChain.objects.all():
        assert chain.seq == EACH * 3
        assert verify.look(chain).first_bad is None


def test_two_who_sign_at_once_leave_one_line_of_checkpoints(settings):
    store = make.store()
    settings.CHECKPOINT_EVENTS = 3

    def write_and_sign() -> None:
        for number in range(EACH):
            with transaction.atomic():
                trail.record(TRIED, actor="rescind", target="a:b", store=store, number=number)
            checkpoints.take_all()

    together(*[write_and_sign] * 4)

    assert Checkpoint.objects.filter(chain__store=store).count() > 1
    for chain in AuditChain.objects.all():
        check = verify.look(chain)
        assert (check.first_bad, check.problem) == (None, "")
