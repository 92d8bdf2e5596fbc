"""What may be a command's effect, as it stands there; `stores.connectors.judge` says whose it is (RELIABILITY 6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.commands import CancelOrder, Command, CorrectStock, RefundOrder, VoidPayment
from stores.canonical.order import Order, PaymentStatus
from stores.connectors.judge import MARK
from stores.connectors.records import IN_ALL, Reading, Record, Standing
from stores.kernel.errors import OutcomeUnknown, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money, total
from stores.platforms.bigcommerce import capabilities, moneys, parts, payments, receipts
from stores.platforms.bigcommerce.api import Api
from stores.platforms.bigcommerce.mapping import status_of

VOID, VOIDING, HELD = "void", "void pending", "authorized"


@contextmanager
def whole() -> Iterator[None]:
    """Around a look: an answer that lacks what it must hold shows nothing, so neither "there" nor "not there"."""
    try:
        yield
    except Misread as exc:
        raise OutcomeUnknown(f"misread {exc}", code="bad_shape", user_message=str(capabilities.UNREADABLE)) from exc


def read(api: Api, command: Command, *, before: Order) -> Reading:
    with whole():
        match command:
            case CancelOrder():
                return status(api.order(command.order_id), command.order_id)
            case RefundOrder():
                return refunds(api, command, before)
            case VoidPayment():
                return released(api.order(command.order_id), command.order_id)
            case CorrectStock():
                return Reading(
                    unclear=_("Nothing at BigCommerce shows who moved stock. Compare its count with the shelf.")
                )
    raise Unsupported("cancel_lines")


# --- the status ----------------------------------------------------------------------------------------
def status(raw: Node, order_id: str) -> Reading:
    """The staff notes hold our mark; they keep it when somebody sets another status later."""
    is_cancelled = status_of(_order(raw, order_id, "staff_notes")) == capabilities.CANCELLED
    record = Record(
        id=f"status of {order_id}",  # not a number, as those of refunds are
        ids={"order": order_id},
        text=json_readers.text(raw, "staff_notes"),
        standing=Standing.DONE if is_cancelled else Standing.UNDONE,
        detail="" if is_cancelled else _("Our mark is on the order, and somebody set another status since."),
    )
    return Reading(records=(record,), absent=_("The order is not cancelled."))


def _order(raw: Node, order_id: str, name: str) -> Node:
    """The very order, with the field that matters: half an answer tells nothing."""
    if json_readers.ident(raw, "id") != order_id or name not in raw:
        raise Misread(name)
    return raw


# --- authorisations ------------------------------------------------------------------------------------
def released(raw: Node, order_id: str) -> Reading:
    """A void carries no mark; but held money can be released only once."""
    word = json_readers.text(_order(raw, order_id, "payment_status"), "payment_status")
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
    states = payments.states(raws, ())
    known = {refund.id for refund in before.refunds}
    if any(PaymentStatus.PENDING in _of(raw, states) for raw in raws if json_readers.ident(raw, "id") not in known):
        states = payments.states(raws, api.transactions(command.order_id))
    ids = [payment.id for payment in before.payments]
    return Reading(
        records=tuple(_refund(raw, states, ids, command.currency) for raw in raws),
        absent=_("No refund with our mark is there."),
    )


def complete(raw: Node) -> Node:
    """A refund names what went back and through what. Raises Misread for one without."""
    for name in ("items", "payments"):
        if raw.get(name) is None:
            raise Misread(name)
    return raw


def _of(raw: Node, states: payments.States) -> list[PaymentStatus]:
    return [states[json_readers.ident(part, "id")] for part in json_readers.nodes(raw, "payments")]


def _refund(raw: Node, states: payments.States, ids: Sequence[str], currency: str) -> Record:
    ident, text = json_readers.ident(raw, "id"), payments.reason(raw)
    standing = _standing(_of(raw, states), is_marked=bool(MARK.search(text)))
    return Record(
        id=ident,
        ids={"refund": ident},
        text=text,
        money=_money(raw, ids, currency),
        units=_units(raw),
        standing=standing,
        detail=receipts.declined(raw) if standing is Standing.FAILED else "",
    )


def _standing(found: Sequence[PaymentStatus], *, is_marked: bool) -> Standing:
    """Declined in part: of our own a person is told at once; somebody else's has moved money all the same."""
    if PaymentStatus.FAILED in found:
        is_whole = all(status is PaymentStatus.FAILED for status in found)
        return Standing.FAILED if is_whole or is_marked else Standing.PART
    return Standing.PENDING if PaymentStatus.PENDING in found else Standing.DONE


def _money(raw: Node, ids: Sequence[str], currency: str) -> dict[str, Money]:
    """By payment as the plan names them; in all, where one went another way than through a payment of the order."""
    told: dict[str, Money] = {}
    for part in json_readers.nodes(raw, "payments"):
        payment = payments.payment_of(json_readers.text(part, "provider_id"), ids)
        told[payment] = told.get(payment, Money.zero(currency)) + moneys.amount(part, currency, "amount")
    return told if set(told) <= set(ids) else {IN_ALL: total(told.values(), currency)}


def _units(raw: Node) -> dict[str, Decimal]:
    told: dict[str, Decimal] = {}
    for item in json_readers.nodes(raw, "items"):
        if json_readers.text(item, "item_type") == "PRODUCT":
            line = str(parts.number(item, "item_id"))
            told[line] = told.get(line, Decimal(0)) + json_readers.units(item, "quantity")
    return told
