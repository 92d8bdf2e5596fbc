"""Money of the simulator: decimal text in records, four decimals in v2 answers, numbers in v3 answers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stores.kernel.money import exponent

Body = dict[str, Any]
ZERO = Decimal(0)
OFFLINE = ("bankdeposit", "cod", "cheque", "moneyorder")
UNPAID = (0, 1, 5, 6, 7)


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-exponent(currency)), ROUND_HALF_UP)


def v2(amount: object) -> str:
    return f"{Decimal(str(amount)):.4f}"


def v3(amount: object) -> float:
    """A JSON number; two or three decimals survive the trip exactly."""
    return float(Decimal(str(amount)))


def upto(whole: object, units: int, quantity: int, currency: str) -> Decimal:
    """What the first `units` of `quantity` are worth, so that the parts of a line sum to it."""
    return rounded(Decimal(str(whole)) * units / quantity, currency) if quantity else ZERO


def share(whole: object, done: int, units: int, quantity: int, currency: str) -> Decimal:
    return upto(whole, done + units, quantity, currency) - upto(whole, done, quantity, currency)


def total(order: Body) -> Decimal:
    """All the customer owes, taxes included."""
    lines = sum((Decimal(line["net_inc"]) + Decimal(line["wrapping"]) for line in order["lines"]), ZERO)
    places = sum((Decimal(a["shipping_inc"]) + Decimal(a["handling_inc"]) for a in order["addresses"]), ZERO)
    return lines + places + sum((Decimal(fee["cost"]) for fee in order["fees"]), ZERO)


def tax(order: Body) -> Decimal:
    lines = sum((Decimal(line["tax"]) for line in order["lines"]), ZERO)
    places = (
        Decimal(a[f"{kind}_inc"]) - Decimal(a[f"{kind}_ex"])
        for a in order["addresses"]
        for kind in ("shipping", "handling")
    )
    return lines + sum(places, ZERO)


def taken(order: Body, gateway: str = "") -> Decimal:
    """Money that came in, through one gateway or all."""
    return _sum(order, ("purchase", "capture", "settled"), gateway)


def received(order: Body, gateway: str = "") -> Decimal:
    """As `taken`, and what was paid outside: a person set the order to a state that follows payment."""
    found = taken(order, gateway)
    is_outside = order["gateway"] in OFFLINE and gateway in ("", order["gateway"]) and not taken(order)
    return total(order) if is_outside and order["status_id"] not in UNPAID else found


def held(order: Body) -> Decimal:
    """Authorised and neither captured nor released."""
    return _sum(order, ("authorization",), "") - _sum(order, ("capture", "void"), "")


def _sum(order: Body, events: tuple[str, ...], gateway: str) -> Decimal:
    rows = (t for t in order["transactions"] if t["event"] in events and t["status"] == "ok")
    return sum((Decimal(t["amount"]) for t in rows if gateway in ("", t["gateway"])), ZERO)


def given_back(order: Body, gateway: str = "") -> Decimal:
    """Recorded refunds that were not declined; what is on its way counts."""
    payments = (p for refund in order["refunds"] for p in refund["payments"] if not p["is_declined"])
    return sum((Decimal(p["amount"]) for p in payments if gateway in ("", p["source"])), ZERO)
