"""Square at the desk: how its orders are made, and what its simulator's ledger shows."""

from __future__ import annotations

from sandbox import connections
from stores.canonical.commands import RefundOrder
from stores.platforms.square import Square
from tests.stores.platforms.desk_contract import DeskTable, Meanwhile

TABLE = DeskTable(
    kind=Square,
    paid="38.00",
    unpaid={"pay": "unpaid"},
    authorised={"pay": "authorised"},
    two_payments={"tender": [("CARD", "20.00"), ("CASH", "18.00")]},
    amounts=("18.00", "20.00"),
    by_hand={"source": "CASH"},
    taxed={"tax_rate": "8.5"},
    some="26.04",
    partly_shipped={"fulfilment": "SHIPMENT", "entries": [1, 0]},
    foreign=({"currency": "JPY", "tax_rate": "10"}, "42.00", "JPY"),
    disputed={"disputed": "LOST"},
    awkward=("paid with tip and service charge", "came back at the till"),
    stock=lambda desk, order: [connections.of(desk.world, "square").stock(sku) for sku in ("MUG", "TEA")],
    returns=frozenset({"authorised"}),
    state=lambda desk, order_id: connections.of(desk.world, "square").order(order_id)["state"],
    ended={"unpaid": "CANCELED", "authorised": "CANCELED"},
    operations={"refund": "refund", "cancel": "update", "edit": "update", "void": "void", "stock": "stock"},
    refused={"code": "REFUND_DECLINED", "message": "No."},
    declined=lambda desk: {"outcome": "REJECTED"},
    colleague={"units": lambda staff: staff.take_back(1), "money": lambda staff: staff.refund("10.00")},
    ends_it={"paid back": lambda staff: staff.refund("10.00")},
    meanwhile=(Meanwhile(RefundOrder, lambda staff, order: staff.refund("50.00"), "less_refundable"),),
    calls={
        "whole": (5, 18),  # cancel 4, refund 4, asked after 1, stock 5, verify 4
        "some": (5, 14),  # without the cancel
    },
)
