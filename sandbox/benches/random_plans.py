"""Random orders and wishes for the planner alone, over any recipe, and what must hold for each plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

from cancellations.planning import amounts, planner, refunds
from cancellations.planning.plan import ShopSettings
from sandbox.benches import plan_faults
from stores.canonical.capabilities import Capabilities
from stores.canonical.order import (
    Cancellable,
    EndsWhenRepaid,
    Fulfilment,
    LineItem,
    Location,
    MoneyPair,
    Order,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Placement,
    Readiness,
    Refund,
    Totals,
)
from stores.canonical.recipe import Recipe
from stores.canonical.request import CancelRequest, Quote, QuotedLine, QuotedPayment, Reason, RefundChoice
from stores.connectors.roles import OrderSource
from stores.kernel.money import Money, allocate, total

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PLACE = Location(id="place", name="Warehouse")
DIGITS = {"JPY": "1", "USD": "0.01", "KWD": "0.001"}


def faults(kind: type[OrderSource], pick: Random) -> Iterator[str]:
    """Plan one random wish on one random order; words for whatever does not hold."""
    words = {reason: str(word) for reason, word in kind.reasons.items()}
    return faults_of(kind.recipe, kind.capabilities.spoken(), words, pick)


def faults_of(recipe: Recipe, capabilities: Capabilities, reasons: Mapping[Reason, str], pick: Random) -> Iterator[str]:
    order = _order(pick)
    wish = _wish(order, pick)
    needs = planner.needs_quote(order, wish)
    why = "The platform refuses." if needs and pick.random() < 0.1 else ""
    made = planner.build(
        order,
        wish,
        quote=_quote(recipe, order, wish, pick) if needs and not why else None,
        capabilities=capabilities,
        recipe=recipe,
        reasons=reasons,
        settings=ShopSettings(hold_seconds=0),
        adapter_version="bench",
        why_no_quote=why,
    )
    yield from plan_faults.of_plan(order, wish, made, is_refused=bool(why))
    if made.can_run:
        yield from plan_faults.of_commands(recipe, order, wish, made)


# --- an order ----------------------------------------------------------------------------------------
def _order(pick: Random) -> Order:
    currency = pick.choice(("USD", "USD", "JPY", "KWD"))
    lines = tuple(_line(number, currency, pick) for number in range(pick.randint(1, 4)))
    worth = total((line.unit_price.customer * line.ordered for line in lines), currency).rounded()
    payments = tuple(_payment(number, part, pick) for number, part in enumerate(_split(worth, pick)))
    refunded = total((p.amount.customer - p.refundable for p in payments if p.refundable is not None), currency)
    back = _pair(refunded)
    shipped = any(line.shipped for line in lines)
    is_open = any(line.cancellable for line in lines)
    return Order(
        platform="random",
        external_id="1",
        number="1",
        placed_at=AT,
        updated_at=AT,
        fulfilment=Fulfilment.PARTIAL if shipped else Fulfilment.UNFULFILLED,
        payment=PaymentState.PAID,
        currency=currency,
        customer_currency=currency,
        totals=_totals(worth, refunded),
        lines=lines,
        payments=payments,
        refunds=(Refund(id="R", created_at=AT, amount=back),) if refunded else (),
        shipping_refundable=Money.zero(currency),
        cancellable=(Cancellable.PART if shipped else Cancellable.ALL) if is_open else Cancellable.NONE,
        is_editable=pick.random() < 0.5,
        can_notify=pick.random() < 0.8,
        leaves_for_nothing=not worth,
        cancel_restocks=pick.choice((None, None, True, False)),
        ends_by_refund=pick.random() < 0.2,
        ends_when_repaid=pick.choice(tuple(EndsWhenRepaid)),
    )


def _pair(amount: Money) -> MoneyPair:
    return MoneyPair(shop=amount, customer=amount)


def _totals(worth: Money, refunded: Money) -> Totals:
    none = ("tax", "shipping", "discounts", "refunded_shipping", "outstanding", "capturable")
    paid = ("original", "current", "subtotal", "received", "net")
    zeros, wholes = dict.fromkeys(none, _pair(Money.zero(worth.currency))), dict.fromkeys(paid, _pair(worth))
    return Totals(refunded=_pair(refunded), **zeros, **wholes)


def _line(number: int, currency: str, pick: Random) -> LineItem:
    ordered = Decimal(pick.randint(1, 4))
    cancelled = Decimal(pick.randint(0, int(ordered)))
    shipped = Decimal(pick.choice((0, 0, 0, 0, 0, pick.randint(0, int(ordered - cancelled)))))
    price = Decimal(pick.choice((0, 999, 2000, 5000, 735))) * Decimal(DIGITS[currency])
    left = ordered - cancelled - shipped
    place = Placement(id="p", group_id="g", units=left, readiness=Readiness.OPEN, location=PLACE)
    money = Money(price, currency)
    return LineItem(
        id=f"L{number}",
        title=f"Lamp {number}",
        sku=f"S{number}",
        ordered=ordered,
        current=ordered - cancelled,
        shipped=shipped,
        cancelled=cancelled,
        refundable=ordered - cancelled,
        unfulfilled=left,
        cancellable=left,
        unit_price=_pair(money),
        placements=(place,) if left else (),
        is_tracked=pick.random() < 0.8,
        stock_item_id=f"I{number}",
    )


def _split(worth: Money, pick: Random) -> list[Money]:
    weights = [Decimal(pick.randint(1, 3)) for _ in range(pick.randint(1, 3))]
    return [part for part in allocate(worth, weights) if part] if worth else []


def _payment(number: int, amount: Money, pick: Random) -> Payment:
    """Of which something may have gone back already, or all."""
    share = pick.choice((Decimal(1), Decimal(1), Decimal("0.93"), Decimal("0.4"), Decimal(0)))
    is_held = pick.random() < 0.2  # authorised, never captured
    return Payment(
        id=f"P{number}",
        kind=PaymentKind.AUTHORISATION if is_held else PaymentKind.SALE,
        status=PaymentStatus.SUCCESS,
        gateway=pick.choice(("card", "gift_card")),
        label=f"Payment {number}",
        amount=_pair(amount),
        refundable=None if is_held else Money(amount.amount * share, amount.currency).rounded(),
        capturable=amount if is_held else None,
        is_manual=pick.random() < 0.2,
    )


# --- a wish and its figures --------------------------------------------------------------------------
def _wish(order: Order, pick: Random) -> CancelRequest:
    open_lines = [line for line in order.lines if line.cancellable > 0]
    chosen = {line.id: line.cancellable for line in open_lines}
    if pick.random() < 0.5:
        chosen = {i: Decimal(pick.randint(1, int(units))) for i, units in chosen.items() if pick.random() < 0.6}
    parents = amounts.parents_of(order, None)
    shares = {i: Decimal(pick.choice(("0", "0.5", "0.93", "1"))) for i in parents}
    return CancelRequest(
        lines=chosen,
        refund=pick.choice(tuple(RefundChoice)),
        part={i: Money(p.maximum.amount * shares[i], p.maximum.currency).rounded() for i, p in parents.items()},
        keep_stock=frozenset(i for i in chosen if pick.random() < 0.3),
        notify=pick.random() < 0.2,
    )


def _quote(recipe: Recipe, order: Order, wish: CancelRequest, pick: Random) -> Quote:
    """What the units cost, or now and then all that is left; over the payments as far as they go."""
    left, zero = amounts.left(order), Money.zero(order.customer_currency)
    worth = total((order.line(i).unit_price.customer * n for i, n in wish.lines.items()), zero.currency).rounded()
    most = left or zero
    whole = most if pick.random() < 0.1 else min(worth, most)
    parents = list(amounts.parents_of(order, None).values())
    parts = _in_turn(whole, parents)
    first = parents[0].payment_id if parents and refunds.is_per_payment(recipe) else ""
    lines = (
        QuotedLine(
            line_id=i, units=n, amount=(order.line(i).unit_price.customer * n).rounded(), tax=zero, payment_id=first
        )
        for i, n in wish.lines.items()
    )
    return Quote(
        currency=zero.currency, subtotal=whole, tax=zero, shipping=zero, duties=zero, total=whole, maximum=most,
        lines=tuple(lines), payments=tuple(replace(p, amount=part) for p, part in zip(parents, parts, strict=True)),
    )  # fmt: skip


def _in_turn(whole: Money, parents: list[QuotedPayment]) -> list[Money]:
    parts = []
    for parent in parents:
        part = min(whole, parent.maximum)
        parts.append(part)
        whole = whole - part
    return parts
