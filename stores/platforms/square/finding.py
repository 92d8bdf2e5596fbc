"""Looking for an effect by reading: all records that may be it, as Square tells them; the judge decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.commands import CancelOrder, Command, CorrectStock, EditOrder, RefundOrder, VoidPayment
from stores.canonical.order import Order
from stores.connectors.records import Reading, Record, Standing
from stores.kernel.errors import Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node, maybe
from stores.platforms.square import cancellable, facts, refunds, stock, units
from stores.platforms.square.api import Api, part
from stores.platforms.square.facts import refund_ids
from stores.platforms.square.fields import currency_of, money, quantity
from stores.platforms.square.receipts import DEAD, DONE


def records(api: Api, command: Command, *, before: Order) -> Reading:
    """Raises Misread for an answer without its state: it says nothing."""
    match command:
        case CancelOrder():
            return cancellation(facts.one_order(api, command.order_id))
        case EditOrder():
            return edit(facts.one_order(api, command.order_id), command, before)
        case RefundOrder():
            return refunded(api, command, before)
        case VoidPayment():
            return release(payment_of(api, command.payment_id))
        case CorrectStock():
            return stock.adjustments(api, command, before.placed_at)
    raise Unsupported("cancel_lines")


def payment_of(api: Api, ident: str) -> Node:
    found = json_readers.node(api.get(f"v2/payments/{part(ident)}").get("payment"), "payment")
    json_readers.ident(found, "status")
    return found


# --- the order ----------------------------------------------------------------------------------------
def cancellation(order: Node) -> Reading:
    """Our mark stands in the metadata, which no other application sees, and at each fulfilment."""
    if not is_cancelled(order):
        return Reading(absent=_("The order is not cancelled."))
    reasons = (json_readers.text(cancellable.details_of(one), "cancel_reason") for one in units.fulfilments(order))
    said = " ".join((json_readers.text(maybe(order, "metadata"), cancellable.NOTE), *reasons))
    return Reading(records=(_of_order(order, said, _("The order is cancelled.")),))


def is_cancelled(order: Node) -> bool:
    return json_readers.ident(order, "state") == units.CANCELED or cancellable.was_called_off(order)


def edit(order: Node, command: EditOrder, before: Order) -> Reading:
    if is_cancelled(order) and before.cancelled_at is None:
        return Reading(foreign=_("The whole order was cancelled meanwhile."))
    now = {units.uid(line): quantity(line) for line in units.lines_of(order)}
    if not now:  # an order always has a line
        raise Misread("line_items")
    said = json_readers.text(maybe(order, "metadata"), cancellable.EDIT_NOTE)
    if all(now.get(line.line_id, units.ZERO) == line.keep for line in command.lines):
        return Reading(records=(_of_order(order, said, _("The lines have the quantities that were asked for.")),))
    absent = _("The order still holds these units.")
    old = {line.id: line.current for line in before.lines}
    if all(now.get(line.line_id, units.ZERO) == old.get(line.line_id) for line in command.lines):
        return Reading(absent=absent)
    return Reading(absent=absent, unclear=_("Some lines changed, but not to what was asked for."))


def _of_order(order: Node, text: str, detail: str) -> Record:
    ident = json_readers.ident(order, "id")
    return Record(id=ident, ids={"order": ident}, text=text, detail=detail)


# --- money --------------------------------------------------------------------------------------------
def release(payment: Node) -> Reading:
    """No mark can be left on a payment; released is released, whoever did it."""
    if json_readers.text(payment, "status") != "CANCELED":
        return Reading(absent=_("The authorisation still stands."))
    ident, said = json_readers.ident(payment, "id"), _("The authorisation is released.")
    return Reading(records=(Record(id=ident, ids={"payment": ident}, text=None, detail=said),))


def refunded(api: Api, command: RefundOrder, before: Order) -> Reading:
    """By the payment's own list, which is complete at once; the list of all refunds lags behind."""
    known = {one.id for one in before.refunds}
    through = {ident: paid.payment_id for paid in command.payments
               for ident in refund_ids(payment_of(api, paid.payment_id)) if ident not in known}  # fmt: skip
    raws = [json_readers.node(api.get(f"v2/refunds/{part(ident)}").get("refund"), "refund") for ident in through]
    raws.sort(key=lambda raw: json_readers.text(raw, "created_at"))
    found = tuple(_to_records(api, raws, through, {line.id: line.refundable for line in before.lines}))
    return Reading(records=found, absent=_("No refund with our mark is there."))


def _to_records(
    api: Api, raws: list[Node], through: Mapping[str, str], left: Mapping[str, Decimal]
) -> Iterator[Record]:
    """Oldest first: what a record of ours leaves unsaid depends on those before it.

    through: refund id → payment id. left: units of each line that no refund had taken when the plan was made.
    """
    returns, rest = facts.returns_of(api, raws), dict(left)
    for raw in raws:
        taken = refunds.units_of(raw, returns, rest)
        standing = standing_of(json_readers.ident(raw, "status"))
        if standing is not Standing.FAILED:
            rest = {uid: max(units.ZERO, count - taken.get(uid, units.ZERO)) for uid, count in rest.items()}
        ident, currency = json_readers.ident(raw, "id"), currency_of({"total_money": raw.get("amount_money")})
        yield Record(
            id=ident,
            ids={"refund": ident},
            text=json_readers.text(raw, "reason"),
            money={through[ident]: money(raw, "amount_money", currency)},
            units=taken,
            standing=standing,
        )


def standing_of(status: str) -> Standing:
    if status in DEAD:
        return Standing.FAILED
    return Standing.DONE if status == DONE else Standing.PENDING
