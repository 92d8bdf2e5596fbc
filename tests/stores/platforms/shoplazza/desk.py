"""Shoplazza at the desk: how its orders are made, and what its simulator's ledger shows."""

from __future__ import annotations

from sandbox import connections
from stores.canonical.commands import RefundOrder
from stores.platforms.shoplazza import Shoplazza
from tests.stores.platforms.desk_contract import DeskTable, Meanwhile

TABLE = DeskTable(
    kind=Shoplazza,
    unpaid={"pay": "waiting"},
    authorised={"pay": "authorised", "channel": "card"},
    two_payments={"tender": [("paypal", "20.00"), ("card", "23.00")]},
    amounts=("20.00", "23.00"),
    by_hand={"channel": "custom"},
    taxed={"tax_rate": "0.07"},
    some="25.68",
    shipped_one={"shipped": 1},
    foreign=({"currency": "EUR", "primary": ("USD", "1.10")}, "43.00", "EUR"),
    awkward=("tip, extra fee and duty",),
    stock=lambda desk, order: [connections.of(desk.world, "shoplazza").stock(sku) for sku in ("MUG", "TEA")],
    returns=frozenset(),  # what a cancel takes off stays out
    operations={"refund": "refund", "cancel": "cancel"},
    refused={"status": 422, "body": {"errors": ["The order cannot be refunded."]}},
    refused_words="cannot be refunded",
    declined=lambda desk: {"channel": "bogus_fail"},
    colleague={
        "units": lambda staff: staff.refund("10.00", note="by hand", units=1),
        "money": lambda staff: staff.refund("10.00", note="by hand"),
    },
    meanwhile=(Meanwhile(RefundOrder, lambda staff, order: staff.refund("60.00"), "less_refundable"),),
)
