"""Ours to theirs: each command as a document and its variables. Amounts travel as text, units as whole numbers.

An edit session is begun and its quantities set by calls without effect; only its commit is one. An abandoned one is
harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from stores.canonical.commands import CancelOrder, CorrectStock, EditedLine, RefundOrder, StockChange, UnitsBack
from stores.connectors import fields
from stores.kernel.errors import InputRejected, RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money
from stores.platforms.shopify import capabilities
from stores.platforms.shopify.api import Api, check_id, paid, refuse, understood


def cancel(*, with_job_result: bool) -> str:
    """`jobResult` came with 2026-10."""
    result = "jobResult { id done status errors { code field message } order { id cancelledAt } }"
    return f"""
mutation CancelOrder($orderId: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $notify: Boolean, $note: String,
  $method: OrderCancelRefundMethodInput) {{
  orderCancel(orderId: $orderId, reason: $reason, restock: $restock, notifyCustomer: $notify, staffNote: $note,
    refundMethod: $method) {{
    job {{ id done }} {result if with_job_result else ""} orderCancelUserErrors {{ field message code }} }}
}}"""


REFUND_ORDER = """
mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id createdAt totalRefundedSet { presentmentMoney { amount currencyCode } }
      transactions(first: 10) { nodes { id kind status errorCode } } }
    userErrors { field message } }
}"""
EDIT_BEGIN = """
mutation EditBegin($id: ID!) {
  orderEditBegin(id: $id) {
    orderEditSession { id }
    calculatedOrder { id totalOutstandingSet { presentmentMoney { amount currencyCode } }
      lineItems(first: 100) { nodes { id quantity editableQuantity sku } } }
    userErrors { field message } }
}"""
EDIT_COMMIT = """
mutation EditCommit($id: ID!, $notify: Boolean, $note: String) {
  orderEditCommit(id: $id, notifyCustomer: $notify, staffNote: $note) {
    order { id edited totalOutstandingSet { presentmentMoney { amount currencyCode } } }
    userErrors { field message } }
}"""
VOID = """
mutation Void($id: ID!) {
  transactionVoid(parentTransactionId: $id) {
    transaction { id kind status errorCode } userErrors { field message code } }
}"""
ADJUST = """
mutation Adjust($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id createdAt reason referenceDocumentUri } userErrors { field message code } }
}"""

LEVEL = """
query Level($item: ID!, $place: ID!) {
  inventoryItem(id: $item) {
    id inventoryLevel(locationId: $place) { id quantities(names: ["available"]) { quantity } } }
}"""


def edit_quantities(count: int) -> str:
    """One document that sets `count` lines of an edit session: variables $session, $l0 $q0 $r0, $l1 …"""
    names = range(count)
    variables = " ".join(f"$l{i}: ID! $q{i}: Int! $r{i}: Boolean!" for i in names)
    calls = " ".join(
        f"a{i}: orderEditSetQuantity(id: $session, lineItemId: $l{i}, quantity: $q{i}, restock: $r{i}) {{"
        f" {TOTAL if i == count - 1 else ''} userErrors {{ field message }} }}"
        for i in names
    )
    return f"mutation EditQuantities($session: ID! {variables}) {{ {calls} }}"


TOTAL = "calculatedOrder { id totalOutstandingSet { presentmentMoney { amount currencyCode } } }"


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


def available(api: Api, change: StockChange) -> int | None:
    """What can be sold of it there now, less than nothing where too much was; None where it never stood there."""
    with understood():
        data = api.read(LEVEL, {"item": change.stock_item_id, "place": change.location_id}, cost=3)
        level = fields.maybe(fields.node(data, "inventoryItem"), "inventoryLevel")
        return int(json_readers.decimal(fields.items(level, "quantities")[0], "quantity")) if level else None


def stock_body(command: CorrectStock, tag: str, key: str, before: Iterable[int | None]) -> dict[str, Any]:
    """before: what was available; Shopify moves nothing where it no longer is (`changeFromQuantity`). So a resend of
    these bytes repeats nothing that a colleague did meanwhile, whatever the key would allow."""
    changes = [
        {
            "inventoryItemId": change.stock_item_id,
            "locationId": change.location_id,
            "delta": whole(change.delta),
            "changeFromQuantity": seen,
        }
        for change, seen in zip(command.changes, before, strict=True)
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


AT_ONCE = 40  # set-quantity calls in one document: 10 points each, and one query may ask for 1,000


@dataclass(frozen=True)
class Session:
    """`outstanding`: what the customer would owe (negative: what the shop owes), in the currency that moves."""

    id: str
    outstanding_before: Money
    outstanding: Money


def open_session(api: Api, order_id: str, lines: Sequence[EditedLine]) -> Session:
    """Begin and set every line. Raises RemoteRefused when the order may not be edited."""
    with understood():
        payload = api.ask(EDIT_BEGIN, "orderEditBegin", cost=112, id=check_id(order_id))
        calculated = fields.node(payload, "calculatedOrder")
        session = fields.ident(fields.maybe(payload, "orderEditSession") or calculated)
        named = _matched(fields.items(calculated, "lineItems"), lines)
        before = paid(calculated, "totalOutstandingSet")
        after = before
        for start in range(0, len(named), AT_ONCE):
            after = _set(api, session, named[start : start + AT_ONCE])
        return Session(session, before, after)


def _matched(calculated: Sequence[Node], lines: Sequence[EditedLine]) -> list[tuple[str, EditedLine]]:
    """A calculated line has the numeric id of the line it stands for. Raises RemoteRefused for one that shrank."""
    known = {_number(fields.ident(node)): node for node in calculated}
    found = []
    for line in lines:
        node = known.get(_number(line.line_id))
        if node is None and len(calculated) < 100:
            said = _("This line is no longer on the order.")
            raise RemoteRefused("no such line", code="line_gone", user_message=said)
        found.append((f"gid://shopify/CalculatedLineItem/{_number(line.line_id)}", line))
    return found


def _number(gid: str) -> str:
    number = gid.rpartition("/")[2]
    if not number.isascii() or not number.isdigit():
        raise Misread("id")
    return number


def _set(api: Api, session: str, lines: list[tuple[str, EditedLine]]) -> Money:
    document = edit_quantities(len(lines))
    data = api.read(document, quantities_body(session, lines), cost=10 * len(lines) + 4)
    last: Node = {}
    for i in range(len(lines)):
        last = fields.node(data, f"a{i}")
        refuse(last)
    return paid(fields.node(last, "calculatedOrder"), "totalOutstandingSet")
