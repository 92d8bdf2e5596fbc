"""What an answer to a command proves, and what a later look adds.

Facts of a receipt that counted stock, for whoever compares it with the plan:
  counts        "<variant>@<location>:<before>:<after>:<asked>;…": one entry for each stock item; the location is ""
                where a cancellation gives units back and all places are counted together; `asked` is signed, 0 where
                nothing was to move;
  counted_from  when the count before was asked for, and counted_to, when the count after was answered (ISO 8601): all
                that moved between both counts moved within, other steps of ours too;
  stock, restocked, wanted: the same in words ("97 → 100"), and the sums of what moved and of what was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from stores.canonical.commands import CancelOrder, Command, CorrectStock, Outcome, Receipt, RefundOrder, VoidPayment
from stores.canonical.order import PaymentStatus
from stores.kernel.errors import JobFailed, OutcomeUnknown, RemoteRefused, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.money import Money, total
from stores.platforms.bigcommerce import capabilities, moneys, parts, payments, stock

FIRST_LOOK, MONEY_LOOK = 1.0, 2.0  # seconds
PATIENCE = 60.0  # seconds after which stock that has not moved is told as it is, and a void as failed


def read(command: Command, answer: Answer) -> Receipt:
    """An answer without its payload proves nothing: OutcomeUnknown. A declined payment is refused."""
    try:
        match command:
            case CancelOrder():
                return cancelled(json_readers.node(answer.body, "body"), command)
            case RefundOrder():
                body = json_readers.node(answer.body, "body")
                return refund_begun(json_readers.node(body.get("data"), "data"), command)
            case VoidPayment():
                return void_begun(answer)
            case CorrectStock():
                return moved(json_readers.node(answer.body, "body"))
        raise Unsupported("cancel_lines")
    except Misread as exc:
        raise OutcomeUnknown(f"misread {exc}", code="bad_shape", status=answer.status, answer=answer.body) from exc


# --- the status ----------------------------------------------------------------------------------------
def cancelled(raw: Node, command: CancelOrder) -> Receipt:
    """The answer is the order: whether it took the number is seen there."""
    if (
        json_readers.ident(raw, "id") != command.order_id
        or json_readers.units(raw, "status_id") != capabilities.CANCELLED
    ):
        raise Misread("status_id")
    return Receipt(outcome=Outcome.APPLIED, ids={"order": command.order_id}, facts={"state": "cancelled"})


def to_be_compared(receipt: Receipt, before: stock.Levels, wanted: stock.Levels, begun: datetime) -> Receipt:
    """Asked after until stock has moved: neither a status nor an adjustment says when it did."""
    facts = {"stock_before": stock.kept(before), "stock_wanted": stock.kept(wanted), "counted_from": begun.isoformat()}
    return Receipt(outcome=Outcome.ACCEPTED, ids=receipt.ids, facts=receipt.facts | facts, look_after=FIRST_LOOK)


def compared(receipt: Receipt, now: stock.Levels, at: datetime) -> Receipt:
    """Told once as much moved as was to move, or a minute later with what did.

    Sales and other cancellations move the same goods at the same moment, so more or less proves nothing here: both
    counts stand on the receipt, and who knows of our other steps compares them.
    """
    before, wanted = _before(receipt, now), stock.unkept(receipt.facts["stock_wanted"])
    moved = {pair: now[pair] - units for pair, units in before.items()}
    if not all(is_enough(moved[pair], units) for pair, units in wanted.items()) and age(receipt, at) < PATIENCE:
        return replace(receipt, outcome=Outcome.ACCEPTED, look_after=FIRST_LOOK)
    facts = {
        "stock": stock.words_of(before, now),
        "restocked": str(sum(moved.values())),
        "wanted": str(sum(wanted.values())),
        "counts": stock.counts(before, now, wanted),
        "counted_to": at.isoformat(),
    }
    kept = {name: said for name, said in receipt.facts.items() if name not in INNER}
    return Receipt(outcome=Outcome.APPLIED, ids=receipt.ids, facts=kept | facts)


def _before(receipt: Receipt, now: stock.Levels) -> stock.Levels:
    """Raises Misread where one of them is not counted now: half an answer is no count of nothing."""
    before = stock.unkept(receipt.facts["stock_before"])
    if set(now) != set(before):
        raise Misread("locations")
    return before


def is_enough(moved: int, wanted: int) -> bool:
    return moved >= wanted if wanted > 0 else moved <= wanted


INNER = ("stock_before", "stock_wanted")


def age(receipt: Receipt, at: datetime) -> float:
    """Seconds since the call, or since the count just before it."""
    said = receipt.facts.get("asked_at", "") or receipt.facts.get("counted_from", "")
    return (at - datetime.fromisoformat(said)).total_seconds() if said else PATIENCE


# --- money ---------------------------------------------------------------------------------------------
def refund_begun(data: Node, command: RefundOrder) -> Receipt:
    """201 is not success: the payment may be declined at once, and runs afterwards otherwise."""
    if json_readers.ident(data, "order_id") != command.order_id:
        raise Misread("order_id")
    ids = {"refund": json_readers.ident(data, "id")}
    state = payments.states([data], ())
    if not state:
        raise Misread("payments")
    return refund_state(Receipt(outcome=Outcome.ACCEPTED, ids=ids, facts={}), [data], (), command)


def refund_state(
    receipt: Receipt,
    records: Sequence[Node],
    rows: Sequence[Node],
    command: RefundOrder,
    failure: type[RemoteRefused] = RemoteRefused,
) -> Receipt:
    """Raises `failure` when the payment provider declined: JobFailed where that is heard on asking after it."""
    record = next((one for one in records if json_readers.text(one, "id") == receipt.ids.get("refund")), None)
    state = set(_states_of(record, records, rows)) if record else {PaymentStatus.PENDING}
    if record and PaymentStatus.FAILED in state:
        raise failure("declined", code="refund_declined", user_message=declined(record), answer=[dict(record)])
    if record and state == {PaymentStatus.SUCCESS}:
        back = _sum(record, command.currency)
        facts = {"refund_state": "paid", "refunded": f"{back.amount:f} {back.currency}"}
        return Receipt(outcome=Outcome.APPLIED, ids=receipt.ids, facts=facts)
    facts = {"refund_state": "pending"}
    return Receipt(outcome=Outcome.ACCEPTED, ids=receipt.ids, facts=facts, look_after=MONEY_LOOK)


def _states_of(record: Node, records: Sequence[Node], rows: Sequence[Node]) -> list[PaymentStatus]:
    found = payments.states(records, rows)
    return [found[json_readers.ident(part, "id")] for part in json_readers.nodes(record, "payments")]


def _sum(record: Node, currency: str) -> Money:
    back = (moneys.amount(part, currency, "amount") for part in json_readers.nodes(record, "payments"))
    return total(back, currency)


def declined(record: Node) -> str:
    """In words; where another payment of it was not declined, that one may well have been paid."""
    said = [json_readers.text(part, "declined_message") for part in json_readers.nodes(record, "payments")]
    ours = (
        capabilities.NOT_PAID_BACK if parts.is_declined(record) or len(said) == 1 else capabilities.PART_NOT_PAID_BACK
    )
    return str(ours) % {"why": " ".join(filter(None, said))[:200]}


def void_begun(answer: Answer) -> Receipt:
    """201 with an empty object; what becomes of it stands on the order."""
    if answer.status != 201 or not isinstance(answer.body, dict):
        raise Misread("body")
    return VOIDING


VOIDING = Receipt(outcome=Outcome.ACCEPTED, ids={}, facts={"state": "voiding"}, look_after=MONEY_LOOK)


def void_state(receipt: Receipt, raw: Node, at: datetime) -> Receipt:
    """Raises JobFailed where it is held again, or was taken: then there is nothing left to release."""
    word = json_readers.text(raw, "payment_status")
    if word == "void":
        return Receipt(outcome=Outcome.APPLIED, ids=receipt.ids, facts={"state": "voided"})
    if word == "authorized" and age(receipt, at) >= PATIENCE:
        raise JobFailed("still held", code="void_failed", user_message=str(capabilities.NOT_VOIDED))
    if word in capabilities.TAKEN:
        raise JobFailed("taken", code="void_failed", user_message=str(capabilities.CAPTURED))
    return Receipt(outcome=Outcome.ACCEPTED, ids=receipt.ids, facts=receipt.facts, look_after=MONEY_LOOK)


# --- stock ---------------------------------------------------------------------------------------------
def moved(body: Node) -> Receipt:
    """Accepted under this name, carried out a moment later."""
    ids = {"transaction": json_readers.ident(body, "transaction_id")}
    return Receipt(outcome=Outcome.APPLIED, ids=ids, facts={"state": "adjusted"})


def adjusted(receipt: Receipt, now: stock.Levels, at: datetime) -> Receipt:
    """As long as nothing moved it may still come, and it must never be sent twice: asked after to the end."""
    if _before(receipt, now) == now:
        return replace(receipt, outcome=Outcome.ACCEPTED, look_after=FIRST_LOOK)
    return compared(receipt, now, at)
