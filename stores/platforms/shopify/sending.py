"""Ours to theirs: each command as a document and its variables. Amounts travel as text, units as whole numbers."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from stores.canonical.commands import CancelOrder, CorrectStock, EditedLine, EditOrder, RefundOrder, UnitsBack
from stores.kernel.errors import InputRejected
from stores.kernel.money import Money
from stores.platforms.shopify import capabilities


def cancel_body(command: CancelOrder, note: str) -> dict[str, Any]:
    """`refundMethod` is always sent: what its absence means is not documented."""
    return {
        "orderId": command.order_id,
        "reason": capabilities.REASONS[command.reason],
        "restock": command.restock,
        "notify": command.notify,
        "note": note,
        "method": {"originalPaymentMethodsRefund": command.refund},
    }


def refund_body(command: RefundOrder, note: str, key: str) -> dict[str, Any]:
    """Transactions 1:1 from the plan: an empty list takes units off and pays nothing."""
    wanted: dict[str, Any] = {
        "orderId": command.order_id,
        "currency": command.currency,
        "note": note,
        "notify": command.notify,
        "refundLineItems": [units_back(line) for line in command.lines],
        "transactions": [
            {
                "orderId": command.order_id,
                "kind": "REFUND",
                "gateway": payment.gateway,
                "parentId": payment.payment_id,
                "amount": amount(payment.amount),
            }
            for payment in command.payments
        ],
    }
    if command.shipping:
        wanted["shipping"] = {"amount": amount(command.shipping)}
    if command.duties:
        wanted["refundDuties"] = [{"dutyId": duty, "refundType": "FULL"} for duty in command.duties]
    return {"input": wanted, "key": key}


def units_back(line: UnitsBack) -> dict[str, Any]:
    kind = "CANCEL" if line.restock else "NO_RESTOCK"
    wanted = {"lineItemId": line.line_id, "quantity": whole(line.units), "restockType": kind}
    return wanted | ({"locationId": line.location_id} if line.restock and line.location_id else {})


def quantities_body(session: str, lines: list[tuple[str, EditedLine]]) -> dict[str, Any]:
    """`keep` is what stays on the order, shipped units included: set-quantity is absolute."""
    found: dict[str, Any] = {"session": session}
    for i, (calculated_id, line) in enumerate(lines):
        found |= {f"l{i}": calculated_id, f"q{i}": whole(line.keep), f"r{i}": line.restock}
    return found


def commit_body(session: str, command: EditOrder, note: str) -> dict[str, Any]:
    return {"id": session, "notify": command.notify, "note": note}


def stock_body(command: CorrectStock, tag: str, key: str) -> dict[str, Any]:
    """`changeFromQuantity: null` says in so many words that nothing is to be compared (required from 2026-04)."""
    changes = [
        {
            "inventoryItemId": change.stock_item_id,
            "locationId": change.location_id,
            "delta": whole(change.delta),
            "changeFromQuantity": None,
        }
        for change in command.changes
    ]
    wanted = {"name": "available", "reason": "correction", "referenceDocumentUri": reference(tag), "changes": changes}
    return {"input": wanted, "key": key}


def reference(tag: str) -> str:
    """The step's mark as an address, for the stock history: [op 7f3a9c21] → gid://rescind/Step/7f3a9c21"""
    return "gid://rescind/Step/" + re.sub(r"[^0-9A-Za-z]", "", tag.removeprefix("[op"))


def amount(money: Money) -> str:
    return format(money.rounded().amount, "f")


def whole(units: Decimal) -> int:
    """Raises InputRejected for a part of a unit: the platform counts whole ones."""
    if units != units.to_integral_value():
        raise InputRejected("units", _("Shopify counts whole units only."))
    return int(units)
