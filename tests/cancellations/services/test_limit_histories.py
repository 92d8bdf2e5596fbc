"""Whatever the order of confirming, approving, trying again and taking back: no 24 hours hold more than their limit."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
import time_machine

from cancellations.lifecycle import refund_limits
from cancellations.models import Cancellation, Step
from cancellations.services import decide, preview, submit
from stores.kernel.errors import InputRejected, NotAllowed
from stores.models import Membership, Role
from tests import make

DAY = timedelta(hours=24)
PER_DAY = {"staff_a": 10_000, "second": 15_000}


class History:
    def __init__(self, shop, people, rng, traveller):
        self.shop, self.people, self.rng, self.traveller = shop, people, rng, traveller

    def confirm(self):
        seen = make.preview(record=make.order_record(store=self.shop), actor=self.someone())
        amount = make.money(self.rng.choice(["10.00", "35.00", "60.00", "100.00"]))
        submit._store(seen.actor, seen, replace(preview.plan_of(seen), limit_amount=amount))

    def approve(self):
        for row in self.rows("awaiting_approval"):
            with suppress(NotAllowed, InputRejected):
                decide.approve(actor=self.someone(), cancellation=row, fingerprint=row.fingerprint)

    def stop_and_try_again(self):
        for row in self.rows("held", "running", "needs_operator"):
            Cancellation.objects.filter(pk=row.pk).update(state="needs_operator")
            Step.objects.filter(cancellation=row, position=1).update(state="needs_person")
            with suppress(NotAllowed, InputRejected):
                decide.retry(actor=self.someone(), step=Step.objects.get(cancellation=row, position=1), reason="Again.")

    def take_back(self):
        for row in self.rows("held"):
            decide.take_back(actor=self.someone(), cancellation=row)

    def wait(self):
        self.traveller.shift(timedelta(hours=self.rng.choice([0, 1, 7, 12, 23])))

    def go_on(self):
        deeds = [self.confirm] * 4 + [self.approve] * 2 + [self.stop_and_try_again] * 2 + [self.take_back, self.wait]
        self.rng.choice(deeds)()

    def someone(self):
        return self.rng.choice(self.people)

    def rows(self, *states):
        """One at random, as a request would read it; none when none stands there."""
        found = list(Cancellation.objects.filter(state__in=states).select_related("store", "counts_for"))
        return self.rng.sample(found, min(1, len(found)))


def fullest_day(person):
    rows = Cancellation.objects.filter(counts_for=person, state__in=refund_limits.COUNTS).order_by("counts_from")
    told = list(rows.values_list("counts_from", "limit_minor"))
    return max((sum(minor for at, minor in told if begin <= at < begin + DAY) for begin, _ in told), default=0)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(1, 8))])
def test_no_day_of_anybody_passes_and_what_was_admitted_stays_so(cast, seed):
    second = make.person("second@example.com")
    make.membership(second, cast.shop_a, Role.STAFF)
    people = {"staff_a": cast.staff_a, "second": second}
    for name, person in people.items():
        Membership.objects.filter(person=person).update(limit_per_day=PER_DAY[name])
    with time_machine.travel(make.NOW, tick=False) as traveller:
        history = History(cast.shop_a, list(people.values()), Random(seed), traveller)
        for _ in range(30):
            history.go_on()
            assert all(fullest_day(person) <= PER_DAY[name] for name, person in people.items())
            going = Cancellation.objects.filter(state__in=["held", "running"])
            assert [refund_limits.trouble(row) for row in going.select_related("store", "counts_for")] == [""] * len(
                going
            )
        assert Cancellation.objects.exclude(counts_for=None).count() > 1
