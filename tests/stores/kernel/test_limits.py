"""The seconds and bytes that RELIABILITY names, said once more: a changed one is meant or it is a mistake."""

from __future__ import annotations

from stores.kernel.http.contracts import Timeouts


def test_one_exchange_ends_before_a_lease_does(settings):
    assert (Timeouts().connect, Timeouts().read, Timeouts().whole, Timeouts().size) == (5, 30, 90, 10_000_000)
    assert Timeouts().whole < settings.STEP_LEASE_SECONDS
