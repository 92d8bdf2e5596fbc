"""Our commands as Square wants them, and what must be true just before they leave."""

from __future__ import annotations

from typing import Any

from stores.canonical.commands import CancelOrder, EditOrder, PaymentBack, RefundOrder
from stores.canonical.order import Order
from stores.kernel.errors import RemoteRefused, RemoteUnavailable, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node, maybe
from stores.platforms.square import cancellable, capabilities, moneys, refund_tag, refunds, units
from stores.platforms.square.facts import Facts, refund_ids
from stores.platforms.square.fields import currency_of, quantity, spelt
from stores.platforms.square.units import uid

REASON_AT_FULFILMENT = 100
PENDING_WAIT = 30.0
SHOWN_REASON = "Items cancelled"  # a refund's reason may stand on the customer's receipt: no suspicions there


def refuse(code: str, said: object) -> RemoteRefused:
    return RemoteRefused(code, code=code, user_message=str(said))


# --- the order -------------------------------------------------------------------------------------------
def updatable(order: Node) -> Node:
    """Raises RemoteRefused for an order that Square does not let change."""
    if not cancellable.can_update(order):
        raise refuse(
            "not_updatable",
            capabilities.NO_VERSION if json_readers.text(order, "state") == "OPEN" else capabilities.CLOSED,
        )
    return order


def guard_cancel(command: CancelOrder) -> None:
    """Money and stock go back in calls of their own. Raises Unsupported for what this one could not tell."""
    if command.refund or command.restock or command.notify:
        raise Unsupported("cancel_order", str(capabilities.ORDER_ONLY))


def cancel_body(order: Node, payments: list[Node], note: str, tag: str, *, key: str) -> dict[str, Any]:
    """CANCELED while nothing was paid; else only what is still to be handed over. Raises RemoteRefused."""
    live = units.fulfilments(updatable(order), *units.LIVE)
    paid = any(json_readers.text(payment, "status") == moneys.TAKEN for payment in payments)
    if any(json_readers.text(payment, "status") == moneys.HELD for payment in payments):
        raise refuse("still_held", capabilities.STILL_HELD)
    if any(moneys.is_coming(payment) for payment in payments):
        raise refuse("still_coming", capabilities.PENDING_PAYMENT)
    if units.fulfilments(order, units.GONE):
        raise refuse("shipped", capabilities.SHIPPED)
    if paid and not live:
        raise refuse("nothing_to_cancel", capabilities.REFUND_ENDS_IT)
    wanted = head(order) | {"metadata": {cancellable.NOTE: note}}
    if live:
        wanted["fulfillments"] = [called_off(one, note, tag) for one in live]
    return {"idempotency_key": key, "order": wanted if paid else wanted | {"state": units.CANCELED}}


def head(order: Node) -> dict[str, Any]:
    return {"location_id": json_readers.ident(order, "location_id"), "version": order["version"]}


def called_off(fulfilment: Node, note: str, tag: str) -> dict[str, Any]:
    """With the reason where people see it, as far as it fits; our mark stands whole."""
    words_of = note.removesuffix(tag).strip()[: REASON_AT_FULFILMENT - len(tag) - 1].strip()
    details = cancellable.DETAILS.get(json_readers.text(fulfilment, "type"))
    told = {details: {"cancel_reason": f"{words_of} {tag}".strip()}} if details else {}
    return {"uid": json_readers.ident(fulfilment, "uid"), "state": units.CANCELED, **told}


def edit_body(command: EditOrder, order: Node, note: str, *, key: str) -> dict[str, Any]:
    """The units that stay, absolute; a line of none is cleared. Raises RemoteRefused where that is not so simple."""
    known = {uid(line): line for line in units.lines_of(updatable(order))}
    if cancellable.is_paid(order) or held(order):
        raise refuse("paid", capabilities.PAID_EDIT)
    if any(line.line_id not in known for line in command.lines):
        raise refuse("line_gone", capabilities.MOVED)
    if any(line.keep > quantity(known[line.line_id]) for line in command.lines):
        raise refuse("line_shrank", capabilities.MOVED)
    cleared = [line.line_id for line in command.lines if not line.keep]
    if len(cleared) == len(known):
        raise refuse("nothing_left", capabilities.NOTHING_LEFT)
    wanted = head(order) | {"metadata": {cancellable.EDIT_NOTE: note}}
    kept = [{"uid": line.line_id, "quantity": spelt(line.keep)} for line in command.lines if line.keep]
    body: dict[str, Any] = {"idempotency_key": key, "order": wanted | ({"line_items": kept} if kept else {})}
    return body | ({"fields_to_clear": [f"line_items[{ident}]" for ident in cleared]} if cleared else {})


def held(order: Node) -> bool:
    cards = (
        json_readers.text(maybe(tender, "card_details"), "status") for tender in json_readers.nodes(order, "tenders")
    )
    return "AUTHORIZED" in set(cards)


# --- refunds ---------------------------------------------------------------------------------------------
def one_payment(command: RefundOrder) -> PaymentBack:
    """Square refunds an amount of one payment. Raises Unsupported for anything else."""
    if len(command.payments) != 1 or command.payments[0].amount.amount <= 0:
        raise Unsupported("refund", str(capabilities.NOTHING_BACK))
    return command.payments[0]


def refund_body(command: RefundOrder, facts: Facts, order: Order, tag: str, *, key: str) -> dict[str, Any]:
    """order: made of `facts`, just read. Raises RemoteRefused, or RemoteUnavailable while another refund runs."""
    wanted = one_payment(command)
    payment = next((raw for raw in facts.payments if json_readers.text(raw, "id") == wanted.payment_id), None)
    if payment is None:
        raise refuse("payment_gone", capabilities.MOVED)
    guard(command, wanted, payment, order)
    back = refunds.to_refunds(facts)
    settled = not any(moneys.is_pending(refund) for refund in back)
    taken = {line.line_id: line.units for line in command.lines}
    reason = refund_tag.reason(SHOWN_REASON, tag, taken, units.left(facts.order, back), is_settled=settled)
    body: dict[str, Any] = {
        "idempotency_key": key, "payment_id": wanted.payment_id, "reason": reason,
        "amount_money": {"amount": wanted.amount.minor, "currency": wanted.amount.currency},
    }  # fmt: skip
    token = json_readers.text(payment, "version_token")
    return body | ({"payment_version_token": token} if token else {})


def guard(command: RefundOrder, wanted: PaymentBack, payment: Node, order: Order) -> None:
    """The figures of this moment: what the payment holds, what its refunds allow, what the lines have left."""
    if {command.currency, wanted.amount.currency} != {currency_of(payment)}:
        raise refuse("currency_changed", capabilities.OTHER_CURRENCY)
    if json_readers.text(payment, "status") == moneys.HELD:
        raise refuse("still_held", capabilities.STILL_HELD)
    if len(refund_ids(payment)) >= moneys.MOST_REFUNDS:
        raise refuse("too_many_refunds", capabilities.TWENTY)
    mine = [r for r in order.refunds if any(t.parent_id == wanted.payment_id for t in r.transactions)]
    if any(moneys.is_pending(refund) for refund in mine):
        raise RemoteUnavailable(
            "pending", code="refund_pending", retry_after=PENDING_WAIT, user_message=str(capabilities.PENDING_REFUND)
        )
    left = next((paid.refundable for paid in order.payments if paid.id == wanted.payment_id), None)
    if left is None or left < wanted.amount:
        raise refuse("less_refundable", capabilities.LESS_LEFT)
    for line in command.lines:
        known = {one.id: one for one in order.lines}.get(line.line_id)
        if known is None or line.units > known.refundable or line.units <= 0:
            raise refuse("units_gone", capabilities.UNITS_GONE)
