"""When to try and look again."""

from datetime import timedelta
from random import Random

import pytest

from stores.effects import retry_policy
from tests.make import NOW


def test_looks_follow_the_schedule_then_every_six_hours_until_two_days():
    at, moments = NOW, []
    while (found := retry_policy.next_look(NOW, at)) is not None:
        moments.append((found - NOW).total_seconds())
        at = found

    assert moments[:6] == [5, 30, 120, 300, 900, 3600]
    assert moments[6] == 3600 + 6 * 3600
    assert moments[-1] <= 48 * 3600
    assert len(moments) == 13


@pytest.mark.parametrize("tries", range(0, 20))
def test_backoff_is_jittered_and_never_above_fifteen_minutes(tries):
    waits = [retry_policy.backoff(tries, Random(seed)) for seed in range(50)]

    assert all(timedelta(seconds=0.5) <= wait <= timedelta(minutes=15) for wait in waits)
    assert len(set(waits)) > 1
