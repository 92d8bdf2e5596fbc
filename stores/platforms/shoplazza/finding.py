"""What a look reads back: the refund records of an order, or its cancellation. The judge decides whose they are."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.commands import CancelOrder, RefundOrder
from stores.canonical.order import Order
from stores.connectors.records import IN_ALL, Reading, Record, Standing
from stores.connectors.roles import Looks
from stores.kernel.http.json_readers import Misread, Node, listed, nodes, text
from stores.kernel.http.json_readers import units as units_of
from stores.kernel.money import summed
from stores.platforms.shoplazza import capabilities, reading
from stores.platforms.shoplazza.api import Api, amount_of, ident_of
from stores.platforms.shoplazza.money import FAILED

STANDING = {"finished": Standing.DONE, FAILED: Standing.FAILED}  # any other word: on its way


def cancellation(api: Api, command: CancelOrder, _before: Order) -> Reading:
    order = reading.one_order(api, command.order_id)
    is_done = text(order, "status") == "cancelled"
    ident = ident_of(order)
    made = Record(
        id=ident,
        ids={"order": ident},
        text=text(order, "cancel_reason"),
        standing=Standing.DONE if is_done else Standing.UNDONE,
        detail=_("The order is cancelled.") if is_done else "",
    )
    is_gone = not is_done and text(order, "deleted_at")
    return Reading(
        records=(made,), absent=_("The order is not cancelled."), foreign=str(capabilities.DELETED) if is_gone else ""
    )


def refunds(api: Api, command: RefundOrder, _before: Order) -> Reading:
    answer = reading.refund_answer(api, command.order_id)
    records = listed(answer, "records")
    told = text(answer, "order_financial_status")
    return Reading(
        records=tuple(to_record(record, command.currency) for record in records),
        absent=_("No refund with our mark is there."),
        unclear=str(capabilities.NO_RECORD) if told in capabilities.MONEY_MOVED and not records else "",
    )


LOOKS: Looks = {CancelOrder: cancellation, RefundOrder: refunds}


def to_record(raw: Node, currency: str) -> Record:
    """Raises Misread for a record without its amount or its state."""
    ident, state = ident_of(raw), text(raw, "refund_status")
    if not state or not raw.get("refund_price"):
        raise Misread("refund_status" if not state else "refund_price")
    standing = STANDING.get(state, Standing.PENDING)
    return Record(
        id=ident,
        ids={"refund": ident},
        text=text(raw, "note"),
        money={IN_ALL: amount_of(raw, "refund_price", currency)},
        units=units_in(raw),
        standing=standing,
        detail=str(capabilities.NOT_PAID_BACK) if standing is Standing.FAILED else "",
    )


def units_in(raw: Node) -> dict[str, Decimal] | None:
    """None where the record does not tell any."""
    if raw.get("refund_line_items") is None:
        return None
    lines = nodes(raw, "refund_line_items")
    return summed((ident_of(line, "line_item_id"), units_of(line, "refund_quantity")) for line in lines)
