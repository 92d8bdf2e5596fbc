"""Shopify at the desk: how its orders are made, and what its simulator's ledger shows."""

from __future__ import annotations

from sandbox.platforms.shopify.values import gid
from stores.platforms.shopify import Shopify
from tests.stores.platforms.desk_contract import DeskTable

MAIN_STREET = 61001


def first_line(staff):
    line = staff.simulator.order(staff.order_id)["lines"][0]
    return gid("LineItem", line["id"])


TABLE = DeskTable(
    kind=Shopify,
    plain={"tax": "0"},
    unpaid={"pay": "pending"},
    authorised={"pay": "authorised"},
    two_payments={"tender": [("bogus", "20.00"), ("gift_card", "23.00")]},
    amounts=("20.00", "23.00"),
    by_hand={"gateway": "manual"},
    recorded={"gateway": "manual"},
    taxed={"tax": "0.10"},
    some="26.40",
    shipped_one={"fulfilled": 1},
    foreign=({"presentment": ("EUR", "1.25")}, "43.00", "EUR"),
    disputed={"dispute": "NEEDS_RESPONSE"},
    stock=lambda desk, order: [
        desk.world.stock(line.stock_item_id, MAIN_STREET)["available"] for line in order.lines
    ],
    operations={"refund": "refundCreate", "cancel": "orderCancel", "edit": "orderEditCommit",
                "stock": "inventoryAdjustQuantities"},
    refused={"code": "INVALID", "message": "Refund amount is too high."},
    refused_words="too high",
    declined=lambda desk: {"gateway": "bogus_fail"},
    declined_words="not pay",
    colleague={
        "units": lambda staff: staff.give_back({first_line(staff): 1}),
        "money": lambda staff: staff.refund("10.00"),
    },
)  # fmt: skip
