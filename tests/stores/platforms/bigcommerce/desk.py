"""BigCommerce at the desk: how its orders are made, and what its simulator's ledger shows."""

from __future__ import annotations

from sandbox import connections
from stores.canonical.commands import CancelOrder, CorrectStock, RefundOrder
from stores.platforms.bigcommerce import BigCommerce
from tests.stores.platforms.desk_contract import DeskTable, Meanwhile

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
    meanwhile=(
        Meanwhile(CancelOrder, lambda staff, order: staff.ship(1), "", "shipped"),
        Meanwhile(CancelOrder, lambda staff, order: staff.cancel(), "", "Somebody else cancelled"),
        Meanwhile(CancelOrder, lambda staff, order: staff.write(staff_notes="x" * 65_530), "notes_full"),
        Meanwhile(RefundOrder, lambda staff, order: staff.ship(2), "shipped"),
        Meanwhile(RefundOrder, lambda staff, order: staff.cancel(), "not_open"),
        Meanwhile(RefundOrder, lambda staff, order: staff.become(10), "not_open"),
        Meanwhile(RefundOrder, lambda staff, order: staff.reprice("30.00"), "less_refundable"),  # a tax provider may
        Meanwhile(RefundOrder, lambda staff, order: staff.write(can_refund="offline"), "way_changed"),
        Meanwhile(CorrectStock, lambda staff, order: staff.become(4), "cancelled"),
        Meanwhile(CorrectStock, lambda staff, order: staff.cancel(), "cancelled", "may have put all its units back"),
    ),
    calls={
        "whole": (7, 16),  # look 2 · refund 4 + poll 2 · look 2 · cancel 4 with both counts of stock · verify 2
        "some": (7, 16),  # the order once more before stock moves
        "unpaid": (6, 8),
        "authorised": (6, 15),  # a look before each send
    },
)
