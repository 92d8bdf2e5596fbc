"""What an answer to a command proves. Also read when stored bytes are sent again. Raises as the kernel's errors say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stores.canonical.commands import (
    CancelLine,
    CancelOrder,
    CancelRest,
    Command,
    CorrectStock,
    EditOrder,
    RefundOrder,
    VoidPayment,
)
from stores.canonical.receipts import EffectState, Outcome, Receipt, RefundState, Reported
from stores.connectors import rows
from stores.kernel.errors import OutcomeUnknown, RemoteConflict, RemoteRefused, Unsupported
from stores.kernel.http.responses import Answer
from stores.platforms.shopify import capabilities, fields
from stores.platforms.shopify.api import CONCURRENT, data_of
from stores.platforms.shopify.fields import Misread, Node

FAILED = frozenset({"FAILURE", "ERROR"})
PENDING = frozenset({"PENDING", "AWAITING_RESPONSE"})
IDEMPOTENCY = ("IDEMPOTENCY_CONCURRENT_REQUEST", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
               "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")  # fmt: skip
FIRST_LOOK = 1.0  # seconds: jobs take one to three
PAYMENT_LOOK = 15.0  # seconds: a payment provider takes a minute


def read(command: Command, answer: Answer) -> Receipt:
    """Sorted by command. An answer without its payload proves nothing: OutcomeUnknown."""
    data = data_of(answer, effect=True)
    try:
        match command:
            case CancelOrder():
                return cancelled(fields.node(data, "orderCancel"))
            case RefundOrder():
                return refunded(fields.node(data, "refundCreate"))
            case EditOrder():
                return edited(fields.node(data, "orderEditCommit"))
            case VoidPayment():
                return voided(fields.node(data, "transactionVoid"))
            case CorrectStock():
                return corrected(fields.node(data, "inventoryAdjustQuantities"))
            case CancelLine() | CancelRest():
                raise Unsupported("cancel_lines")
    except Misread as exc:
        raise OutcomeUnknown(f"misread {exc}", code="bad_shape", status=answer.status, answer=answer.body) from exc


def cancelled(payload: Node) -> Receipt:
    """A job: accepted, and to be asked after."""
    refuse_cancel(payload, "orderCancelUserErrors")
    job, result = fields.maybe(payload, "job"), fields.maybe(payload, "jobResult")
    if result is not None and fields.flag(result, "done"):
        return job_result(result)
    if job is None and result is None:
        raise Misread("job")
    ids = {"job": fields.ident(job)} if job else {}
    ids |= {"job_result": fields.ident(result)} if result else {}
    return Receipt(outcome=Outcome.ACCEPTED, ids=ids, look_after=FIRST_LOOK)


def job_result(result: Node, no: type[RemoteRefused] = RemoteRefused) -> Receipt:
    """An OrderCancelJobResult. Only `cancelledAt` proves the cancellation. Raises `no` for a job that failed."""
    ids = {"job_result": fields.ident(result)}
    refuse_cancel(result, "errors", no)
    if not fields.flag(result, "done"):
        return Receipt(outcome=Outcome.ACCEPTED, ids=ids, look_after=FIRST_LOOK)
    order = fields.maybe(result, "order") or {}
    return after_job(ids, order, no)


def after_job(ids: dict[str, str], order: Node, no: type[RemoteRefused] = RemoteRefused) -> Receipt:
    if not fields.text(order, "cancelledAt"):
        raise no("done and not cancelled", code="not_cancelled", user_message=str(capabilities.JOB_NOT_CANCELLED))
    reported = Reported(cancelled_at=rows.told(lambda: fields.when(order, "cancelledAt")))
    return Receipt(outcome=Outcome.APPLIED, ids=ids, reported=reported)


def refuse_cancel(payload: Node, name: str, no: type[RemoteRefused] = RemoteRefused) -> None:
    """INTERNAL_ERROR says nothing about what happened; every other code is a final no."""
    for error in fields.items(payload, name):
        code = fields.text(error, "code")
        if code == "INTERNAL_ERROR":
            raise OutcomeUnknown("internal error", code=code, answer=[dict(error)])
        said = capabilities.CANCEL_CODES.get(code) or capabilities.refused(fields.text(error, "message"))
        raise no(code or "refused", code=code or "refused", user_message=str(said), answer=[dict(error)])


def refunded(payload: Node) -> Receipt:
    refuse(payload)
    refund = fields.node(payload, "refund")
    return refund_state(refund)


def refund_state(refund: Node, no: type[RemoteRefused] = RemoteRefused) -> Receipt:
    """A refund record is there; whether money moved is said by each of its transactions. Raises `no` if one did not."""
    transactions = [t for t in fields.items(refund, "transactions") if fields.text(t, "kind") == "REFUND"]
    ids = {"refund": fields.ident(refund)} | {
        f"transaction_{i}": fields.ident(t) for i, t in enumerate(transactions, start=1)
    }
    for transaction in transactions:
        if fields.text(transaction, "status") in FAILED:
            code = fields.text(transaction, "errorCode") or "PAYMENT_FAILED"
            raise no(
                "not paid back", code=code, user_message=str(capabilities.NOT_PAID_BACK), answer=[dict(transaction)]
            )
    total = fields.paid(refund, "totalRefundedSet")
    if any(fields.text(t, "status") in PENDING for t in transactions):
        reported = Reported(refunded=total, refund_state=RefundState.PENDING)
        return Receipt(outcome=Outcome.ACCEPTED, ids=ids, reported=reported, look_after=PAYMENT_LOOK)
    reported = Reported(refunded=total, refund_state=RefundState.PAID)
    return Receipt(outcome=Outcome.APPLIED, ids=ids, reported=reported)


def edited(payload: Node) -> Receipt:
    refuse(payload)
    order = fields.node(payload, "order")
    reported = Reported(outstanding=fields.paid(order, "totalOutstandingSet"))
    return Receipt(outcome=Outcome.APPLIED, ids={"order": fields.ident(order)}, reported=reported)


def voided(payload: Node) -> Receipt:
    refuse(payload, codes=capabilities.VOID_CODES)
    return payment_state(fields.node(payload, "transaction"))


def payment_state(transaction: Node, no: type[RemoteRefused] = RemoteRefused) -> Receipt:
    state, ids = fields.text(transaction, "status"), {"transaction": fields.ident(transaction)}
    if state in FAILED:
        code = fields.text(transaction, "errorCode") or "PAYMENT_FAILED"
        raise no("not voided", code=code, user_message=str(capabilities.VOID_CODES["GENERIC_ERROR"]))
    if state in PENDING:
        return Receipt(outcome=Outcome.ACCEPTED, ids=ids, look_after=PAYMENT_LOOK)
    if state != "SUCCESS":
        raise Misread("status")
    return Receipt(outcome=Outcome.APPLIED, ids=ids, reported=Reported(state=EffectState.VOIDED))


def corrected(payload: Node) -> Receipt:
    refuse(payload)
    group = fields.node(payload, "inventoryAdjustmentGroup")
    return Receipt(outcome=Outcome.APPLIED, ids={"adjustment": fields.ident(group)})


def refuse(payload: Node, *, codes: Mapping[str, str] | None = None) -> None:
    """userErrors: a final no in their own words. Refunds have no codes, so a key's conflict is known by its words."""
    for error in fields.items(payload, "userErrors"):
        message = fields.text(error, "message")
        code = fields.text(error, "code") or _spoken(message, IDEMPOTENCY) or "refused"
        if code == CONCURRENT:
            raise RemoteConflict("same key still running", code=code, answer=[dict(error)])
        if code == "SERVICE_UNAVAILABLE":
            raise OutcomeUnknown("service unavailable", code=code, answer=[dict(error)])
        said: Any = (codes or {}).get(code) or capabilities.CODES.get(code) or capabilities.refused(message)
        raise RemoteRefused(code, code=code, user_message=str(said), answer=[dict(error)])


def _spoken(message: str, names: Iterable[str]) -> str:
    return next((name for name in names if name in message), "")
