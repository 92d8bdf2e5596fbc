"""Money and units. Decimal text and the way credit memos round: what rounding leaves is carried to the next line."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT, NOISE = Decimal("0.01"), Decimal("1E-10")
ZERO = Decimal(0)


def dec(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def cents(value: Decimal) -> Decimal:
    """PHP's round(): what is half a cent but for the noise of a division is half a cent."""
    return value.quantize(NOISE, ROUND_HALF_UP).quantize(CENT, ROUND_HALF_UP)


def text(value: Decimal) -> str:
    return f"{value:f}"


def plus(record: dict[str, Any], name: str, value: Decimal) -> None:
    record[name] = text(dec(record.get(name)) + value)


def taxed(
    amount: Decimal, off: Decimal, rate: Decimal, *, is_incl: bool, after: bool
) -> tuple[Decimal, Decimal, Decimal]:
    """(net before the discount, tax, compensation): what a discount takes off the tax inside of prices that contain it
    is told apart as compensation, since the discount is told with it."""
    if not is_incl:
        return amount, cents((amount - off if after else amount) * rate), ZERO
    whole = cents(amount * rate / (1 + rate))
    tax = cents((amount - off) * rate / (1 + rate)) if after else whole
    return amount - whole, tax, whole - tax


class Rounder:
    """Math\\Calculator::deltaRound."""

    def __init__(self) -> None:
        self.delta = ZERO

    def __call__(self, price: Decimal, *, negative: bool = False) -> Decimal:
        if not price:
            return price
        sign = -1 if negative else 1
        whole = price + sign * self.delta
        rounded = cents(whole)
        self.delta = sign * (whole - rounded)
        return rounded


# Where an order stands: what of each item can be invoiced, shipped, refunded, cancelled, and the state it is in
Body = dict[str, Any]
NEVER_CANCELLED = ("canceled", "complete", "closed", "holded", "payment_review")
NEVER_REFUNDED = ("holded", "payment_review", "canceled", "closed")


def real(order: Body) -> Iterator[Body]:
    """Items that are invoiced and refunded; children of a configurable and parents of a bundle are dummies."""
    return (item for item in order["items"] if not item["dummy"])


def item_of(order: Body, item_id: object) -> Body | None:
    return next((item for item in order["items"] if item["id"] == item_id), None)


def to_invoice(item: Body) -> int:
    return max(0, int(item["ordered"] - item["invoiced"] - item["canceled"]))


def to_ship(item: Body) -> int:
    if item["virtual"]:
        return 0
    return max(0, int(item["ordered"] - item["shipped"] - item["refunded"] - item["canceled"]))


def to_cancel(item: Body) -> int:
    gone = item["ordered"] - item["shipped"] - item["refunded"] - item["canceled"]
    return max(0, min(to_invoice(item), int(gone)))


def to_refund(item: Body) -> int:
    return max(0, int(item["invoiced"] - item["refunded"]))


def can_cancel(order: Body) -> bool:
    return order["state"] not in NEVER_CANCELLED and any(map(to_invoice, real(order)))


def worth(line: Body) -> Decimal:
    """What the customer paid for a line of an order, an invoice or a credit memo."""
    return dec(line["row"]) - dec(line["discount"]) + dec(line["tax"]) + dec(line["compensation"])


def credit(order: Body) -> Decimal:
    """What store credit and gift cards paid of it."""
    return sum((dec(value) for name, value in order["extras"].items() if name.endswith("_amount")), ZERO)


def money_left(order: Body) -> Any:
    return dec(order["total_paid"]) - dec(order["total_refunded"])


def may_be_more(order: Body) -> bool:
    """Is there something a further credit memo could be of? A fee that was kept counts as nothing; an order of 0.00 is
    done with after one."""
    if not dec(order["grand"]):
        return not order["memos"] or any(map(to_refund, real(order)))
    return money_left(order) not in (ZERO, dec(order["adjust_neg"]))


def resolve(order: Body) -> str:
    """The state after an invoice, a shipment or a credit memo."""
    if order["state"] in ("holded", "canceled", "payment_review"):
        return str(order["state"])
    if any(map(to_invoice, real(order))) or any(map(to_ship, real(order))):
        return "processing" if any(i["invoiced"] for i in order["items"]) else str(order["state"])
    return "complete" if may_be_more(order) else "closed"


STATUS = {"new": "pending", "processing": "processing", "holded": "holded"}


def set_state(order: Body, state: str) -> None:
    order["state"], order["status"] = state, STATUS.get(state, state)
