"""Our commands as Square wants them, what must be true just before they leave, and what an answer proves.

A misspelt field is answered with 200, so every answer is looked into.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from stores.canonical import commands
from stores.canonical.order import Order
from stores.canonical.receipts import EffectState, Receipt, RefundState, StockCount
from stores.connectors import refund_record, rows
from stores.connectors.commands import guard_money, guard_units, only_payment
from stores.connectors.errors import refusal
from stores.connectors.fields import in_minor
from stores.connectors.refund_record import spelt
from stores.connectors.roles import Answers
from stores.kernel.errors import RemoteRefused, RemoteUnavailable, Unsupported
from stores.kernel.http.json_readers import Misread, Node, inner, nodes, text, when
from stores.kernel.http.json_readers import ident as ident_of
from stores.kernel.money import Money
from stores.platforms.square import cancellable, capabilities, finding, money
from stores.platforms.square.api import currency_of, quantity, stamp
from stores.platforms.square.cancellable import CANCELED, GONE, LIVE, ZERO, Facts, fulfilments, lines_of, uid
from stores.platforms.square.money import DEAD, DONE, PENDING, refund_ids

REASON_LIMIT, REASON_AT_FULFILMENT = 192, 100  # characters
PENDING_WAIT = 30.0
SHOWN_REASON = "Items cancelled"  # a refund's reason may stand on the customer's receipt: no suspicions there


# --- the order -------------------------------------------------------------------------------------------
def updatable(order: Node) -> Node:
    """Raises RemoteRefused for an order that Square does not let change."""
    if not cancellable.can_update(order):
        raise refusal("not_updatable", cancellable.why_fixed(order))
    return order


def guard_cancel(command: commands.CancelOrder) -> None:
    """Money and stock go back in calls of their own. Raises Unsupported for what this one could not tell."""
    if command.refund or command.restock or command.notify:
        raise Unsupported("cancel_order", str(capabilities.ORDER_ONLY))


def cancel_body(order: Node, payments: Sequence[Node], note: str, tag: str, *, key: str) -> dict[str, Any]:
    """CANCELED while nothing was paid; else only what is still to be handed over. Raises RemoteRefused."""
    live = fulfilments(updatable(order), *LIVE)
    paid = any(text(payment, "status") == money.TAKEN for payment in payments)
    if any(text(payment, "status") == money.HELD for payment in payments):
        raise refusal("still_held", capabilities.STILL_HELD)
    if any(money.is_coming(payment) for payment in payments):
        raise refusal("still_coming", capabilities.PENDING_PAYMENT)
    if fulfilments(order, GONE):
        raise refusal("shipped", capabilities.SHIPPED)
    if paid and not live:
        raise refusal("nothing_to_cancel", capabilities.REFUND_ENDS_IT)
    wanted = head(order) | {"metadata": {cancellable.NOTE: note}}
    if live:
        wanted["fulfillments"] = [called_off(one, note, tag) for one in live]
    return {"idempotency_key": key, "order": wanted if paid else wanted | {"state": CANCELED}}


def head(order: Node) -> dict[str, Any]:
    return {"location_id": ident_of(order, "location_id"), "version": order["version"]}


def called_off(fulfilment: Node, note: str, tag: str) -> dict[str, Any]:
    """With the reason where people see it, as far as it fits; our mark stands whole."""
    words_of = note.removesuffix(tag).strip()[: REASON_AT_FULFILMENT - len(tag) - 1].strip()
    details = cancellable.DETAILS.get(text(fulfilment, "type"))
    told = {details: {"cancel_reason": f"{words_of} {tag}".strip()}} if details else {}
    return {"uid": ident_of(fulfilment, "uid"), "state": CANCELED, **told}


def edit_body(command: commands.EditOrder, order: Node, note: str, *, key: str) -> dict[str, Any]:
    """The units that stay, absolute; a line of none is cleared. Raises RemoteRefused where that is not so simple."""
    known = {uid(line): line for line in lines_of(updatable(order))}
    if cancellable.tender_states(order) & {"CAPTURED", "AUTHORIZED"}:
        raise refusal("paid", capabilities.PAID_EDIT)
    if any(line.line_id not in known for line in command.lines):
        raise refusal("line_gone", capabilities.MOVED)
    if any(line.keep > quantity(known[line.line_id]) for line in command.lines):
        raise refusal("line_shrank", capabilities.MOVED)
    cleared = [line.line_id for line in command.lines if not line.keep]
    if len(cleared) == len(known):
        raise refusal("nothing_left", capabilities.NOTHING_LEFT)
    wanted = head(order) | {"metadata": {cancellable.EDIT_NOTE: note}}
    kept = [{"uid": line.line_id, "quantity": spelt(line.keep)} for line in command.lines if line.keep]
    body: dict[str, Any] = {"idempotency_key": key, "order": wanted | ({"line_items": kept} if kept else {})}
    return body | ({"fields_to_clear": [f"line_items[{ident}]" for ident in cleared]} if cleared else {})


# --- refunds ---------------------------------------------------------------------------------------------
def one_payment(command: commands.RefundOrder) -> commands.PaymentBack:
    """Square refunds an amount of one payment. Raises Unsupported for anything else."""
    return only_payment(command, "refund", capabilities.NOTHING_BACK)


def refund_body(command: commands.RefundOrder, facts: Facts, order: Order, tag: str, *, key: str) -> dict[str, Any]:
    """order: made of `facts`, just read. Raises RemoteRefused, or RemoteUnavailable while another refund runs."""
    wanted = one_payment(command)
    payment = next((raw for raw in facts.payments if text(raw, "id") == wanted.payment_id), None)
    if payment is None:
        raise refusal("payment_gone", capabilities.MOVED)
    guard(command, wanted, payment, order)
    back = finding.to_refunds(facts)
    settled = not any(cancellable.is_pending(refund) for refund in back)
    taken = {line.line_id: line.units for line in command.lines}
    reason = refund_record.written(
        SHOWN_REASON, tag, taken, cancellable.left(facts.order, back),
        is_settled=settled, limit=REASON_LIMIT, too_many=capabilities.TOO_MANY_LINES,
    )  # fmt: skip
    body: dict[str, Any] = {
        "idempotency_key": key, "payment_id": wanted.payment_id, "reason": reason,
        "amount_money": {"amount": wanted.amount.minor, "currency": wanted.amount.currency},
    }  # fmt: skip
    token = text(payment, "version_token")
    return body | ({"payment_version_token": token} if token else {})


def guard(command: commands.RefundOrder, wanted: commands.PaymentBack, payment: Node, order: Order) -> None:
    """The figures of this moment: what the payment holds, what its refunds allow, what the lines have left."""
    if text(payment, "status") == money.HELD:
        raise refusal("still_held", capabilities.STILL_HELD)
    if len(refund_ids(payment)) >= money.MOST_REFUNDS:
        raise refusal("too_many_refunds", capabilities.TWENTY)
    mine = [r for r in order.refunds if any(t.parent_id == wanted.payment_id for t in r.transactions)]
    if any(cancellable.is_pending(refund) for refund in mine):
        raise RemoteUnavailable(
            "pending", code="refund_pending", retry_after=PENDING_WAIT, user_message=str(capabilities.PENDING_REFUND)
        )
    held = (paid.refundable for paid in order.payments if paid.id == wanted.payment_id)
    guard_money(command, wanted.amount, next(held, None) or Money.zero(currency_of(payment)))
    guard_units(command, {line.id: line.refundable for line in order.lines}, capabilities.UNITS_GONE)


# --- putting back ------------------------------------------------------------------------------------
def change_body(command: commands.CorrectStock, *, key: str, tag: str, at: datetime) -> dict[str, Any]:
    """Raises Unsupported for taking units away: an adjustment back would need a state that is true."""
    if not command.changes or any(change.delta <= 0 for change in command.changes):
        raise Unsupported("keep_stock", str(capabilities.ONLY_BACK))
    changes = [one_change(change, f"{command.order_id} {tag}", stamp(at)) for change in command.changes]
    return {"idempotency_key": key, "changes": changes, "ignore_unchanged_counts": True}


def one_change(change: commands.StockChange, mark: str, moment: str) -> dict[str, Any]:
    adjustment = {
        "reference_id": mark, "catalog_object_id": change.stock_item_id, "from_state": finding.COMES_FROM,
        "to_state": finding.GOES_TO, "location_id": change.location_id, "quantity": spelt(change.delta),
        "occurred_at": moment,
    }  # fmt: skip
    return {"type": "ADJUSTMENT", "adjustment": adjustment}


def moved(command: commands.CorrectStock, answer: Node) -> tuple[StockCount, ...]:
    """The counts that are told, and what they were before these units. Raises Misread for what proves nothing."""
    counts = [one for one in nodes(answer, "counts") if text(one, "state") == finding.GOES_TO]
    told = {(text(one, "catalog_object_id"), text(one, "location_id")): count(one) for one in counts}
    if "counts" not in answer and "changes" not in answer:
        raise Misread("counts")
    return tuple(
        StockCount(stock_item_id=item, location_id=place, before=told[item, place] - delta, after=told[item, place])
        for (item, place), delta in finding.asked_back(command).items()
        if (item, place) in told
    )


def count(one: Node) -> Decimal:
    """What is in stock; below zero where more was sold than was counted."""
    said = text(one, "quantity")
    whole = quantity({**one, "quantity": said.removeprefix("-")})
    return -whole if said.startswith("-") else whole


# --- what an answer proves ----------------------------------------------------------------------------
FIRST_LOOK = 2.0  # seconds


def named(found: Node, wanted: str) -> dict[str, str]:
    """It is about what we asked for. Raises Misread."""
    if ident_of(found, "id") != wanted:
        raise Misread("id")
    return {"order": wanted}


def cancelled(command: commands.CancelOrder, body: Node) -> Receipt:
    """An order nobody paid is CANCELED; of a paid one every fulfilment that had not ended is."""
    order = inner(body, "order")
    ids = named(order, command.order_id)
    if text(order, "state") == CANCELED:
        return Receipt.applied(ids, state=EffectState.CANCELLED, cancelled_at=_at(order, "closed_at", "updated_at"))
    if cancellable.is_paid(order) and cancellable.was_called_off(order):
        return Receipt.applied(ids, state=EffectState.CALLED_OFF, cancelled_at=_at(order, "updated_at"))
    raise Misread("order.state")


def _at(order: Node, *names: str) -> datetime | None:
    """A time that cannot be read takes nothing from what the answer proves."""
    return rows.told(lambda: when(order, *names))


def edited(command: commands.EditOrder, body: Node) -> Receipt:
    order = inner(body, "order")
    ids = named(order, command.order_id)
    now = {uid(line): quantity(line) for line in lines_of(order)}
    if any(now.get(line.line_id, ZERO) != line.keep for line in command.lines):
        raise Misread("order.line_items")
    return Receipt.applied(ids, state=EffectState.EDITED)


def voided(command: commands.VoidPayment, body: Node) -> Receipt:
    payment = inner(body, "payment")
    if ident_of(payment, "id") != command.payment_id or text(payment, "status") != "CANCELED":
        raise Misread("payment.status")
    return Receipt.applied({"payment": command.payment_id}, state=EffectState.VOIDED)


def refund(command: commands.RefundOrder, found: Node, no: type[RemoteRefused] = RemoteRefused) -> Receipt:
    """Accepted is not done: PENDING is asked after. Raises `no` when the provider did not pay."""
    if text(found, "payment_id") not in ("", *(p.payment_id for p in command.payments)):
        raise Misread("refund.payment_id")
    ids, state = {"refund": ident_of(found, "id")}, text(found, "status")
    currency = currency_of({"total_money": found.get("amount_money")})
    paid = in_minor(found, "amount_money", currency)
    if paid != command.payments[0].amount:
        raise Misread("refund.amount_money")
    if state == DONE:
        return Receipt.applied(ids, refund_state=RefundState.PAID, refunded=paid)
    if state in DEAD:
        raise no("not paid back", code="refund_failed", user_message=str(capabilities.NOT_PAID_BACK),
                 answer={"refund": dict(found)})  # fmt: skip
    if state in PENDING:
        return Receipt.accepted(ids, refund_state=RefundState.PENDING, refunded=paid, look_after=FIRST_LOOK)
    raise Misread("refund.status")


def adjusted(command: commands.CorrectStock, body: Node) -> Receipt:
    return Receipt.applied({"order": command.order_id}, stock=moved(command, body))


ANSWERS: Answers = {
    commands.CancelOrder: cancelled,
    commands.EditOrder: edited,
    commands.RefundOrder: lambda command, body: refund(command, inner(body, "refund")),
    commands.VoidPayment: voided,
    commands.CorrectStock: adjusted,
}
