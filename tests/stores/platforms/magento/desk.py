"""Magento at the desk: how its orders are made, and what its simulator's ledger shows."""

from __future__ import annotations

from sandbox import connections
from stores.canonical.commands import CancelOrder, RefundOrder
from stores.platforms.magento import Magento
from tests.sandbox import magento_spec
from tests.stores.platforms.desk_contract import DeskTable, Meanwhile


def simulator(desk):
    return connections.of(desk.world, "magento")


TABLE = DeskTable(
    kind=Magento,
    unpaid={"pay": "unpaid"},
    authorised={"pay": "authorised"},
    two_payments={"invoices": [(2, 2), (1, 0)]},
    amounts=("10.00", "33.00"),
    by_hand={"pay": "offline"},
    recorded={"online": False},
    taxed={"tax_rate": "0.19"},
    some="28.56",
    shipped_one={"shipped": 1},
    foreign=({"currency": "EUR", "rate": "0.9137"}, "43.00", "USD"),  # its books are in the shop's currency
    awkward=("bundle", "partly refunded"),
    stock=lambda desk, order: [simulator(desk).stock(sku)["salable"] for sku in ("MUG", "TEA")],
    ends_by_refund=True,
    state=lambda desk, order_id: simulator(desk).order(order_id)["state"],
    ended={"whole": "closed", "own": "complete"},
    operations={"refund": "refund", "cancel": "cancel"},
    refused={"body": {"message": "The order does not allow a creditmemo to be created."}},
    refused_words="does not allow",
    colleague={"units": lambda staff: staff.refund(1)},
    ends_it={"refunded": lambda staff: staff.refund(3, 2)},
    meanwhile=(
        Meanwhile(CancelOrder, lambda staff, order: staff.invoice()),
        Meanwhile(CancelOrder, lambda staff, order: staff.invoice(1)),
        Meanwhile(CancelOrder, lambda staff, order: staff.ship(1)),
        Meanwhile(CancelOrder, lambda staff, order: staff.hold()),
        Meanwhile(CancelOrder, lambda staff, order: staff.cancel()),
        Meanwhile(RefundOrder, lambda staff, order: staff.refund(amount="60.00"), "less_refundable"),
        Meanwhile(RefundOrder, lambda staff, order: staff.refund(3), "units"),
        Meanwhile(RefundOrder, lambda staff, order: staff.refund(3, 2, amount="5.00"), "state"),
        Meanwhile(RefundOrder, lambda staff, order: staff.ship(3), "units"),
        Meanwhile(RefundOrder, lambda staff, order: staff.hold(), "state"),
    ),
    calls={"whole": (7, 7), "unpaid": (5, 5), "authorised": (5, 5), "some": (7, 7)},
    watch=lambda world: world.watchers.append(magento_spec.checker()),
)
