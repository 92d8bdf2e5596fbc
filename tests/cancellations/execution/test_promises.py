"""What a plan promises is what the sandbox shows afterwards: seed orders × kinds of wish, from preview to receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cancellations.planning import disputes
from cancellations.planning.plan import ReceiptSheet
from cancellations.services import decide, preview, submit
from stores.canonical import codec
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel import clock
from stores.kernel.money import Money
from stores.models import Store
from stores.services import orders, platform_client
from tests import make
from tests.rigs.desk import Desk, connected

Wish = Callable[[Order], CancelRequest]


def everything(order: Order) -> CancelRequest:
    return CancelRequest(lines={line.id: line.cancellable for line in order.lines if line.cancellable})


def some(order: Order) -> CancelRequest:
    """One unit of the first line, and what belongs to it."""
    first = next(line for line in order.lines if line.cancellable)
    if not first.group_id:
        return CancelRequest(lines={first.id: Decimal(1)})
    return CancelRequest(lines={line.id: line.cancellable for line in order.lines if line.group_id == first.group_id})


def kept(order: Order) -> CancelRequest:
    wish = some(order)
    return CancelRequest(lines=wish.lines, keep_stock=frozenset(wish.lines))


def all_kept(order: Order) -> CancelRequest:
    wish = everything(order)
    return CancelRequest(lines=wish.lines, keep_stock=frozenset(wish.lines))


def first_kept(order: Order) -> CancelRequest:
    """Everything, the stock of one line kept: the whole cancel has one flag for all."""
    wish = everything(order)
    return CancelRequest(lines=wish.lines, keep_stock=frozenset(list(wish.lines)[:1]))


def unpaid_back(order: Order) -> CancelRequest:
    return CancelRequest(lines=everything(order).lines, refund=RefundChoice.NONE)


def own_amount(order: Order) -> CancelRequest:
    parts = {p.id: Money(Decimal(1), p.refundable.currency) for p in order.payments if p.refundable}
    return CancelRequest(lines=everything(order).lines, refund=RefundChoice.PART, part=parts)


def own_shipping(order: Order) -> CancelRequest:
    shipping = Money(Decimal(1), order.customer_currency) if order.shipping_refundable else None
    return CancelRequest(lines=everything(order).lines, shipping=shipping)


USUAL = (everything, some, kept)
ALL = (*USUAL, all_kept, first_kept, unpaid_back, own_amount, own_shipping)
CASES: dict[str, tuple[Wish, ...]] = {
    "paid by card": ALL,
    "paid card + gift card": ALL,
    "partly captured": ALL,
    "partly shipped (two locations)": ALL,
    "made by another app, paid": ALL,
    "order discount, three payments": ALL,
    "taxes included": ALL,
    "unpaid": USUAL,
    "authorised": USUAL,
    "with a service (accepted)": USUAL,
    "being packed": USUAL,
    "on hold": USUAL,
    "active return": USUAL,
    "bundle": USUAL,
    "tip and duties": USUAL,
    "open dispute": USUAL,
    "made by another app": USUAL,
    "paid by bank deposit": USUAL,
    "gift card sold": USUAL,
    "digital download": USUAL,
    "closed location, unpaid": USUAL,
    "free order": USUAL,
}
YEN = ("yen shop, paid in euro", "yen shop, paid in yen")


def named(value: object) -> str:
    return getattr(value, "__name__", str(value))


def promises() -> Iterator[Any]:
    """Each order with the usual wishes and one with all; the other pairs are for `make prove`."""
    for seed, wishes in CASES.items():
        for wish in wishes:
            is_usual = wish in USUAL or seed == "paid by card"
            yield pytest.param(seed, wish, marks=() if is_usual else pytest.mark.prove)


@pytest.mark.parametrize(("seed", "wish"), list(promises()), ids=named)
def test_the_promise_is_kept(desk: Desk, seed: str, wish: Wish) -> None:
    keep_promise(desk, desk.store, seed, wish)


@pytest.mark.parametrize("wish", USUAL, ids=named)
@pytest.mark.parametrize("seed", YEN)
def test_the_promise_is_kept_without_decimals_and_in_two_currencies(desk: Desk, seed: str, wish: Wish) -> None:
    desk.world.seed(seed)
    shop = connected(desk.world, "demo-jp")
    make.membership(desk.staff, shop, make.Role.ADMIN)
    keep_promise(desk, shop, seed, wish)


def keep_promise(desk: Desk, shop: Store, seed: str, wish: Wish) -> None:
    """From preview to receipt: nothing but *same* and *the platform does not tell*."""
    made = desk.world.seed(seed)[seed]
    order = platform_client.open_platform(shop).read_order(made.id)
    record = orders.save(shop, order, clock.now())
    asked = wish(order)
    if disputes.standing(order):  # then somebody says why, and a second person agrees
        asked = replace(asked, despite_dispute=True, note="agreed with the bank")
    seen = desk.preview(record, asked)
    assert preview.plan_of(seen).blockers == ()

    confirmed = submit.confirm(actor=desk.staff, seen=seen)
    if confirmed.state == "awaiting_approval":
        second = make.person(is_owner=True)
        decide.approve(actor=second, cancellation=confirmed, fingerprint=confirmed.fingerprint)
    done = desk.work(confirmed)

    rows = codec.loads(ReceiptSheet, done.receipt).lines if done.receipt else ()
    told = [(row.what, row.promised, row.seen, row.note) for row in rows if row.verdict == "differs"]
    assert (done.state, done.trouble, told) == ("done", "", [])
