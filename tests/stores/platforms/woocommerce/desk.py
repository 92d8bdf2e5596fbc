"""WooCommerce at the desk: how its orders are made, and what its simulator's ledger shows."""

from __future__ import annotations

from sandbox import connections
from stores.canonical.commands import CancelOrder, RefundOrder
from stores.platforms.woocommerce import WooCommerce
from tests.stores.platforms.desk_contract import DeskTable, Meanwhile


def simulator(desk):
    return connections.of(desk.world, "woocommerce")


def without_gateway(desk):
    desk.world.switch("woocommerce_gateway", "fails")
    return {}


def written(status):
    return lambda staff, order: staff.write(status=status)


def become(status):
    return lambda staff, order: staff.move(status)


MAYBE_SHIPPED = ("completed", "trash", "awaiting-pickup", "checkout-draft")  # never written over
NO_LONGER_OPEN = ("completed", "cancelled", "awaiting-pickup")
TABLE = DeskTable(
    kind=WooCommerce,
    unpaid={"pay": "waiting"},
    unpaid_too={"pay": "waiting", "gateway": "bacs"},
    authorised={"pay": "authorised"},
    by_hand={"gateway": "bacs"},
    recorded={"by_hand": True},
    taxed={"tax_rate": "0.19", "coupon": "7.00"},
    some="23.30",
    shipped_one={"fulfilled": 1},
    foreign=({"currency": "JPY", "shipping": "500"}, "538.00", "JPY"),
    awkward=(
        "prices including tax", "negative fee", "variable product", "partly refunded", "partly refunded, money only",
        "free gift inside", "digital", "renumbered", "no name",
    ),
    stock=lambda desk, order: [simulator(desk).stock(order.external_id, line) for line in (0, 1)],
    returns=frozenset({"unpaid_too", "authorised"}),
    state=lambda desk, order_id: simulator(desk).order(order_id)["status"],
    ended={"whole": "cancelled", "unpaid": "cancelled", "all kept": "refunded"},
    operations={"refund": "refund_create", "cancel": "order_update"},
    refused={"status": 400, "body": {"code": "no", "message": "The amount is too high.", "data": {"status": 400}}},
    refused_words="too high",
    declined=without_gateway,
    colleague={
        "units": lambda staff: staff.refund("10.00", units=1),
        "money": lambda staff: staff.refund("10.00"),
    },
    ends_it={"cancelled": lambda staff: staff.move("cancelled"), "completed": lambda staff: staff.move("completed")},
    meanwhile=(
        *(Meanwhile(CancelOrder, written(status), "status_changed", status) for status in MAYBE_SHIPPED),
        *(Meanwhile(RefundOrder, become(status), "status_changed", status) for status in NO_LONGER_OPEN),
    ),
    calls={
        # confirm: order, the digits of its prices, refunds, payment method, preview. Then for each call the order (and
        # its refunds and digits) before it: once by the guard, once by the adapter
        "whole": (5, 14),
        "unpaid": (2, 6),
        "some": (5, 9),
    },
)  # fmt: skip
