"""What units, shipping and fees are worth; our commands as WooCommerce wants them, and what must be true before.

One pure function serves the quote and what is sent. k of n units are their share of the line with its tax, rounded
once to the store's digits, and never more than is left; the last units take what rounding left over; tax and net are
parts of that. Everything: all that can still be refunded but what was kept on purpose when units went back earlier.
The amount always wins: the lines are made to fit it, so that the shop's books say the same as its money.
Core believes what it is told, and nothing there is idempotent: it refunds two units out of one, restocks and pays
unless told not to, and sets any status over any other. So each amount, unit and switch is said, and checked against
the order read just before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from stores.canonical.commands import CancelOrder, RefundOrder
from stores.connectors import commands
from stores.connectors.errors import refusal
from stores.kernel.errors import Unsupported
from stores.kernel.money import Money
from stores.platforms.woocommerce import capabilities, money
from stores.platforms.woocommerce.cancellable import OPEN, Told
from stores.platforms.woocommerce.mapping import CANCEL_KEY
from stores.platforms.woocommerce.money import ZERO, Books, Item, Kind, floored, rounded


@dataclass(frozen=True)
class Share:
    """What goes back of one item. `units` is 0 for shipping and fees."""

    id: str
    units: Decimal
    net: Decimal
    taxes: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def tax(self) -> Decimal:
        return sum(self.taxes.values(), ZERO)

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    def times(self, factor: Decimal, step: Decimal) -> Share:
        taxes = {rate: floored(tax * factor, step) for rate, tax in self.taxes.items()}
        return replace(self, net=floored(self.net * factor, step), taxes=taxes)


@dataclass(frozen=True)
class Figures:
    """`amount`: what goes back in all; the shares sum to it unless a person gave more than the goods are worth."""

    amount: Decimal
    goods: tuple[Share, ...]
    shipping: tuple[Share, ...]
    fees: tuple[Share, ...]

    @property
    def shares(self) -> tuple[Share, ...]:
        return (*self.goods, *self.shipping, *self.fees)


def figures(
    books: Books,
    units: Mapping[str, Decimal],
    *,
    shipping: Decimal | None = None,
    fees: Decimal | None = None,
    amount: Decimal | None = None,
) -> Figures:
    """shipping, fees: with tax; None: all that is left when everything goes, else nothing. amount: a decided sum."""
    whole = is_everything(books, units)
    goods = [of_units(item, units[item.id], books.step) for item in books.of(Kind.PRODUCT) if units.get(item.id)]
    sent = spread(books, Kind.SHIPPING, _wanted(books, Kind.SHIPPING, shipping, whole))
    extra = spread(books, Kind.FEE, _wanted(books, Kind.FEE, fees, whole))
    if whole:
        extra += [rest(item, books.step) for item in books.of(Kind.FEE) if item.net < 0]
    due = gross_of((*goods, *sent, *extra))
    if amount is None:
        takes_rest = whole and shipping is None and fees is None
        amount = all_left(books, due) if takes_rest else min(due, books.most)
    cut, end = len(goods), len(goods) + len(sent)
    fitted = fit([*goods, *sent, *extra], amount, books.step, goods=cut)
    return Figures(amount, tuple(fitted[:cut]), tuple(fitted[cut:end]), tuple(fitted[end:]))


def _wanted(books: Books, kind: Kind, said: Decimal | None, whole: bool) -> Decimal:
    if said is None:
        return books.left_of(kind) if whole else ZERO
    return min(max(ZERO, said), books.left_of(kind))


def is_everything(books: Books, units: Mapping[str, Decimal]) -> bool:
    """Every unit that was not given back yet."""
    return bool(units) and all(units.get(item.id, ZERO) == item.units_left for item in books.of(Kind.PRODUCT))


def all_left(books: Books, due: Decimal) -> Decimal:
    """All that can still go back; of an order some of whose money was kept, what the rest of it is worth."""
    if not any(kept(item, books.step) for item in books.of(Kind.PRODUCT)):
        return books.most
    return min(books.most, due + max(books.unlisted, -books.rounding))


def kept(item: Item, step: Decimal) -> Decimal:
    """What a line gave back less for its units than they are worth, beyond rounding: a fee, say."""
    units = min(item.units_back, item.units)
    if not units or item.net < 0:
        return ZERO
    gap = rounded(item.gross * units / item.units, step) - item.gross_back
    return gap if gap > slack(item, step) else ZERO


def slack(item: Item, step: Decimal) -> Decimal:
    """A smallest amount for each unit: what rounding them one by one may come to."""
    return step * max(Decimal(1), item.units)


def of_units(item: Item, units: Decimal, step: Decimal) -> Share:
    due, left = rounded(item.gross * units / item.units, step) if item.units else ZERO, rounded(item.gross_left, step)
    if units == item.units_left and abs(left - due) <= slack(item, step):
        return replace(rest(item, step), units=units)
    return replace(of_gross(item, min(due, left) if item.net >= 0 else max(due, left), step), units=units)


def rest(item: Item, step: Decimal) -> Share:
    taxes = {rate: rounded(left, step) for rate, left in item.taxes_left.items()}
    return Share(item.id, ZERO, rounded(item.gross_left, step) - sum(taxes.values(), ZERO), taxes)


def spread(books: Books, kind: Kind, gross: Decimal) -> list[Share]:
    """An amount with tax over shipping or fees: each gives what it has left, in their order."""
    found = []
    for item in books.of(kind):
        left = rounded(item.gross_left, books.step)
        given = min(gross, left) if item.net >= 0 else ZERO
        if given > 0:
            found.append(rest(item, books.step) if given == left else of_gross(item, given, books.step))
            gross -= given
    return found


def of_gross(item: Item, gross: Decimal, step: Decimal) -> Share:
    """An amount with tax, parted as the item itself is."""
    taxes = {rate: rounded(gross * whole / item.gross, step) for rate, whole in item.taxes.items() if item.gross}
    return Share(item.id, ZERO, gross - sum(taxes.values(), ZERO), taxes)


def fit(shares: Sequence[Share], amount: Decimal, step: Decimal, *, goods: int) -> list[Share]:
    """The shares made to sum to the amount; a surplus beyond rounding stays outside of them.

    goods: so many of them, at the beginning, are lines; rounding goes to them, since shipping and fees have a limit.
    """
    gap = amount - gross_of(shares)
    if not shares or gap == 0:
        return list(shares)
    if abs(gap) > step * 2 * len(shares):
        if gap > 0:
            return list(shares)
        shares = _scaled(shares, amount, step)
        gap = amount - gross_of(shares)
    largest = max(range(goods or len(shares)), key=lambda place: shares[place].net)
    return [replace(s, net=s.net + gap) if place == largest else s for place, s in enumerate(shares)]


def _scaled(shares: Sequence[Share], amount: Decimal, step: Decimal) -> list[Share]:
    """Positive shares shrink in proportion, discounts stay whole."""
    off = gross_of(share for share in shares if share.net < 0)
    due = gross_of(share for share in shares if share.net >= 0)
    factor = (amount - off) / due if due else ZERO
    return [share if share.net < 0 else share.times(factor, step) for share in shares]


def gross_of(shares: Iterable[Share]) -> Decimal:
    return sum((share.gross for share in shares), ZERO)


REFUND_KEY = "_rescind_refund"
REASON_KEY = "_rescind_reason"  # hidden, as every key that begins with an underscore
SHOWN_REASON = "Items cancelled"  # customers read a refund's reason in their order: "Suspected fraud" is not for them
MAY_BE_CANCELLED = (*OPEN, "refunded", "cancelled")  # refunded: the refund before it; cancelled: by the shop itself


def guard_cancel(command: CancelOrder) -> None:
    """Raises Unsupported for what a status cannot tell."""
    if command.refund or command.notify:
        raise Unsupported("cancel_order", str(capabilities.NOT_BY_CANCEL))


def guard_status(command: CancelOrder, told: Told) -> None:
    """Core has no guard of its own: a completed order would become cancelled. Raises RemoteRefused."""
    if told.status not in MAY_BE_CANCELLED or told.has_left or told.sent:
        raise refusal("status_changed", str(capabilities.NO_LONGER_OPEN) % {"status": told.status[:60]})
    if told.kept.holds_kept_stock or (not command.restock and told.kept.took_stock):
        raise refusal("would_restock", capabilities.WOULD_RESTOCK)


def cancel_body(note: str) -> dict[str, Any]:
    """`refunded` is never set by hand: that would record a refund of everything that nobody pays."""
    return {"status": "cancelled", "meta_data": [{"key": CANCEL_KEY, "value": note}]}


# --- money and units -----------------------------------------------------------------------------------
def whole(command: RefundOrder) -> Money:
    """Raises Unsupported for a refund of nothing: units without an amount would give 0.00 and restock."""
    return commands.whole(command, capabilities.NOTHING_BACK)


def guard_refund(command: RefundOrder) -> None:
    """Raises Unsupported for what a refund cannot tell."""
    if command.notify:
        raise Unsupported("notify_customer", str(capabilities.NO_MAIL))
    whole(command)


def guard_units(command: RefundOrder, told: Told) -> None:
    """What left meanwhile, or was ended by somebody else, is not refunded as cancelled. Raises RemoteRefused."""
    if told.status not in OPEN or told.has_left:
        raise refusal("status_changed", str(capabilities.CLOSED_MEANWHILE) % {"status": told.status[:60]})
    for line in command.lines:
        known = told.kept.product(line.line_id)
        if known is None or line.units > known.units_left - told.shipped(known):
            title = known.title if known else line.line_id
            raise refusal("fewer_units", str(capabilities.FEWER_UNITS) % {"title": title[:80]})


def guard_money(command: RefundOrder, kept: Books) -> None:
    """The order's own figures just before the refund. Raises RemoteRefused, also for a sum finer than it counts."""
    parts = ((command.shipping, Kind.SHIPPING), (command.fees, Kind.FEE))
    left = [(part, Money(kept.left_of(kind), kept.currency)) for part, kind in parts]
    commands.guard_money(command, whole(command), Money(kept.most, kept.currency), left)
    amount = whole(command).amount
    if amount != money.rounded(amount, kept.step):
        raise refusal("too_fine", str(capabilities.TOO_FINE) % {"step": money.told(kept.step)})


def restocks(command: RefundOrder, kept: Books) -> bool:
    """The one switch of the whole refund. Raises RemoteRefused where lines that took stock want both."""
    taken = {item.id for item in kept.of(Kind.PRODUCT) if item.taken > 0}
    wishes = {line.restock for line in command.lines if line.line_id in taken}
    if len(wishes) == 2:
        raise refusal("mixed_stock", capabilities.MIXED_STOCK)
    return True in wishes


def refund_body(command: RefundOrder, kept: Books, note: str, tag: str) -> dict[str, Any]:
    """Every field is said: WooCommerce pays and restocks by default, and computes nothing before 11.1."""
    guard_money(command, kept)
    found = figures(
        kept,
        {line.line_id: line.units for line in command.lines},
        shipping=command.shipping.amount if command.shipping else ZERO,
        fees=command.fees.amount if command.fees else ZERO,
        amount=whole(command).amount,
    )
    return {
        "amount": money.told(money.rounded(found.amount, kept.step)),
        "reason": note,
        "api_refund": pays(command),
        "api_restock": restocks(command, kept),
        "line_items": [item(share) for share in found.shares],
        "meta_data": [{"key": REFUND_KEY, "value": tag}, {"key": REASON_KEY, "value": command.note}],
    }


def pays(command: RefundOrder) -> bool:
    """False where the payment method cannot pay back: the refund is only recorded."""
    return not any(payment.is_manual for payment in command.payments)


def item(share: Share) -> dict[str, Any]:
    """Amounts without tax, taxes by rate; `quantity` 0 for shipping and fees, which have none."""
    return {
        "id": int(share.id),
        "quantity": commands.pieces(share.units, "WooCommerce"),
        "refund_total": money.told(share.net),
        "refund_tax": [{"id": int(rate), "refund_total": money.told(tax)} for rate, tax in share.taxes.items()],
    }
