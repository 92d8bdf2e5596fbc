"""What an answer proves, what a later look adds, and what may be a command's effect as it stands there.

`stores.connectors.judge` says whose an effect is (RELIABILITY 6). A receipt that counts stock has one count for each
stock item; its place is "" where a cancellation gives units back and all places are counted together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.commands import CancelOrder, CorrectStock, RefundOrder, VoidPayment
from stores.canonical.order import Order, PaymentStatus
from stores.canonical.receipts import EffectState, Outcome, Receipt, RefundState, StockCount
from stores.connectors.judge import MARK
from stores.connectors.records import IN_ALL, Reading, Record, Standing
from stores.connectors.roles import Answers, Looks
from stores.kernel.errors import JobFailed, RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.money import Money, summed, total
from stores.platforms.bigcommerce import cancellable, capabilities, money
from stores.platforms.bigcommerce.api import Api, Levels
from stores.platforms.bigcommerce.cancellable import ZERO
from stores.platforms.bigcommerce.money import States

FIRST_LOOK, MONEY_LOOK = 1.0, 2.0  # seconds
PATIENCE = 60.0  # seconds after which stock that has not moved is told as it is, and a void as failed
VOID, VOIDING, HELD = "void", "void pending", "authorized"
BEING_VOIDED = Receipt(outcome=Outcome.ACCEPTED, ids={}, look_after=MONEY_LOOK)


# --- the status ----------------------------------------------------------------------------------------
def cancelled(command: CancelOrder, answer: Answer) -> Receipt:
    """The answer is the order: whether it took the number is seen there."""
    raw = json_readers.node(answer.body, "body")
    is_ours = json_readers.ident(raw, "id") == command.order_id
    if not is_ours or json_readers.units(raw, "status_id") != capabilities.CANCELLED:
        raise Misread("status_id")
    return Receipt.applied({"order": command.order_id}, state=EffectState.CANCELLED)


def to_be_compared(receipt: Receipt, before: Levels, wanted: Levels, begun: datetime) -> Receipt:
    """Asked after until stock has moved: neither a status nor an adjustment says when it did."""
    counts = tuple(
        StockCount(stock_item_id=variant, location_id=place, before=units, asked=wanted.get((variant, place), ZERO))
        for (variant, place), units in before.items()
    )
    reported = replace(receipt.reported, stock=counts, counted_from=begun)
    return Receipt(outcome=Outcome.ACCEPTED, ids=receipt.ids, reported=reported, look_after=FIRST_LOOK)


def compared(receipt: Receipt, now: Levels, at: datetime) -> Receipt:
    """Told once as much moved as was to move, or a minute later with what did.

    Sales and other cancellations move the same goods at the same moment, so more or less proves nothing here: both
    counts stand on the receipt, and who knows of our other steps compares them.
    """
    counts = _counted(receipt, now)
    if not all(is_enough(one.moved, one.asked or ZERO) for one in counts) and age(receipt, at) < PATIENCE:
        return replace(receipt, outcome=Outcome.ACCEPTED, look_after=FIRST_LOOK)
    reported = replace(receipt.reported, stock=counts, counted_to=at)
    return Receipt(outcome=Outcome.APPLIED, ids=receipt.ids, reported=reported)


def _counted(receipt: Receipt, now: Levels) -> tuple[StockCount, ...]:
    """Raises Misread where one of them is not counted now: half an answer is no count of nothing."""
    before = receipt.reported.stock
    if set(now) != {one.pair for one in before}:
        raise Misread("locations")
    return tuple(replace(one, after=now[one.pair]) for one in before)


def is_enough(moved: Decimal, wanted: Decimal) -> bool:
    return moved >= wanted if wanted > 0 else moved <= wanted


def age(receipt: Receipt, at: datetime) -> float:
    """Seconds since the call, or since the count just before it."""
    since = receipt.reported.asked_at or receipt.reported.counted_from
    return (at - since).total_seconds() if since else PATIENCE


# --- money ---------------------------------------------------------------------------------------------
def refund_begun(command: RefundOrder, answer: Answer) -> Receipt:
    """201 is not success: the payment may be declined at once, and runs afterwards otherwise."""
    data = json_readers.inner(answer.body, "data")
    if json_readers.ident(data, "order_id") != command.order_id:
        raise Misread("order_id")
    if not json_readers.nodes(data, "payments"):
        raise Misread("payments")
    begun = Receipt.accepted({"refund": json_readers.ident(data, "id")})
    return refund_state(begun, [data], (), command)


def refund_state(
    receipt: Receipt,
    records: Sequence[Node],
    rows: Sequence[Node],
    command: RefundOrder,
    failure: type[RemoteRefused] = RemoteRefused,
) -> Receipt:
    """Raises `failure` when the payment provider declined: JobFailed where that is heard on asking after it."""
    record = next((one for one in records if json_readers.text(one, "id") == receipt.ids.get("refund")), None)
    state = set(_of(record, money.states(records, rows))) if record else {PaymentStatus.PENDING}
    if record and PaymentStatus.FAILED in state:
        raise failure("declined", code="refund_declined", user_message=declined(record), answer=[dict(record)])
    if record and state == {PaymentStatus.SUCCESS}:
        back = money.sum_of(json_readers.nodes(record, "payments"), command.currency, "amount")
        return Receipt.applied(receipt.ids, refund_state=RefundState.PAID, refunded=back)
    return Receipt.accepted(receipt.ids, refund_state=RefundState.PENDING, look_after=MONEY_LOOK)


def paid(api: Api, command: RefundOrder, receipt: Receipt) -> Receipt:
    """A refund that was declined says so itself; that one was paid, a transaction says."""
    records = api.refunds(command.order_id)
    told = refund_state(receipt, records, (), command, JobFailed)
    if told.outcome is Outcome.APPLIED:
        return told
    return refund_state(receipt, records, api.transactions(command.order_id), command, JobFailed)


def declined(record: Node) -> str:
    """In words; where another payment of it was not declined, that one may well have been paid."""
    said = [json_readers.text(part, "declined_message") for part in json_readers.nodes(record, "payments")]
    is_whole = cancellable.is_declined(record) or len(said) == 1
    ours = capabilities.NOT_PAID_BACK if is_whole else capabilities.PART_NOT_PAID_BACK
    return str(ours) % {"why": " ".join(filter(None, said))[:200]}


def void_begun(_command: VoidPayment, answer: Answer) -> Receipt:
    """201 with an empty object; what becomes of it stands on the order."""
    if answer.status != 201 or not isinstance(answer.body, dict):
        raise Misread("body")
    return BEING_VOIDED


def void_state(receipt: Receipt, raw: Node, at: datetime) -> Receipt:
    """Raises JobFailed where it is held again, or was taken: then there is nothing left to release."""
    word = json_readers.text(raw, "payment_status")
    if word == "void":
        return Receipt.applied(receipt.ids, state=EffectState.VOIDED)
    if word == "authorized" and age(receipt, at) >= PATIENCE:
        raise JobFailed("still held", code="void_failed", user_message=str(capabilities.NOT_VOIDED))
    if word in capabilities.TAKEN:
        raise JobFailed("taken", code="void_failed", user_message=str(capabilities.CAPTURED))
    return Receipt(outcome=Outcome.ACCEPTED, ids=receipt.ids, reported=receipt.reported, look_after=MONEY_LOOK)


# --- stock ---------------------------------------------------------------------------------------------
def moved(_command: CorrectStock, answer: Answer) -> Receipt:
    """Accepted under this name, carried out a moment later."""
    body = json_readers.node(answer.body, "body")
    return Receipt.applied({"transaction": json_readers.ident(body, "transaction_id")}, state=EffectState.ADJUSTED)


ANSWERS: Answers = {CancelOrder: cancelled, RefundOrder: refund_begun, VoidPayment: void_begun, CorrectStock: moved}


def adjusted(receipt: Receipt, now: Levels, at: datetime) -> Receipt:
    """As long as nothing moved it may still come, and it must never be sent twice: asked after to the end."""
    if not any(one.moved for one in _counted(receipt, now)):
        return replace(receipt, outcome=Outcome.ACCEPTED, look_after=FIRST_LOOK)
    return compared(receipt, now, at)


# --- the status ----------------------------------------------------------------------------------------
def status(api: Api, command: CancelOrder, _before: Order) -> Reading:
    """The staff notes hold our mark; they keep it when somebody sets another status later."""
    raw = api.order(command.order_id)
    order_id, is_cancelled = json_readers.ident(raw, "id"), cancellable.status_of(raw) == capabilities.CANCELLED
    record = Record(
        id=f"status of {order_id}",  # not a number, as those of refunds are
        ids={"order": order_id},
        text=_field(raw, "staff_notes"),
        standing=Standing.DONE if is_cancelled else Standing.UNDONE,
        detail="" if is_cancelled else _("Our mark is on the order, and somebody set another status since."),
    )
    return Reading(records=(record,), absent=_("The order is not cancelled."))


def _field(raw: Node, name: str) -> str:
    """The text that matters: without it half an answer tells nothing."""
    if name not in raw:
        raise Misread(name)
    return json_readers.text(raw, name)


# --- authorisations ------------------------------------------------------------------------------------
def released(api: Api, command: VoidPayment, _before: Order) -> Reading:
    """A void carries no mark; but held money can be released only once."""
    word = _field(api.order(command.order_id), "payment_status")
    if word in (VOID, VOIDING):
        is_done = word == VOID
        detail = _("The authorisation is released.") if is_done else _("The authorisation is being released.")
        standing = Standing.DONE if is_done else Standing.PENDING
        return Reading(records=(Record(id="void", text=None, standing=standing, detail=detail),))
    if word == HELD:
        return Reading(absent=_("The authorisation is still held."))
    if word in capabilities.TAKEN:
        return Reading(foreign=str(capabilities.CAPTURED))
    return Reading(
        unclear=_("BigCommerce says “%(word)s” of the payment: wait until that is over.") % {"word": word[:60]}
    )


# --- refunds -------------------------------------------------------------------------------------------
def refunds(api: Api, command: RefundOrder, before: Order) -> Reading:
    """Transactions say which of the newer ones were paid; they are read where one of those may not be."""
    raws = [complete(raw) for raw in api.refunds(command.order_id)]
    states = money.states(raws, ())
    known = {refund.id for refund in before.refunds}
    if any(PaymentStatus.PENDING in _of(raw, states) for raw in raws if json_readers.ident(raw, "id") not in known):
        states = money.states(raws, api.transactions(command.order_id))
    ids = [payment.id for payment in before.payments]
    return Reading(
        records=tuple(_refund(raw, states, ids, command.currency) for raw in raws),
        absent=_("No refund with our mark is there."),
    )


def stock(_api: Api, _command: CorrectStock, _before: Order) -> Reading:
    return Reading(unclear=str(capabilities.STOCK_UNMARKED))


LOOKS: Looks = {CancelOrder: status, RefundOrder: refunds, VoidPayment: released, CorrectStock: stock}


def complete(raw: Node) -> Node:
    """A refund names what went back and through what. Raises Misread for one without."""
    for name in ("items", "payments"):
        if raw.get(name) is None:
            raise Misread(name)
    return raw


def _of(raw: Node, states: States) -> list[PaymentStatus]:
    return [states[json_readers.ident(part, "id")] for part in json_readers.nodes(raw, "payments")]


def _refund(raw: Node, states: States, ids: Sequence[str], currency: str) -> Record:
    ident, text = json_readers.ident(raw, "id"), money.reason(raw)
    standing = _standing(_of(raw, states), is_marked=bool(MARK.search(text)))
    return Record(
        id=ident,
        ids={"refund": ident},
        text=text,
        money=_money(raw, ids, currency),
        units=_units(raw),
        standing=standing,
        detail=declined(raw) if standing is Standing.FAILED else "",
    )


def _standing(found: Sequence[PaymentStatus], *, is_marked: bool) -> Standing:
    """Declined in part: of our own a person is told at once; somebody else's has moved money all the same."""
    if PaymentStatus.FAILED in found:
        is_whole = all(status is PaymentStatus.FAILED for status in found)
        return Standing.FAILED if is_whole or is_marked else Standing.PART
    return Standing.PENDING if PaymentStatus.PENDING in found else Standing.DONE


def _money(raw: Node, ids: Sequence[str], currency: str) -> dict[str, Money]:
    """By payment as the plan names them; in all, where one went another way than through a payment of the order."""
    through = ((money.payment_of(json_readers.text(part, "provider_id"), ids), money.amount(part, currency, "amount"))
               for part in json_readers.nodes(raw, "payments"))  # fmt: skip
    told = summed(through)
    return told if set(told) <= set(ids) else {IN_ALL: total(told.values(), currency)}


def _units(raw: Node) -> dict[str, Decimal]:
    goods = (item for item in json_readers.nodes(raw, "items") if json_readers.text(item, "item_type") == "PRODUCT")
    return summed((str(cancellable.number(item, "item_id")), json_readers.units(item, "quantity")) for item in goods)
