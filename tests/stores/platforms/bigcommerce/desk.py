"""BigCommerce at the desk: how its orders are made, and what its simulator's ledger shows."""

from __future__ import annotations

from sandbox import connections
from stores.platforms.bigcommerce import BigCommerce
from tests.stores.platforms.desk_contract import DeskTable

NOT_SETTLED = {"data": [{"status": 422, "title": "The payment is not settled yet.", "type": "", "errors": {}}]}
TABLE = DeskTable(
    kind=BigCommerce,
    unpaid={"pay": "waiting"},
    unpaid_too={"pay": "waiting", "gateway": "bankdeposit"},
    authorised={"pay": "authorised", "gateway": "stripe"},
    two_payments={"tender": [("giftcertificate", "20.00"), ("testgateway", "23.00")]},
    amounts=("20.00", "23.00"),
    by_hand={"can_refund": "offline"},
    recorded={"recorded": "43.00"},
    taxed={"tax_rate": "0.0825"},
    some="25.98",
    shipped_one={"shipped": 1},
    foreign=({"currency": "EUR", "rate": "0.90"}, "43.00", "EUR"),
    disputed={"status": 13},
    dispute=lambda staff: staff.become(13),
    awkward=("fees and wrapping", "refunded before"),
    stock=lambda desk, order: [connections.of(desk.world, "bigcommerce").stock(sku) for sku in ("MUG", "TEA")],
    state=lambda desk, order_id: connections.of(desk.world, "bigcommerce").order(order_id)["status_id"],
    ended={"whole": 5, "unpaid": 5, "authorised": 5, "some": 14},
    operations={"refund": "refund", "cancel": "status", "void": "void", "stock": "adjust"},
    refused={"status": 422, "body": NOT_SETTLED},
    refused_words="not settled yet",
    declined=lambda desk: {"declines": "later"},
    declined_words="declined",
    colleague={"units": lambda staff: staff.refund(1)},
    calls={
        "whole": (7, 16),  # look 2 · refund 4 + poll 2 · look 2 · cancel 4 with both counts of stock · verify 2
        "some": (7, 16),  # the order once more before stock moves
        "unpaid": (6, 8),
        "authorised": (6, 15),  # a look before each send
    },
)
