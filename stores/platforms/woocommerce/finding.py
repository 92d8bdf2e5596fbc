"""What an answer proves, and what a look reads back: the order's own state for a cancel, its refunds one by one. The
judge decides.

An answer that lacks what it must hold is unreadable: a refund that half an answer left out would be paid twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.commands import CancelOrder, RefundOrder
from stores.canonical.order import Order
from stores.canonical.receipts import EffectState, Receipt, RefundState
from stores.connectors.judge import MARK
from stores.connectors.records import IN_ALL, Reading, Record, Standing
from stores.connectors.roles import Answers, Looks
from stores.kernel.errors import OutcomeUnknown
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money
from stores.platforms.woocommerce import capabilities, mapping, money, writing
from stores.platforms.woocommerce.api import Api, order_path
from stores.platforms.woocommerce.money import Kind


# --- receipts: whatever they leave open is unknown, and looked for on the order -----------------------
def cancelled(command: CancelOrder, order: Node) -> Receipt:
    """The order as it stands after the change. Raises Misread where it says anything but cancelled."""
    if json_readers.ident(order, "id") != command.order_id or json_readers.text(order, "status") != "cancelled":
        raise Misread("status")
    at = money.when(order, "date_modified_gmt")
    return Receipt.applied({"order": command.order_id}, state=EffectState.CANCELLED, cancelled_at=at)


def refunded(command: RefundOrder, raw: Node) -> Receipt:
    """Our amount, and the gateway's yes where it was asked. Raises OutcomeUnknown when it did not say yes."""
    ident, sent = json_readers.ident(raw, "id"), writing.whole(command).rounded().amount
    if money.number(raw, "amount") != sent:
        raise Misread("amount")
    if writing.pays(command) and not json_readers.flag(raw, "refunded_payment"):
        words = str(capabilities.NOT_PAID)
        raise OutcomeUnknown("not paid back", code="not_paid", user_message=words, answer=dict(raw))
    state = RefundState.PAID if writing.pays(command) else RefundState.RECORDED
    return Receipt.applied({"refund": ident}, refund_state=state, refunded=Money(sent, command.currency))


ANSWERS: Answers = {CancelOrder: cancelled, RefundOrder: refunded}


# --- looks --------------------------------------------------------------------------------------------
def _order(api: Api, order_id: str) -> Node:
    """With its own id and a status, or Misread: without them it may be anything."""
    order = api.object(order_path(order_id))
    if json_readers.ident(order, "id") != order_id or not json_readers.text(order, "status"):
        raise Misread("status")
    return order


# --- the whole order -----------------------------------------------------------------------------------
def cancellation(api: Api, command: CancelOrder, _before: Order) -> Reading:
    """An order that is open again with our mark on it was set back by somebody."""
    order = _order(api, command.order_id)
    ident, note = json_readers.ident(order, "id"), mapping.note_of(order)
    absent = _("The order is not cancelled.")
    if json_readers.text(order, "status") == "cancelled":
        return Reading(records=(Record(id=ident, ids={"order": ident}, text=note),))
    if not MARK.search(note):
        return Reading(absent=absent)
    return Reading(records=(Record(id=ident, text=note, standing=Standing.UNDONE),), absent=absent)


# --- money and units -----------------------------------------------------------------------------------
def refunds(api: Api, command: RefundOrder, before: Order) -> Reading:
    """The order names its refunds as well: one that the list leaves out was cut off or is older than the order."""
    order, rows = _order(api, command.order_id), list(api.every(order_path(command.order_id, "/refunds")))
    found = tuple(refund(raw, command, before) for raw in rows)
    named = {json_readers.ident(raw, "id") for raw in json_readers.nodes(order, "refunds")}
    is_cut = not named <= {record.id for record in found}
    return Reading(
        records=found,
        absent=_("No refund with our mark is there."),
        unclear=_("The order names a refund that its list does not show.") if is_cut else "",
    )


LOOKS: Looks = {CancelOrder: cancellation, RefundOrder: refunds}


def refund(raw: Node, command: RefundOrder, before: Order) -> Record:
    """Raises Misread. The mark stands in the reason, which is written with the refund, and in a meta a moment later."""
    ident, text = json_readers.ident(raw, "id"), f"{json_readers.text(raw, 'reason')} {_mark(raw)}".strip()
    if raw.get("amount") is None:
        raise Misread("amount")
    is_failed = (
        writing.pays(command) and MARK.search(text) is not None and not json_readers.flag(raw, "refunded_payment")
    )
    return Record(
        id=ident,
        ids={"refund": ident},
        text=text,
        money={IN_ALL: Money(money.number(raw, "amount"), before.customer_currency)},
        units=units(raw, before),
        standing=Standing.FAILED if is_failed else Standing.DONE,
        detail=str(capabilities.NOT_PAID) if is_failed else "",
    )


def _mark(raw: Node) -> str:
    said = money.meta(raw, writing.REFUND_KEY)
    return said if isinstance(said, str) else ""


def units(raw: Node, before: Order) -> Mapping[str, Decimal] | None:
    """By line of the order; None where a share names no line, so that nobody can tell."""
    if raw.get(Kind.PRODUCT.value) is None:
        return None
    found: dict[str, Decimal] = {}
    for share in json_readers.nodes(raw, Kind.PRODUCT.value):
        line = _line(share, before)
        if line is None:
            return None
        found[line] = found.get(line, Decimal(0)) + abs(money.number(share, "quantity"))
    return found


def _line(share: Node, before: Order) -> str | None:
    """By the meta that links them; without it only where one line alone has this product."""
    named = money.meta(share, money.REFUNDED_ITEM)
    if named is not None:
        return str(named)
    product, sku = json_readers.text(share, "product_id"), json_readers.text(share, "sku")
    same = [line.id for line in before.lines if (line.stock_item_id, line.sku) == (product, sku)]
    return same[0] if len(same) == 1 else None
