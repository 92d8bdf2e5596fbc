"""What an answer to a command proves, and what a later look adds.

A receipt that counts stock has one count for each stock item; its place is "" where a cancellation gives units back and
all places are counted together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from stores.canonical.commands import CancelOrder, Command, CorrectStock, RefundOrder, VoidPayment
from stores.canonical.order import PaymentStatus
from stores.canonical.receipts import EffectState, Outcome, Receipt, RefundState, Reported, StockCount
from stores.kernel.errors import JobFailed, OutcomeUnknown, RemoteRefused, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.money import Money, total
from stores.platforms.bigcommerce import capabilities, moneys, parts, payments, stock

FIRST_LOOK, MONEY_LOOK = 1.0, 2.0  # seconds
NONE = Decimal(0)
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
    reported = Reported(state=EffectState.CANCELLED)
    return Receipt(outcome=Outcome.APPLIED, ids={"order": command.order_id}, reported=reported)


def to_be_compared(receipt: Receipt, before: stock.Levels, wanted: stock.Levels, begun: datetime) -> Receipt:
    """Asked after until stock has moved: neither a status nor an adjustment says when it did."""
    counts = tuple(
        StockCount(stock_item_id=variant, location_id=place, before=units, asked=wanted.get((variant, place), NONE))
        for (variant, place), units in before.items()
    )
    reported = replace(receipt.reported, stock=counts, counted_from=begun)
    return Receipt(outcome=Outcome.ACCEPTED, ids=receipt.ids, reported=reported, look_after=FIRST_LOOK)


def compared(receipt: Receipt, now: stock.Levels, at: datetime) -> Receipt:
    """Told once as much moved as was to move, or a minute later with what did.

    Sales and other cancellations move the same goods at the same moment, so more or less proves nothing here: both
    counts stand on the receipt, and who knows of our other steps compares them.
    """
    counts = _counted(receipt, now)
    if not all(is_enough(one.moved, one.asked or NONE) for one in counts) and age(receipt, at) < PATIENCE:
        return replace(receipt, outcome=Outcome.ACCEPTED, look_after=FIRST_LOOK)
    reported = replace(receipt.reported, stock=counts, counted_to=at)
    return Receipt(outcome=Outcome.APPLIED, ids=receipt.ids, reported=reported)


def _counted(receipt: Receipt, now: stock.Levels) -> tuple[StockCount, ...]:
    """Raises Misread where one of them is not counted now: half an answer is no count of nothing."""
    before = receipt.reported.stock
    if set(now) != {stock.pair_of(one) for one in before}:
        raise Misread("locations")
    return tuple(replace(one, after=now[stock.pair_of(one)]) for one in before)


def is_enough(moved: Decimal, wanted: Decimal) -> bool:
    return moved >= wanted if wanted > 0 else moved <= wanted


def age(receipt: Receipt, at: datetime) -> float:
    """Seconds since the call, or since the count just before it."""
    since = receipt.reported.asked_at or receipt.reported.counted_from
    return (at - since).total_seconds() if since else PATIENCE


# --- money ---------------------------------------------------------------------------------------------
def refund_begun(data: Node, command: RefundOrder) -> Receipt:
    """201 is not success: the payment may be declined at once, and runs afterwards otherwise."""
    if json_readers.ident(data, "order_id") != command.order_id:
        raise Misread("order_id")
    ids = {"refund": json_readers.ident(data, "id")}
    state = payments.states([data], ())
    if not state:
        raise Misread("payments")
    return refund_state(Receipt(outcome=Outcome.ACCEPTED, ids=ids), [data], (), command)


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
        reported = Reported(refund_state=RefundState.PAID, refunded=back)
        return Receipt(outcome=Outcome.APPLIED, ids=receipt.ids, reported=reported)
    reported = Reported(refund_state=RefundState.PENDING)
    return Receipt(outcome=Outcome.ACCEPTED, ids=receipt.ids, reported=reported, look_after=MONEY_LOOK)


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


VOIDING = Receipt(outcome=Outcome.ACCEPTED, ids={}, look_after=MONEY_LOOK)


def void_state(receipt: Receipt, raw: Node, at: datetime) -> Receipt:
    """Raises JobFailed where it is held again, or was taken: then there is nothing left to release."""
    word = json_readers.text(raw, "payment_status")
    if word == "void":
        return Receipt(outcome=Outcome.APPLIED, ids=receipt.ids, reported=Reported(state=EffectState.VOIDED))
    if word == "authorized" and age(receipt, at) >= PATIENCE:
        raise JobFailed("still held", code="void_failed", user_message=str(capabilities.NOT_VOIDED))
    if word in capabilities.TAKEN:
        raise JobFailed("taken", code="void_failed", user_message=str(capabilities.CAPTURED))
    return Receipt(outcome=Outcome.ACCEPTED, ids=receipt.ids, reported=receipt.reported, look_after=MONEY_LOOK)


# --- stock ---------------------------------------------------------------------------------------------
def moved(body: Node) -> Receipt:
    """Accepted under this name, carried out a moment later."""
    ids = {"transaction": json_readers.ident(body, "transaction_id")}
    return Receipt(outcome=Outcome.APPLIED, ids=ids, reported=Reported(state=EffectState.ADJUSTED))


def adjusted(receipt: Receipt, now: stock.Levels, at: datetime) -> Receipt:
    """As long as nothing moved it may still come, and it must never be sent twice: asked after to the end."""
    if not any(one.moved for one in _counted(receipt, now)):
        return replace(receipt, outcome=Outcome.ACCEPTED, look_after=FIRST_LOOK)
    return compared(receipt, now, at)
