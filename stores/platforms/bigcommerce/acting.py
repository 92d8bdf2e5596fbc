"""Each effect with what is read before it and asked after it. One effect is one request through the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from stores.canonical.commands import CancelOrder, Command, CorrectStock, RefundOrder, VoidPayment
from stores.canonical.receipts import Outcome, Receipt
from stores.kernel.errors import JobFailed, OutcomeUnknown, RemoteError, RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.bigcommerce import (
    capabilities,
    errors,
    lines,
    parts,
    payments,
    quoting,
    reading,
    receipts,
    sending,
    stock,
)
from stores.platforms.bigcommerce.api import Api, check_id
from stores.platforms.bigcommerce.mapping import Read
from stores.platforms.bigcommerce.moneys import Rates

Now = Callable[[], datetime]
ADJUST = "v3/inventory/adjustments/relative"


def for_refund(api: Api, order_id: str) -> Read:
    """As much as a refund names: the order, and what was refunded of it."""
    raw, records = reading.raw_order(api, order_id), api.refunds(order_id)
    return Read(raw, records, costs=reading.costs(api, raw, records, Rates.of(raw)))


# --- the status --------------------------------------------------------------------------------------
def cancel(api: Api, command: CancelOrder, note: str, tag: str, now: Now) -> Receipt:
    """Reads the order first: the staff notes are kept, and counts show what the status puts back, asked for or not."""
    sending.guard_cancel(command)
    with json_readers.understood(str(capabilities.UNREADABLE)):
        raw = reading.raw_order(api, command.order_id)
        sending.guard_open(raw, tag)
        body, begun = sending.cancel_body(raw, note, tag), now()
        before = {} if sending.is_cancelled(raw) else _counted(api, raw)
    receipt = receipts.read(command, api.effect("PUT", f"v2/orders/{check_id(command.order_id)}", body))
    wanted = _expected(raw, before) if command.restock else dict.fromkeys(before, Decimal(0))
    return receipts.to_be_compared(receipt, before, wanted, begun) if before else receipt


def _counted(api: Api, raw: Node) -> stock.Levels:
    """How many there are of all its goods; nothing where the account may not see stock."""
    wanted = [(variant, "") for variant in stock.variants(parts.lines(raw))]
    try:
        return stock.levels(api, wanted) if wanted else {}
    except RemoteRefused as exc:
        if exc.status != 403:
            raise
        return {}


def _expected(raw: Node, before: stock.Levels) -> stock.Levels:
    """Units that a status gives back: all of every line that is counted."""
    wanted = dict.fromkeys(before, Decimal(0))
    for line in parts.lines(raw):
        pair = (json_readers.text(line, "variant_id"), "")
        if pair in wanted:
            wanted[pair] += lines.Count.of(line).ordered
    return wanted


# --- money -------------------------------------------------------------------------------------------
def refund(api: Api, command: RefundOrder, note: str, tag: str) -> Receipt:
    """Reads order and refunds, and asks for the quote again: amounts that do not equal it are refused there."""
    sending.whole(command)
    with json_readers.understood(str(capabilities.UNREADABLE)):
        seen = for_refund(api, command.order_id)
        sending.guard_refund(command, seen.raw, seen.records, tag)
        if sending.may_be_running(seen.records):
            sending.guard_running(seen.records, api.transactions(command.order_id))
        wanted = sending.refund_items(command, seen.raw, seen.costs, note)
        found = quoting.ask(api, command.order_id, wanted, command.currency)
        body = sending.refund_body(command, wanted, found, [p.payment_id for p in command.payments])
    path = f"v3/orders/{check_id(command.order_id)}/payment_actions/refunds"
    try:
        answer = api.effect("POST", path, body)
    except RemoteRefused as exc:
        return _begun_before(api, command, tag, exc)
    return receipts.read(command, answer)


def _begun_before(api: Api, command: RefundOrder, tag: str, no: RemoteRefused) -> Receipt:
    """Something on the way may send a request twice: then it was refused because our own refund is there already."""
    records = _looked(no, lambda: api.refunds(command.order_id))
    ours = next((record for record in records if tag in payments.reason(record)), None)
    if ours is not None:
        begun = Receipt(outcome=Outcome.ACCEPTED, ids={"refund": json_readers.ident(ours, "id")})
        return receipts.refund_state(begun, records, (), command)
    raise sending.running() if no.code == errors.RUNNING else no


T = TypeVar("T")


def _looked(no: RemoteRefused, read: Callable[[], T]) -> T:
    """A look that fails leaves open what the refusal meant."""
    try:
        with json_readers.understood(str(capabilities.UNREADABLE)):
            return read()
    except RemoteError as exc:
        raise OutcomeUnknown("refused, and not looked at", code=no.code, status=no.status, answer=no.answer) from exc


def void(api: Api, command: VoidPayment, now: Now) -> Receipt:
    path = f"v3/orders/{check_id(command.order_id)}/payment_actions/void"
    try:
        receipt = receipts.read(command, api.effect("POST", path))
    except RemoteRefused as exc:
        word = _looked(exc, lambda: json_readers.text(api.order(command.order_id), "payment_status"))
        if word not in ("void", "void pending"):
            raise
        receipt = receipts.VOIDING
    return replace(receipt, reported=replace(receipt.reported, asked_at=now()))


# --- stock -------------------------------------------------------------------------------------------
def correct(api: Api, command: CorrectStock, tag: str, now: Now) -> Receipt:
    """Counts before it moves: an adjustment is relative, so only the counts tell whether it happened.

    The order is looked at last: whoever cancelled it meanwhile has put its units back already.
    """
    body, pairs, begun = sending.stock_body(command, tag), sending.pairs(command), now()
    with json_readers.understood(str(capabilities.UNREADABLE)):
        before = stock.levels(api, pairs)
        if set(before) != set(pairs):
            raise RemoteRefused("not counted", code="not_counted", user_message=str(capabilities.NOT_COUNTED))
        raw = reading.raw_order(api, command.order_id)
        sending.guard_stock(command, raw, lambda: api.refunds(command.order_id))
    receipt = receipts.read(command, api.effect("POST", ADJUST, body))
    wanted = {(str(item["variant_id"]), str(item["location_id"])): Decimal(item["quantity"]) for item in body["items"]}
    return receipts.to_be_compared(receipt, before, wanted, begun)


# --- afterwards --------------------------------------------------------------------------------------
def poll(api: Api, command: Command, receipt: Receipt, now: Now) -> Receipt:
    """Raises JobFailed where it will not happen; whatever else is raised, a read failed."""
    with json_readers.understood(str(capabilities.UNREADABLE)):
        match command:
            case RefundOrder():
                return _paid(api, command, receipt)
            case VoidPayment():
                return receipts.void_state(receipt, api.order(command.order_id), now())
        if not receipt.reported.stock:
            return replace(receipt, outcome=Outcome.APPLIED, look_after=None)
        found = stock.levels(api, [stock.pair_of(one) for one in receipt.reported.stock])
        tell = receipts.adjusted if isinstance(command, CorrectStock) else receipts.compared
        return tell(receipt, found, now())


def _paid(api: Api, command: RefundOrder, receipt: Receipt) -> Receipt:
    """A refund that was declined says so itself; that one was paid, a transaction says."""
    records = api.refunds(command.order_id)
    told = receipts.refund_state(receipt, records, (), command, JobFailed)
    if told.outcome is Outcome.APPLIED:
        return told
    return receipts.refund_state(receipt, records, api.transactions(command.order_id), command, JobFailed)
