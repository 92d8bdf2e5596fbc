"""*The order changed*, through the executor: before the first step and between steps, whole and part, on each platform.

A colleague acts in the platform's own desk at the moment before the named step is claimed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from cancellations.execution import executor, guards, step_runner
from cancellations.models import Cancellation, Step
from cancellations.services import decide
from sandbox import colleagues, connections
from stores.canonical import codec
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest
from stores.services import orders
from tests.rigs.desk import desk_on

Act = Callable[[Any], object]


@dataclass(frozen=True)
class Case:
    """platform, what is wished, which steps that makes, before which of them somebody does what; words of the item."""

    platform: str
    wish: str
    steps: tuple[str, ...]
    before: int
    act: Act
    words: str
    order: dict[str, Any] = field(default_factory=dict)


def other_item(staff):
    """One unit of the second product of a dropship order."""
    order = staff.simulator.order(staff.order_id)
    return {item["id"]: 1 for item in order["items"] if item["code"] == "B"}


TWO_BILLS = {"invoices": [(2, 0), (1, 1)]}
CARD_AND_CASH = {"tender": [("CARD", "20.00"), ("CASH", "20.00")]}
CASES = {
    # before the first step: the preview no longer holds
    "whole, unit": Case("shopify", "all", ("cancel",), 1, lambda s: s.ship(), "changed since the preview"),
    "part, unit": Case("woocommerce", "one", ("refund",), 1, lambda s: s.refund("10.00", units=1), "changed since"),
    "part, price": Case("bigcommerce", "keep", ("refund",), 1, lambda s: s.reprice("9.00"), "changed since"),
    "whole, payment": Case("shopify", "all", ("cancel",), 1, lambda s: s.refund("1.00"), "changed since"),
    "part, payment": Case("square", "keep", ("refund",), 1, lambda s: s.refund("1.00"), "changed since"),
    "part, dispute": Case("shopify", "one", ("refund",), 1, lambda s: s.dispute(), "changed since"),
    # between our own steps
    "edit, then money": Case("shopify", "edit", ("edit", "refund"), 2, lambda s: s.refund("1.00"), "Somebody refunded"),
    "edit, then dispute": Case("shopify", "edit", ("edit", "refund"), 2, lambda s: s.dispute(), "disputed"),
    "edit, then cancelled": Case("shopify", "edit", ("edit", "refund"), 2, lambda s: s.cancel(), "Somebody"),
    "memo, then money": Case("magento", "all", ("refund", "refund"), 2, lambda s: s.refund(amount="1.00"),
                             "Somebody refunded", TWO_BILLS),
    "memo, then shipped": Case("magento", "all", ("refund", "refund"), 2, lambda s: s.ship(0, 1), "", TWO_BILLS),
    "refund, then money": Case("woocommerce", "edit", ("refund", "refund"), 2, lambda s: s.refund("1.00"),
                               "Somebody refunded"),
    "refund, then over": Case("woocommerce", "edit", ("refund", "refund"), 2, lambda s: s.move("completed"), ""),
    "till, then money": Case("square", "keep all", ("cancel", "refund", "refund"), 3, lambda s: s.refund("1.00"),
                             "Somebody refunded", CARD_AND_CASH),
    "money, then cancelled": Case("shoplazza", "all", ("refund", "cancel"), 2, lambda s: s.cancel(), "Somebody"),
    "paid back, then cancelled": Case("bigcommerce", "all", ("refund", "cancel"), 2, lambda s: s.cancel(), "omebody"),
    "paid back, then shipped": Case("bigcommerce", "all", ("refund", "cancel"), 2, lambda s: s.ship(refunded=True),
                                    "shipped"),
    "line, then shipped": Case("modern_dropship", "keep", ("cancel", "cancel"), 2, lambda s: s.ship(other_item(s)), ""),
}  # fmt: skip


@pytest.fixture
def desk(request, db, tmp_path, monkeypatch):
    with desk_on(request.param, tmp_path, monkeypatch) as made:
        yield made


def wish(order, name):
    ids = [line.id for line in order.lines]
    every = {line.id: line.cancellable for line in order.lines if line.cancellable}
    single = dict.fromkeys(ids, Decimal(1))
    return {
        "all": CancelRequest(lines=every),
        "keep all": CancelRequest(lines=every, keep_stock=frozenset(ids)),
        "one": CancelRequest(lines={ids[0]: Decimal(1)}),
        "keep": CancelRequest(lines=single, keep_stock=frozenset(ids)),
        "edit": CancelRequest(lines=single, keep_stock=frozenset(ids[:1])),
    }[name]


def ordered(desk, order):
    """Three of one thing and one of another."""
    counts = (("A", 3), ("B", 1))
    lines = [connections.line(desk.store.platform, quantity=n, price="10.00", sku=sku) for sku, n in counts]
    return desk.order(lines=lines, **order)


def confirmed(desk, name, **order):
    record = ordered(desk, order)
    return record, desk.confirm(record, wish(desk.live(record), name))


def act_before(monkeypatch, desk, record, cancellation, position, act):
    """Once, just before the step begins: as it is claimed alone, or with the end of the one before it."""
    done = []

    def failpoint(_name):
        earlier = cancellation.steps.filter(position__lt=position).exclude(state="applied").exists()
        if not done and not earlier:
            done.append(act(colleagues.of(desk.world, desk.store.platform, record.external_id)))

    for room in (executor, step_runner):
        monkeypatch.setattr(room, "failpoint", failpoint)
    return done


CHANGES = [pytest.param(case.platform, case, id=name) for name, case in CASES.items()]


@pytest.mark.parametrize(("desk", "case"), CHANGES, indirect=["desk"])
def test_an_order_that_somebody_changed_gets_nothing_more_from_us(desk, case, monkeypatch):
    record, cancellation = confirmed(desk, case.wish, **case.order)
    kinds = tuple(step.kind for step in cancellation.steps.all() if step.kind not in ("verify", "assisted"))
    assert kinds[: len(case.steps)] == case.steps
    acted = act_before(monkeypatch, desk, record, cancellation, case.before, case.act)

    stopped = desk.work(cancellation, hours=3)

    assert acted
    assert stopped.state == "needs_operator", stopped.trouble
    assert case.words in stopped.trouble
    assert stopped.trouble.startswith("Nothing was sent.")
    rest = stopped.steps.filter(position__gte=case.before)
    assert [step.attempts.count() for step in rest] == [0] * rest.count()
    assert rest[0].state == "needs_person"


# --- false alarms -------------------------------------------------------------------------------------
TWO_REFUNDS = [
    pytest.param("magento", "all", TWO_BILLS, id="magento"),
    pytest.param("woocommerce", "edit", {}, id="woocommerce"),
    pytest.param("square", "keep all", CARD_AND_CASH, id="square"),
]


@pytest.mark.parametrize(("desk", "name", "order"), TWO_REFUNDS, indirect=["desk"])
def test_a_total_that_lags_behind_our_first_refund_is_read_again_and_accuses_nobody(desk, name, order, monkeypatch):
    _record, cancellation = confirmed(desk, name, **order)
    second = cancellation.steps.filter(kind="refund").last()
    before = codec.loads(Order, cancellation.preview.facts)
    look_again, lagged = orders.look_again, []

    def lags(*args):
        """The guard of the second refund is shown the order as it was before the first, three times."""
        seen = look_again(*args)
        first_is_done = not cancellation.steps.filter(position__lt=second.position).exclude(state="applied").exists()
        if first_is_done and len(lagged) < 3:
            lagged.append(1)
            totals = replace(seen.order.totals, refunded=before.totals.refunded)
            return replace(seen, order=replace(seen.order, totals=totals))
        return seen

    monkeypatch.setattr(guards.orders, "look_again", lags)

    done = desk.work(cancellation, hours=3)

    assert len(lagged) == 3
    assert (done.state, done.trouble) == ("done", "")
    assert desk.count("refund") == 2


@pytest.mark.parametrize(("desk", "name", "order"), TWO_REFUNDS, indirect=["desk"])
def test_a_total_that_never_shows_our_first_refund_asks_a_person_and_accuses_nobody(desk, name, order, monkeypatch):
    _record, cancellation = confirmed(desk, name, **order)
    before = codec.loads(Order, cancellation.preview.facts)
    look_again = orders.look_again

    def lags(*args):
        seen = look_again(*args)
        return replace(
            seen, order=replace(seen.order, totals=replace(seen.order.totals, refunded=before.totals.refunded))
        )

    monkeypatch.setattr(guards.orders, "look_again", lags)

    stopped = desk.work(cancellation, hours=3)

    assert stopped.state == "needs_operator"
    assert stopped.trouble == "Nothing was sent. The order does not show the steps before yet."
    assert desk.count("refund") == 1


@pytest.mark.parametrize(("desk", "name", "order"), TWO_REFUNDS, indirect=["desk"])
def test_a_first_refund_that_a_person_settled_by_hand_does_not_stop_the_second(desk, name, order):
    """Paid back by bank transfer: the platform will never show it."""
    _record, cancellation = confirmed(desk, name, **order)
    first = cancellation.steps.filter(kind="refund").first()
    Step.objects.filter(pk=first.pk).update(state="needs_person")
    Cancellation.objects.filter(pk=cancellation.pk).update(state="needs_operator")
    Step.objects.filter(cancellation=cancellation, position__lt=first.position).update(state="applied")
    first = Step.objects.select_related("cancellation__store").get(pk=first.pk)
    decide.settle(actor=desk.staff, step=first, evidence="transfer 4711", note="Paid back by bank transfer")

    done = desk.work(cancellation, hours=3)

    assert done.state == "done", done.trouble
    assert desk.count("refund") == 1
    assert done.differs


@pytest.mark.parametrize("desk", ["woocommerce", "square"], indirect=True)
def test_another_address_is_no_other_plan(desk, monkeypatch):
    """A note, a tag, an address: none of them changes what is cancelled."""
    words = {
        "woocommerce": lambda s: s.write(shipping={"address_1": "1 Other Street", "city": "Elsewhere"}),
        "square": lambda s: s.rename("Another name"),
    }
    record, cancellation = confirmed(desk, "one")
    acted = act_before(monkeypatch, desk, record, cancellation, 1, words[desk.store.platform])

    done = desk.work(cancellation, hours=3)

    assert acted
    assert done.state == "done", done.trouble


ORDERS = {
    "shopify": ({}, {"tender": [("bogus", "20.00"), ("gift_card", "29.50")]}, {"presentment": ("EUR", "1.25")},
                {"pay": "authorised"}, {"pay": "partly_captured", "captured": "20.00"}),
    "woocommerce": ({}, {"fees": {"Gift wrap": "3.00"}}),
    "bigcommerce": ({}, {"pay": "waiting"}, {"pay": "authorised"}),
    "magento": ({}, TWO_BILLS, {"rate": "1.25", "currency": "EUR"}),
    "shoplazza": ({}, {"tender": [("bogus", "20.00"), ("custom", "25.00")]}, {"tip": "2.00"}),
    "square": ({}, {"pay": "authorised"}, {"pay": "unpaid"}, CARD_AND_CASH),
    "modern_dropship": ({},),
}  # fmt: skip
UNTOUCHED = [
    pytest.param(platform, order, id=f"{platform} {' '.join(order)}", marks=() if not order else pytest.mark.prove)
    for platform, orders_of in ORDERS.items()
    for order in orders_of
]


@pytest.mark.parametrize(("desk", "order"), UNTOUCHED, indirect=["desk"])
def test_an_order_that_nobody_touched_raises_no_alarm_between_our_steps(desk, order):
    """All, all with some stock kept, all with all stock kept, and some units: whatever steps that makes."""
    for name in ("all", "edit", "keep", "keep all"):
        lines = [
            connections.line(desk.store.platform, quantity=n, price="10.00", sku=sku) for sku, n in (("A", 3), ("B", 1))
        ]
        record = desk.order(lines=lines, **order)
        request = wish(desk.live(record), name)
        if desk.plan(record, request).blockers:
            continue
        ended = desk.work(desk.confirm(record, request), hours=3)
        by_hand = ended.steps.filter(kind="assisted").first()
        assert ended.state == ("needs_operator" if by_hand else "done"), (name, ended.trouble)
        assert not ended.steps.exclude(kind="assisted").filter(state="needs_person").exists()
