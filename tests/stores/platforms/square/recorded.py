"""Recorded answers, kept as JSON beside this file: shapes of the vendor's description of 2025-08-20, values ours."""

from __future__ import annotations

import json
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import responses

from stores.canonical.commands import (
    CancelOrder,
    Command,
    CorrectStock,
    EditedLine,
    EditOrder,
    PaymentBack,
    RefundOrder,
    StockChange,
    UnitsBack,
    VoidPayment,
)
from stores.canonical.request import Reason
from stores.kernel.money import Money
from tests.stores.platforms.square.place import BASE

HERE = Path(__file__).parent
ORDER, PAYMENT = "CAISEM82RcpmcFBM0TfOyiHV3es", "EnZdNAlWCmfh6Mt5FMNST1o7taB"
MUG, BEANS = "8uSwfzvUImn3IRrvciqlXC", "zqLlYhtS3Xqvkj9d4ZgQr"
REFUND = f"{PAYMENT}_0LRiVlbXVwe8ozu4KbZxd12mvaB"
WHOLE = Money(Decimal("53.65"), "USD")


def read(name: str) -> dict[str, Any]:
    """One file, without the word on where it comes from."""
    told: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text())
    return {key: value for key, value in told.items() if key != "source"}


def order(**changes: Any) -> dict[str, Any]:
    return {"order": deepcopy(read("order")["order"]) | changes}


def unpaid() -> dict[str, Any]:
    found = order(tenders=[], net_amount_due_money={"amount": 6757, "currency": "USD"})
    return {"order": {name: value for name, value in found["order"].items() if value != []}}


def payment(**changes: Any) -> dict[str, Any]:
    return {"payment": read("payment")["payment"] | changes}


def refund(**changes: Any) -> dict[str, Any]:
    return {"refund": read("refund")["refund"] | changes}


COMMANDS: dict[type, Command] = {
    CancelOrder: CancelOrder(
        order_id=ORDER, reason=Reason.CUSTOMER, refund=False, restock=False, notify=False, note="bye"
    ),
    EditOrder: EditOrder(
        order_id=ORDER, lines=(EditedLine(line_id=MUG, keep=Decimal(2), restock=False),), notify=False, note="less"
    ),
    RefundOrder: RefundOrder(
        order_id=ORDER,
        currency="USD",
        lines=(UnitsBack(line_id=MUG, units=Decimal(1), restock=False),),
        payments=(PaymentBack(payment_id=PAYMENT, gateway="CARD", amount=Money(Decimal("13.92"), "USD")),),
        shipping=None,
        note="bye",
    ),
    VoidPayment: VoidPayment(order_id=ORDER, payment_id=PAYMENT),
    CorrectStock: CorrectStock(
        order_id=ORDER,
        changes=(StockChange(stock_item_id="BJNQ", location_id="057P5VYJ4A5X1", delta=Decimal(1)),),
    ),
}
EFFECTS: dict[type, str] = {
    CancelOrder: f"{BASE}/orders/{ORDER}",
    EditOrder: f"{BASE}/orders/{ORDER}",
    RefundOrder: f"{BASE}/refunds",
    VoidPayment: f"{BASE}/payments/{PAYMENT}/cancel",
    CorrectStock: f"{BASE}/inventory/changes/batch-create",
}


def serve(network: responses.RequestsMock, command: Command, **answers: Any) -> None:
    """What is read of the order before an effect."""
    network.get(f"{BASE}/orders/{ORDER}", json=order() if isinstance(command, RefundOrder) else unpaid())
    network.get(f"{BASE}/payments/{PAYMENT}", json=payment())
    network.get(f"{BASE}/refunds/{REFUND}", json=refund())
    network.post(f"{BASE}/orders/batch-retrieve", json=read("returns"))


def serve_all(network: responses.RequestsMock, **changes: Any) -> None:
    """What a full read of the paid order asks for."""
    network.get(f"{BASE}/orders/{ORDER}", json=order(**changes))
    network.get(f"{BASE}/locations", json=read("locations"))
    network.get(f"{BASE}/payments/{PAYMENT}", json=payment())
    network.get(f"{BASE}/refunds/{REFUND}", json=refund())
    network.post(f"{BASE}/orders/batch-retrieve", json=read("returns"))
    network.post(f"{BASE}/inventory/changes/batch-retrieve", json=read("changes"))
    network.get(f"{BASE}/disputes", json={})
