"""Where an order stands: what of each item can be invoiced, shipped, refunded, cancelled, and the state it is in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sandbox.platforms.magento.amounts import ZERO, dec

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
