"""What a cancellation would give back, in the platform's own figures: never our own tax or discount arithmetic."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from stores.canonical.commands import EditedLine
from stores.canonical.order import LineItem, Order
from stores.canonical.request import CancelRequest, Quote, QuotedLine, QuotedPayment
from stores.kernel.errors import RemoteRefused
from stores.kernel.money import Money, allocate, total
from stores.platforms.shopify import documents, editing, fields, moneys, points, sending
from stores.platforms.shopify.api import Api
from stores.platforms.shopify.fields import Node
from stores.platforms.shopify.reading import check_id, not_found, understood


def quote(api: Api, order: Order, request: CancelRequest) -> Quote:
    """The suggested refund; where units are kept out of stock by an edit, that edit's own figures instead."""
    chosen = _chosen(order, request)
    with understood():
        found = _to_quote(order, _suggested(api, order, request, chosen))
        kept = [(line, units) for line, units in chosen if _is_kept(order, line, request)]
        if kept and found.total and _can_edit(order, kept) and not is_everything(order, chosen):
            return _by_edit(api, order, found, kept)
        return found


def _chosen(order: Order, request: CancelRequest) -> list[tuple[LineItem, Decimal]]:
    """What of the wish the platform can be asked about; the planner says what is wrong with the rest."""
    wanted = ((line, request.lines.get(line.id, Decimal(0))) for line in order.lines)
    return [
        (line, units)
        for line, units in wanted
        if units.is_finite() and 0 < units <= line.refundable and units == units.to_integral_value()
    ]


def _is_kept(order: Order, line: LineItem, request: CancelRequest) -> bool:
    return line.id in request.keep_stock and line.is_tracked and line.is_restockable and order.is_restockable


def _can_edit(order: Order, lines: list[tuple[LineItem, Decimal]]) -> bool:
    return order.is_editable and all(line.is_editable for line, _ in lines)


def is_everything(order: Order, chosen: list[tuple[LineItem, Decimal]]) -> bool:
    """Every unit still on the order (a tip follows it) and none has left: then the platform's full refund is meant."""
    units = {line.id: count for line, count in chosen}
    goods = [line for line in order.lines if line.current > 0 and not line.is_tip]
    shipped = any(line.shipped > 0 for line in order.lines) or any(s.is_effective for s in order.shipments)
    return bool(goods) and not shipped and all(units.get(line.id) == line.current for line in goods)


def _suggested(api: Api, order: Order, request: CancelRequest, chosen: list[tuple[LineItem, Decimal]]) -> Node:
    everything = is_everything(order, chosen)
    variables: dict[str, Any] = {"id": check_id(order.external_id), "full": False}
    if everything and request.shipping is None:
        variables["full"] = True
    else:
        lines = chosen + (
            [(line, line.current) for line in order.lines if line.is_tip and line.current] if everything else []
        )
        variables["items"] = [
            {"lineItemId": line.id, "quantity": sending.whole(units), "restockType": "CANCEL"} for line, units in lines
        ]
        variables["duties"] = [
            {"dutyId": duty.id, "refundType": "FULL"} for line, n in lines if n == line.current for duty in line.duties
        ]
        if request.shipping:
            variables["amount"] = sending.amount(request.shipping)
        elif request.shipping is None and _empties(order, chosen):
            variables["ship"] = True
    data = api.read(documents.SUGGEST, variables, cost=points.suggested())
    if data.get("order") is None:
        raise not_found()
    return fields.node(fields.node(data, "order"), "suggestedRefund")


def _empties(order: Order, chosen: list[tuple[LineItem, Decimal]]) -> bool:
    """Nothing is left to ship afterwards and nothing ever left, so that its shipping goes back too."""
    units = {line.id: count for line, count in chosen}
    goods = [line for line in order.lines if line.current > 0 and not line.is_tip]
    return bool(goods) and all(units.get(line.id) == line.current for line in goods)


def _to_quote(order: Order, raw: Node) -> Quote:
    shipping = fields.node(raw, "shipping")
    return Quote(
        currency=order.customer_currency,
        subtotal=fields.paid(raw, "subtotalSet"),
        tax=fields.paid(raw, "totalTaxSet"),
        shipping=fields.paid(shipping, "amountSet"),
        duties=fields.paid(raw, "totalDutiesSet"),
        total=fields.paid(raw, "amountSet"),
        maximum=fields.paid(raw, "maximumRefundableSet"),
        lines=tuple(_to_line(line) for line in fields.items(raw, "refundLineItems")),
        payments=tuple(_to_payment(order, t) for t in fields.items(raw, "suggestedTransactions")),
    )


def _to_line(raw: Node) -> QuotedLine:
    location = fields.maybe(raw, "location") or {}
    return QuotedLine(
        line_id=fields.ident(fields.node(raw, "lineItem")),
        units=fields.units(raw, "quantity"),
        amount=fields.paid(raw, "subtotalSet"),
        tax=fields.paid(raw, "totalTaxSet"),
        location_id=fields.text(location, "id"),
        location_name=fields.text(location, "name"),
    )


def _to_payment(order: Order, raw: Node) -> QuotedPayment:
    parent = fields.ident(fields.node(raw, "parentTransaction"))
    known = next((payment for payment in order.payments if payment.id == parent), None)
    amount = fields.paid(raw, "amountSet")
    return QuotedPayment(
        payment_id=parent,
        gateway=fields.text(raw, "gateway"),
        label=known.label if known else moneys.label(raw),
        amount=amount,
        maximum=fields.paid(raw, "maximumRefundableSet") if raw.get("maximumRefundableSet") else amount,
        is_manual=known.is_manual if known else False,
    )


# --- by an edit ---------------------------------------------------------------------------------------


def _by_edit(api: Api, order: Order, found: Quote, kept: list[tuple[LineItem, Decimal]]) -> Quote:
    """The kept lines as an edit session values them. Nothing is committed; an abandoned session is harmless."""
    lines = tuple(EditedLine(line_id=line.id, keep=line.current - units, restock=False) for line, units in kept)
    try:
        session = editing.open_session(api, order.external_id, lines)
    except RemoteRefused:
        return found  # no right to edit: the refund path is taken, and its figures hold
    ids = {line.id for line, _ in kept}
    tax_inside = order.taxes_included  # then the lines' subtotals hold it already
    parts = (q.amount if tax_inside else q.amount + q.tax for q in found.lines if q.line_id in ids)
    suggested = total(parts, found.currency)
    return _shifted(found, (session.outstanding_before - session.outstanding) - suggested)


def _shifted(found: Quote, difference: Money) -> Quote:
    """The same quote with a total moved by `difference`, spread over the payments within their limits."""
    if not difference or not found.payments:
        return found
    whole = found.total + difference
    room = total((p.maximum for p in found.payments), found.currency)
    if whole.amount < 0 or whole > room or whole > found.maximum:
        return found
    parts = allocate(whole, [p.maximum.amount for p in found.payments])
    return replace(
        found,
        subtotal=found.subtotal + difference,
        total=whole,
        payments=tuple(replace(p, amount=part) for p, part in zip(found.payments, parts, strict=True)),
    )
