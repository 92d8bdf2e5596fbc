"""What one cancellation asks of the database, from its first step to its receipt."""

from __future__ import annotations

import pytest

from cancellations.execution import executor
from stores.kernel import clock
from tests.rigs.statements import counting

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_cancellation(desk):
    """One send, one look: everything is due at once, so it is one turn of a worker."""
    first, record = desk.order(), desk.order()
    desk.work(desk.confirm(first, desk.some(first, 1)))  # what is kept between two of them is made
    cancellation = desk.confirm(record, desk.some(record, 1))
    desk.travel(1)

    with counting() as asked:
        executor.advance(cancellation.uuid)

    cancellation.refresh_from_db()

    assert (cancellation.state, cancellation.finished_at) == ("done", clock.now())
    assert len(asked.statements) <= 35
    assert asked.commits <= 7
