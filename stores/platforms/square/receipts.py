"""What an answer to a command proves, and what a later look adds. A misspelt field is answered with 200."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stores.canonical.commands import CancelOrder, Command, CorrectStock, EditOrder, RefundOrder, VoidPayment
from stores.canonical.receipts import EffectState, Outcome, Receipt, RefundState, Reported
from stores.connectors import rows
from stores.kernel.errors import OutcomeUnknown, RemoteRefused, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.platforms.square import cancellable, capabilities, stock, units
from stores.platforms.square.fields import currency_of, money, quantity

FIRST_LOOK = 2.0  # seconds
DONE, PENDING, DEAD = "COMPLETED", ("PENDING", "APPROVED"), ("REJECTED", "FAILED")


def read(command: Command, answer: Answer) -> Receipt:
    """Raises OutcomeUnknown for an answer that does not show the effect, RemoteRefused for a refund that died."""
    try:
        body = json_readers.node(answer.body, "body")
        match command:
            case CancelOrder():
                return cancelled(command, json_readers.node(body.get("order"), "order"))
            case EditOrder():
                return edited(command, json_readers.node(body.get("order"), "order"))
            case RefundOrder():
                return refund(command, json_readers.node(body.get("refund"), "refund"))
            case VoidPayment():
                return voided(command, json_readers.node(body.get("payment"), "payment"))
            case CorrectStock():
                return restocked(command, body)
        raise Unsupported("cancel_lines")
    except Misread as exc:
        raise OutcomeUnknown(f"misread {exc}", code="bad_shape", status=answer.status, answer=answer.body) from exc


def applied(ids: Mapping[str, str], **reported: Any) -> Receipt:
    return Receipt(outcome=Outcome.APPLIED, ids=dict(ids), reported=Reported(**reported))


def named(found: Node, wanted: str) -> dict[str, str]:
    """It is about what we asked for. Raises Misread."""
    if json_readers.ident(found, "id") != wanted:
        raise Misread("id")
    return {"order": wanted}


def cancelled(command: CancelOrder, order: Node) -> Receipt:
    """An order nobody paid is CANCELED; of a paid one every fulfilment that had not ended is."""
    ids = named(order, command.order_id)
    if json_readers.text(order, "state") == units.CANCELED:
        return applied(ids, state=EffectState.CANCELLED, cancelled_at=_at(order, "closed_at", "updated_at"))
    if cancellable.is_paid(order) and cancellable.was_called_off(order):
        return applied(ids, state=EffectState.CALLED_OFF, cancelled_at=_at(order, "updated_at"))
    raise Misread("order.state")


def _at(order: Node, *names: str) -> datetime | None:
    """A time that cannot be read takes nothing from what the answer proves."""
    return rows.told(lambda: json_readers.when(order, *names))


def edited(command: EditOrder, order: Node) -> Receipt:
    ids = named(order, command.order_id)
    now = {units.uid(line): quantity(line) for line in units.lines_of(order)}
    if any(now.get(line.line_id, units.ZERO) != line.keep for line in command.lines):
        raise Misread("order.line_items")
    return applied(ids, state=EffectState.EDITED)


def voided(command: VoidPayment, payment: Node) -> Receipt:
    if json_readers.ident(payment, "id") != command.payment_id or json_readers.text(payment, "status") != "CANCELED":
        raise Misread("payment.status")
    return applied({"payment": command.payment_id}, state=EffectState.VOIDED)


def restocked(command: CorrectStock, body: Node) -> Receipt:
    return applied({"order": command.order_id}, stock=stock.moved(command, body))


def refund(command: RefundOrder, found: Node, no: type[RemoteRefused] = RemoteRefused) -> Receipt:
    """Accepted is not done: PENDING is asked after. Raises `no` when the provider did not pay."""
    if json_readers.text(found, "payment_id") not in ("", *(p.payment_id for p in command.payments)):
        raise Misread("refund.payment_id")
    ids, state = {"refund": json_readers.ident(found, "id")}, json_readers.text(found, "status")
    currency = currency_of({"total_money": found.get("amount_money")})
    paid = money(found, "amount_money", currency)
    if paid != command.payments[0].amount:
        raise Misread("refund.amount_money")
    if state == DONE:
        return applied(ids, refund_state=RefundState.PAID, refunded=paid)
    if state in DEAD:
        raise no("not paid back", code="refund_failed", user_message=str(capabilities.NOT_PAID_BACK),
                 answer={"refund": dict(found)})  # fmt: skip
    if state in PENDING:
        reported = Reported(refund_state=RefundState.PENDING, refunded=paid)
        return Receipt(outcome=Outcome.ACCEPTED, ids=ids, reported=reported, look_after=FIRST_LOOK)
    raise Misread("refund.status")
