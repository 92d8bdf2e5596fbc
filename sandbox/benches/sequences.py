"""An order cancelled bit by bit to its end, in mixed ways: previewed, confirmed, carried out, compared each time.

Kept money, free lines, amounts of one's own, money given back by somebody else, kept stock. What was shown, what the
limit saw, what the ledger moved and what the receipt tells must be one figure. Every choice comes from `pick`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, Protocol

from cancellations.models import Cancellation, Preview
from cancellations.planning import amounts
from cancellations.planning.plan import EffectKind, Plan
from cancellations.services import preview
from sandbox import connections
from sandbox.world import World
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel.money import Money
from stores.models import OrderRecord

ACTS = 4  # before the last, which takes all that is left
PRICES = ("20.00", "9.99", "50.00", "0.00", "7.35")
BY_UNITS = frozenset({"bigcommerce", "modern_dropship"})  # there money never goes back alone


class Hands(Protocol):
    """Whoever carries it out: the desk of the tests, or the bench."""

    @property
    def world(self) -> World: ...

    def make(self, **spec: Any) -> OrderRecord: ...
    def live(self, record: OrderRecord) -> Order: ...
    def preview(self, record: OrderRecord, request: CancelRequest) -> Preview: ...
    def carry_out(self, seen: Preview) -> Cancellation: ...
    def rest(self) -> None:
        """Until the shop's rate limit has recovered."""


@dataclass
class Played:
    """What came of one sequence. faults: words, empty when all of it agreed."""

    platform: str
    spec: dict[str, Any] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    blocked: Counter[str] = field(default_factory=Counter)
    plans: int = 0

    def __str__(self) -> str:
        return "\n".join([f"{self.platform} {self.spec}", *self.story, *(f"FAULT {fault}" for fault in self.faults)])


def play(hands: Hands, platform: str, pick: Random) -> Played:
    """Make an order and cancel it to the end."""
    played = Played(platform, _spec(platform, pick))
    record = hands.make(**played.spec)
    for turn in range(ACTS + 1):
        if turn < ACTS and pick.random() < 0.15:
            _money_alone(hands, hands.live(record), pick, played)
        order = hands.live(record)
        if played.faults or not _is_open(order):
            return played
        _act(hands, record, order, _wish(order, pick, is_last=turn == ACTS), played)
    for choice in (RefundChoice.FULL, RefundChoice.NONE):  # what was refused goes now, or says why not
        order = hands.live(record)
        if not played.faults and _is_open(order):
            _act(hands, record, order, _rest(order, choice), played)
    return played


def _is_open(order: Order) -> bool:
    return any(line.cancellable for line in order.lines)


def _spec(platform: str, pick: Random) -> dict[str, Any]:
    rows = [(pick.choice(PRICES), pick.randint(1, 3)) for _ in range(pick.randint(1, 3))]
    if not any(Decimal(price) for price, _units in rows):
        rows.append(("12.00", 1))
    lines = [
        connections.line(platform, title=f"Lamp {n}", sku=f"L-{n}", price=price, quantity=units)
        for n, (price, units) in enumerate(rows)
    ]
    return {"lines": lines, **_words(platform, pick)}


def _words(platform: str, pick: Random) -> dict[str, Any]:
    """Shipping and tax, in the words of the platform."""
    rate = pick.choice(("0", "0", "0.19", "0.075"))
    shipping = pick.choice(("0", "5.00"))
    match platform:
        case "shopify":
            app = pick.choice(("own", "other"))  # an order of another app cannot be edited
            return {"tax": rate, "shipping": shipping, "app": app}
        case "square":
            return {"tax_rate": f"{Decimal(rate) * 100:f}", "charge": shipping}
        case "modern_dropship":
            return {}
    return {"tax_rate": rate, "shipping": shipping}


# --- what is wished ----------------------------------------------------------------------------------
def _wish(order: Order, pick: Random, *, is_last: bool) -> CancelRequest:
    open_lines = [line for line in order.lines if line.cancellable > 0]
    if is_last:
        chosen = {line.id: line.cancellable for line in open_lines}
    else:
        some = pick.sample(open_lines, pick.randint(1, len(open_lines)))
        chosen = {line.id: Decimal(pick.randint(1, max(1, int(line.cancellable)))) for line in some}
    choice = pick.choice((RefundChoice.FULL, RefundChoice.FULL, RefundChoice.PART, RefundChoice.NONE))
    keeps_all = order.platform == "modern_dropship"  # else a person would have to count
    return CancelRequest(
        lines=chosen,
        refund=choice,
        part=_part(order, pick) if choice is RefundChoice.PART else {},
        keep_stock=frozenset(i for i in chosen if keeps_all or pick.random() < 0.3),
    )


def _rest(order: Order, choice: RefundChoice) -> CancelRequest:
    lines = {line.id: line.cancellable for line in order.lines if line.cancellable > 0}
    keep = frozenset(lines) if order.platform == "modern_dropship" else frozenset()
    return CancelRequest(lines=lines, refund=choice, keep_stock=keep)


def _part(order: Order, pick: Random) -> dict[str, Money]:
    """Up to what a payment can give: a little less, a part, or all of it."""
    parents = amounts.parents_of(order, None).values()
    shares = {p.payment_id: Decimal(pick.choice(("0.37", "0.5", "0.95", "1"))) for p in parents}
    parts = {
        p.payment_id: Money(p.maximum.amount * shares[p.payment_id], p.maximum.currency).rounded() for p in parents
    }
    return {payment: amount for payment, amount in parts.items() if amount}


def _money_alone(hands: Hands, order: Order, pick: Random, played: Played) -> None:
    """Somebody gives money back in the platform's own desk, without units."""
    if order.platform in BY_UNITS or not amounts.has_captured(order) or not _is_open(order):
        return
    most = max(p.refundable.amount for p in order.payments if p.refundable)
    amount = str(min(most, Decimal(pick.choice(("1.00", "2.50", "8.00")))))
    if order.platform == "shopify":
        hands.world.staff(order.external_id).refund(amount)
    elif order.platform == "magento":
        connections.of(hands.world, "magento").staff(order.external_id).refund(amount=amount)
    else:
        connections.of(hands.world, order.platform).staff(order.external_id).refund(amount)
    hands.rest()  # and it arrives
    played.story.append(f"staff give back {amount}")


# --- one act, and what must agree --------------------------------------------------------------------
def _act(hands: Hands, record: OrderRecord, order: Order, wish: CancelRequest, played: Played) -> None:
    seen = hands.preview(record, wish)
    plan = preview.plan_of(seen)
    played.plans += 1
    played.story.append(f"{_told(wish)} -> {plan.method} {plan.sums.total} {[b.code for b in plan.blockers]}")
    if not plan.can_run:
        played.blocked.update(blocker.code for blocker in plan.blockers)
        played.faults += [] if plan.blockers else ["neither a step nor a reason"]
        return
    money, units = _moved(hands.world, order), _stocked(hands.world, order)
    hands.rest()
    done = hands.carry_out(seen)
    hands.rest()
    money, units = _moved(hands.world, order) - money, _stocked(hands.world, order) - units
    played.faults += _disagreements(order, plan, done, money, hands.live(record))
    played.faults += _wrong_stock(plan, units)


def _told(wish: CancelRequest) -> str:
    units = {key.rsplit("/", 1)[-1]: f"{n:f}" for key, n in wish.lines.items()}
    parts = [str(amount) for amount in wish.part.values()]
    return f"{wish.refund} {units} part={parts} keep={len(wish.keep_stock)}"


def _moved(world: World, order: Order) -> Decimal:
    """What really went back on this order so far, by the ledger of the simulator."""
    return sum((effect.amount for effect in world.effects(order.external_id, kind="refund")), Decimal(0))


def _stocked(world: World, order: Order) -> Decimal:
    """Units of this order that really went back to stock so far, less those taken out again."""
    moved = (Decimal(effect.units) for effect in world.effects(kind="stock"))  # a correction names no order
    if order.platform == "magento":  # a unit that is not put back is written off there
        moved = (units for units in moved if units > 0)
    return sum(moved, Decimal(0))


def _wrong_stock(plan: Plan, units: Decimal) -> Iterator[str]:
    shown = sum((effect.units or Decimal(0) for effect in plan.effects if effect.kind is EffectKind.STOCK), Decimal(0))
    if units != shown:
        yield f"{units:f} units went back to stock, shown were {shown:f}"


def _disagreements(order: Order, plan: Plan, done: Cancellation, moved: Decimal, after: Order) -> Iterator[str]:
    shown = plan.sums.total
    if plan.limit_amount != amounts.in_shop_currency(order, shown):
        yield f"the limit saw {plan.limit_amount}, shown were {shown}"
    if moved != shown.amount:
        yield f"{moved} moved, shown were {shown}"
    if done.state != "done" or done.differs:
        yield f"{done.state}{', differs' if done.differs else ''}: {done.trouble} {done.receipt}"
    elif plan.expected.is_cancelled != (after.cancelled_at is not None):
        yield f"promised {'cancelled' if plan.expected.is_cancelled else 'open'}, is not"
