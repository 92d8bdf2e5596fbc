"""What stands at Square by which we know our effects: all records that may be one of ours; the judge decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.commands import CancelOrder, CorrectStock, EditOrder, RefundOrder, VoidPayment
from stores.canonical.order import Order, Refund, RefundedLine
from stores.connectors import refund_record
from stores.connectors.fields import in_minor
from stores.connectors.judge import MARK
from stores.connectors.records import Reading, Record, Standing
from stores.connectors.roles import Looks
from stores.kernel.http.json_readers import Misread, Node, at, maybe, nodes, text
from stores.kernel.http.json_readers import ident as ident_of
from stores.kernel.money import Money, summed, total
from stores.platforms.square import cancellable, capabilities, money
from stores.platforms.square.api import Api, currency_of, quantity, stamp
from stores.platforms.square.cancellable import CANCELED, ZERO, Facts, fulfilments, lines_of, uid
from stores.platforms.square.money import DEAD, DONE, refund_ids


# --- refunds as ours, with the units each took --------------------------------------------------------
def to_refunds(facts: Facts) -> tuple[Refund, ...]:
    """Oldest first, since what a record leaves unsaid depends on those before it."""
    rows: list[tuple[datetime, Refund | Node]] = [(one.created_at, one) for one in facts.known]
    rows += [(at(raw, "created_at"), raw) for raw in facts.refunds]
    rows.sort(key=lambda row: row[0])
    found: list[Refund] = []
    for made, row in rows:
        left = cancellable.left(facts.order, found)
        found.append(row if isinstance(row, Refund) else _to_refund(row, made, facts, left))
    return tuple(found)


def _to_refund(raw: Node, made: datetime, facts: Facts, left: Mapping[str, Decimal]) -> Refund:
    currency, said = currency_of(facts.order), text(raw, "reason")
    transaction = money.to_transaction(raw, currency, facts.payments)
    taken = units_of(raw, facts.returns, left)
    return Refund(
        id=transaction.id,
        created_at=made,
        note=said,
        amount=transaction.amount,
        lines=tuple(
            RefundedLine(line_id=uid, units=count, restock="none", was_restocked=False) for uid, count in taken.items()
        ),
        transactions=(transaction,),
    )


def units_of(raw: Node, returns: Mapping[str, Node], left: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """By our record in the reason, else by the return order; empty where neither names any. left: as it was before."""
    taken = refund_record.read(text(raw, "reason"), left)
    return _at_the_till(returns.get(text(raw, "order_id"), {}), left) if taken is None else taken


def _at_the_till(order: Node, left: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """An itemised return names lines of the sale; one made through the API names none."""
    lines = (line for one in nodes(order, "returns") for line in nodes(one, "return_line_items"))
    told = ((text(line, "source_line_item_uid"), quantity(line)) for line in lines)
    return summed((line, units) for line, units in told if line in left)


def unallocated(refunds: Sequence[Refund], currency: str) -> Money:
    """Money that went back and of which nothing says what it was for."""
    chosen = (
        r for r in refunds if cancellable.counts_as_paid(r) and not r.lines and not refund_record.takes_none(r.note)
    )
    return total((r.amount.customer for r in chosen), currency)


def returns_of(api: Api, refunds: Iterable[Node]) -> dict[str, Node]:
    """Only where no record of ours says what was taken."""
    wanted = [text(one, "order_id") for one in refunds if not refund_record.is_there(text(one, "reason"))]
    wanted = [ident for ident in dict.fromkeys(wanted) if ident]
    if not wanted:
        return {}
    found = nodes(api.ask("v2/orders/batch-retrieve", {"order_ids": wanted}), "orders")
    return {ident_of(one, "id"): one for one in found}


# --- the order ----------------------------------------------------------------------------------------
def cancellation(api: Api, command: CancelOrder, _before: Order) -> Reading:
    """Our mark stands in the metadata, which no other application sees, and at each fulfilment."""
    order = api.order(command.order_id)
    if not is_cancelled(order):
        return Reading(absent=_("The order is not cancelled."))
    reasons = (text(cancellable.details_of(one), "cancel_reason") for one in fulfilments(order))
    said = " ".join((text(maybe(order, "metadata"), cancellable.NOTE), *reasons))
    return Reading(records=(_of_order(order, said, _("The order is cancelled.")),))


def is_cancelled(order: Node) -> bool:
    return ident_of(order, "state") == CANCELED or cancellable.was_called_off(order)


def edit(api: Api, command: EditOrder, before: Order) -> Reading:
    order = api.order(command.order_id)
    if is_cancelled(order) and before.cancelled_at is None:
        return Reading(foreign=_("The whole order was cancelled meanwhile."))
    now = {uid(line): quantity(line) for line in lines_of(order)}
    if not now:  # an order always has a line
        raise Misread("line_items")
    said = text(maybe(order, "metadata"), cancellable.EDIT_NOTE)
    if all(now.get(line.line_id, ZERO) == line.keep for line in command.lines):
        return Reading(records=(_of_order(order, said, _("The lines have the quantities that were asked for.")),))
    absent = _("The order still holds these units.")
    old = {line.id: line.current for line in before.lines}
    if all(now.get(line.line_id, ZERO) == old.get(line.line_id) for line in command.lines):
        return Reading(absent=absent)
    return Reading(absent=absent, unclear=_("Some lines changed, but not to what was asked for."))


def _of_order(order: Node, text: str, detail: str) -> Record:
    ident = ident_of(order, "id")
    return Record(id=ident, ids={"order": ident}, text=text, detail=detail)


def payment_of(api: Api, ident: str) -> Node:
    """Raises Misread for an answer without its state: it says nothing."""
    found = api.payment(ident)
    ident_of(found, "status")
    return found


# --- money --------------------------------------------------------------------------------------------
def release(api: Api, command: VoidPayment, _before: Order) -> Reading:
    """No mark can be left on a payment; released is released, whoever did it."""
    payment = payment_of(api, command.payment_id)
    if text(payment, "status") != "CANCELED":
        return Reading(absent=_("The authorisation still stands."))
    ident, said = ident_of(payment, "id"), _("The authorisation is released.")
    return Reading(records=(Record(id=ident, ids={"payment": ident}, text=None, detail=said),))


def refunded(api: Api, command: RefundOrder, before: Order) -> Reading:
    """By the payment's own list, which is complete at once; the list of all refunds lags behind."""
    known = {one.id for one in before.refunds}
    through = {ident: paid.payment_id for paid in command.payments
               for ident in refund_ids(payment_of(api, paid.payment_id)) if ident not in known}  # fmt: skip
    raws = [api.refund(ident) for ident in through]
    raws.sort(key=lambda raw: text(raw, "created_at"))
    found = tuple(_to_records(api, raws, through, {line.id: line.refundable for line in before.lines}))
    return Reading(records=found, absent=_("No refund with our mark is there."))


def _to_records(
    api: Api, raws: list[Node], through: Mapping[str, str], left: Mapping[str, Decimal]
) -> Iterator[Record]:
    """Oldest first: what a record of ours leaves unsaid depends on those before it.

    through: refund id → payment id. left: units of each line that no refund had taken when the plan was made.
    """
    returns, rest = returns_of(api, raws), dict(left)
    for raw in raws:
        taken = units_of(raw, returns, rest)
        standing = standing_of(ident_of(raw, "status"))
        if standing is not Standing.FAILED:
            rest = {uid: max(ZERO, count - taken.get(uid, ZERO)) for uid, count in rest.items()}
        ident, currency = ident_of(raw, "id"), currency_of({"total_money": raw.get("amount_money")})
        yield Record(
            id=ident,
            ids={"refund": ident},
            text=text(raw, "reason"),
            money={through[ident]: in_minor(raw, "amount_money", currency)},
            units=taken,
            standing=standing,
        )


def standing_of(status: str) -> Standing:
    if status in DEAD:
        return Standing.FAILED
    return Standing.DONE if status == DONE else Standing.PENDING


# --- stock --------------------------------------------------------------------------------------------
COMES_FROM, GOES_TO = "UNLINKED_RETURN", "IN_STOCK"
Shelf = tuple[str, str]  # (id in the catalogue, location)


def adjustments(api: Api, command: CorrectStock, before: Order) -> Reading:
    """By our reference on the adjustments: all of one step are one record. One without a mark that brings what we
    bring to such a shelf is somebody else's doing the same."""
    items = list(dict.fromkeys(change.stock_item_id for change in command.changes))
    places = list(dict.fromkeys(change.location_id for change in command.changes))
    steps: defaultdict[str, list[Node]] = defaultdict(list)
    others: list[Node] = []
    for row in api.movements(items, places, GOES_TO, since=stamp(before.placed_at)):
        said = text(row, "reference_id")
        if said.startswith(f"{command.order_id} ["):
            steps[said].append(row)
        elif not MARK.search(said):
            others.append(row)
    ours = [to_stock_record(command, *step) for step in steps.items()]
    theirs = [by_somebody(row) for row in others if is_twin(command, row)]
    return Reading(records=(*ours, *theirs), absent=_("No adjustment with our mark is there."))


def to_stock_record(command: CorrectStock, mark: str, rows: Sequence[Node]) -> Record:
    seen = summed(((text(row, "catalog_object_id"), text(row, "location_id")), quantity(row)) for row in rows)
    is_all, ident = seen == asked_back(command), text(rows[0], "id")
    return Record(
        id=ident,
        ids={"adjustment": ident},
        text=mark,
        standing=Standing.DONE if is_all else Standing.PART,
        detail="" if is_all else str(capabilities.OTHER_QUANTITY),
    )


def is_twin(command: CorrectStock, row: Node) -> bool:
    place = text(row, "catalog_object_id"), text(row, "location_id")
    return text(row, "to_state") == GOES_TO and asked_back(command).get(place) == quantity(row)


def by_somebody(row: Node) -> Record:
    said = _("The same units were put back in stock without our mark.")
    return Record(id=ident_of(row, "id"), detail=said, made_at=at(row, "created_at"))


def asked_back(command: CorrectStock) -> dict[Shelf, Decimal]:
    return summed(((change.stock_item_id, change.location_id), change.delta) for change in command.changes)


LOOKS: Looks = {
    CancelOrder: cancellation,
    EditOrder: edit,
    RefundOrder: refunded,
    VoidPayment: release,
    CorrectStock: adjustments,
}
