"""What units, shipping and fees are worth: one pure function, for the quote and for what is sent.

k of n units are their share of the line with its tax, rounded once to the store's digits, and never more than is left;
the last units take what rounding left over; tax and net are parts of that. Everything: all that can still be refunded
but what was kept on purpose when units went back earlier. The amount always wins: the lines are made to fit it, so that
the shop's books say the same as its money.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from stores.platforms.woocommerce.amounts import floored, rounded
from stores.platforms.woocommerce.ledger import ZERO, Books, Item, Kind


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
    due = sum((share.gross for share in (*goods, *sent, *extra)), ZERO)
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
    due = sum((share.gross for share in shares), ZERO)
    gap = amount - due
    if not shares or gap == 0:
        return list(shares)
    if abs(gap) > step * 2 * len(shares):
        if gap > 0:
            return list(shares)
        shares = _scaled(shares, amount, step)
        gap = amount - sum((share.gross for share in shares), ZERO)
    largest = max(range(goods or len(shares)), key=lambda place: shares[place].net)
    return [replace(s, net=s.net + gap) if place == largest else s for place, s in enumerate(shares)]


def _scaled(shares: Sequence[Share], amount: Decimal, step: Decimal) -> list[Share]:
    """Positive shares shrink in proportion, discounts stay whole."""
    off = sum((share.gross for share in shares if share.net < 0), ZERO)
    due = sum((share.gross for share in shares if share.net >= 0), ZERO)
    factor = (amount - off) / due if due else ZERO
    return [
        share
        if share.net < 0
        else replace(
            share,
            net=floored(share.net * factor, step),
            taxes={rate: floored(tax * factor, step) for rate, tax in share.taxes.items()},
        )
        for share in shares
    ]
