"""refundCreate: checks in the vendor's order, then units, stock and money in one go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.platforms.shopify import stock, suggest, totals
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.totals import REFUND_STATUS, transaction
from sandbox.platforms.shopify.values import Body, is_exact, minor, next_part, number_of

Problem = dict[str, Any]
CAUSE = "refundCreate"


def problem(message: str, *path: str) -> Problem:
    return {"field": list(path) or None, "message": message}


def create(session: Session, wanted: Mapping[str, Any]) -> tuple[Body | None, Body | None, list[Problem]]:
    """(order, refund, user errors); nothing has changed when there are errors."""
    order = session.visible(number_of(wanted["order_id"], "Order"))
    if order is None:
        return None, None, [problem("Order does not exist", "orderId")]
    found = session.forced_errors(CAUSE) or list(problems(session, order, wanted))
    if found:
        return order, None, found
    refund = apply(session, order, wanted)
    session.save(order)
    session.happened("REFUNDS_CREATE", {"id": refund["id"], "order_id": order["id"]})
    session.order_event("ORDERS_UPDATED", order)
    return order, refund, []


# --- checks --------------------------------------------------------------------------------------
def problems(session: Session, order: Body, wanted: Mapping[str, Any]) -> Iterator[Problem]:
    lines, payments = wanted.get("refund_line_items") or [], wanted.get("transactions") or []
    others = wanted.get("shipping"), wanted.get("refund_duties"), wanted.get("refund_methods")
    if not (lines or payments or any(others)):
        yield problem("Refund must have something to refund")
    if order["currency"] != order["shop_currency"] and wanted.get("currency") != order["currency"]:
        yield problem(f"Currency must be {order['currency']}", "currency")
    yield from line_problems(session, order, lines)
    unpaid = not totals.received(order)
    if unpaid and lines and not payments and session.switches["unpaid_refund"] == "refused":
        yield problem("Order has no payment to refund", "transactions")
    yield from payment_problems(order, payments, over=bool(wanted.get("allow_over_refunding")))
    yield from shipping_problems(order, wanted.get("shipping"))
    yield from method_problems(session, order, wanted.get("refund_methods") or [])


def line_problems(session: Session, order: Body, lines: list[Body]) -> Iterator[Problem]:
    taken: dict[tuple[int, str], int] = {}
    for place, item in enumerate(lines):
        where = ("refundLineItems", str(place))
        line = totals.line_of(order, number_of(item["line_item_id"], "LineItem"))
        if line is None:
            yield problem("Line item does not exist on this order", *where, "lineItemId")
            continue
        yield from unit_problems(line, item, where, taken)
        yield from place_problems(session, item, where)


def unit_problems(
    line: Body, item: Body, where: tuple[str, str], taken: dict[tuple[int, str], int]
) -> Iterator[Problem]:
    kind, units = item.get("restock_type") or "NO_RESTOCK", item["quantity"]
    earlier = sum(count for (line_id, _), count in taken.items() if line_id == line["id"])
    limit, word = totals.waiting(line), "unfulfilled"
    if kind == "RETURN":
        limit, word = line["fulfilled"] - line["refunded_shipped"], "fulfilled"
    if units < 1:
        yield problem("Quantity must be greater than 0", *where, "quantity")
    elif earlier + units > totals.refundable(line):
        yield problem("Quantity cannot refund more items than were purchased", *where, "quantity")
    elif kind != "NO_RESTOCK" and taken.get((line["id"], kind), 0) + units > limit:
        yield problem(f"Quantity cannot exceed the {word} quantity", *where, "quantity")
    taken[line["id"], kind] = taken.get((line["id"], kind), 0) + max(0, units)


def place_problems(session: Session, item: Body, where: tuple[str, str]) -> Iterator[Problem]:
    if (item.get("restock_type") or "NO_RESTOCK") == "NO_RESTOCK":
        return
    if item.get("location_id") is None:
        if session.switches["missing_location"] == "refused":
            yield problem("Location is required to restock", *where, "locationId")
        return
    location = session.location(number_of(item["location_id"], "Location"))
    if location is None:
        yield problem("Location does not exist", *where, "locationId")
    elif not location["active"]:
        yield problem("Location is not active", *where, "locationId")


def payment_problems(order: Body, payments: list[Body], *, over: bool) -> Iterator[Problem]:
    back: dict[int, int] = {}
    for place, item in enumerate(payments):
        where = ("transactions", str(place))
        parent = parent_of(order, item)
        if item["kind"] != "REFUND":
            yield problem("Kind must be refund", *where, "kind")
        elif parent is None or parent["kind"] not in totals.PAID or parent["status"] != "SUCCESS":
            yield problem("Parent transaction is not a successful payment of this order", *where, "parentId")
        elif parent["gateway"] != item["gateway"]:
            yield problem("Gateway does not match the parent transaction", *where, "gateway")
        elif not is_exact(item["amount"], order["currency"]) or minor(item["amount"], order["currency"]) <= 0:
            yield problem("Amount is not valid for this currency", *where, "amount")
        else:
            back[parent["id"]] = back.get(parent["id"], 0) + minor(item["amount"], order["currency"])
            if back[parent["id"]] > totals.max_refundable(order, parent) and not over:
                yield problem("Amount cannot be greater than what can be refunded", *where, "amount")


def parent_of(order: Body, item: Body) -> Body | None:
    return totals.payment_of(order, number_of(item.get("parent_id"), "OrderTransaction"))


def shipping_problems(order: Body, shipping: Mapping[str, Any] | None) -> Iterator[Problem]:
    left = totals.shipping(order)
    if not shipping or shipping.get("amount") is None:
        return
    if not is_exact(shipping["amount"], order["currency"]) or minor(shipping["amount"], order["currency"]) < 0:
        yield problem("Amount is not valid for this currency", "shipping", "amount")
    elif minor(shipping["amount"], order["currency"]) > left:
        yield problem("Shipping refund cannot exceed what was paid for shipping", "shipping", "amount")


def method_problems(session: Session, order: Body, methods: list[Body]) -> Iterator[Problem]:
    if not methods:
        return
    if not session.shop["store_credit"] or not order["customer"]:
        yield problem("Store credit needs a customer with an account", "refundMethods")
    elif order["company"]:
        yield problem("Store credit is not available for company orders", "refundMethods")


# --- effects -------------------------------------------------------------------------------------
def apply(session: Session, order: Body, wanted: Mapping[str, Any]) -> Body:
    """Takes the units off, puts stock back, moves money. Everything has been checked."""
    note = wanted.get("note") or ""
    refund = open_refund(session, order, note)
    taken: dict[int, int] = {}
    for item in wanted.get("refund_line_items") or []:
        line = suggest.refund_line(session, order, item, {})
        taken[line["line"]] = taken.get(line["line"], 0) + line["units"]
        take_units(session, order, refund, line, cause=CAUSE)
    take_shipping(order, refund, wanted.get("shipping"))
    take_duties(order, refund, suggest.duties_back(order, taken, wanted.get("refund_duties") or ()))
    move_money(session, order, refund, wanted)
    return refund


def open_refund(session: Session, order: Body, note: str, *, is_told: bool = True) -> Body:
    """An empty refund of the order. `is_told`: the note can be read back; the ledger keeps it anyway."""
    refund: Body = {"id": next_part(order), "created_at": session.at, "adjustment": 0, "tag": note}
    refund |= {"note": note or None if is_told else None}
    refund |= {"lines": [], "shipping": [], "duties": [], "order_transactions": []}
    order["refunds"].append(refund)
    return refund


def take_units(session: Session, order: Body, refund: Body, line: Body, *, cause: str) -> None:
    """NO_RESTOCK takes shipped units first, as the platform does."""
    item = totals.line_of(order, line["line"])
    assert item is not None, "checked before"
    shipped = 0
    if line["type"] != "CANCEL":
        shipped = min(line["units"], item["fulfilled"] - item["refunded_shipped"])
    waiting = line["units"] - shipped
    item["refunded_shipped"] += shipped
    item["refunded_waiting"] += waiting
    line |= {"id": next_part(order)}
    note = refund["tag"]
    if line["type"] == "RETURN" and line["location"]:
        stock.returned(session, order, item, shipped, target=line["location"], cause=cause, note=note)
    free_waiting(session, order, item, waiting, line, cause=cause, note=note)
    line["restocked"] = line["type"] in ("CANCEL", "RETURN") and item["is_tracked"] and line["location"] is not None
    refund["lines"].append(line)


def free_waiting(session: Session, order: Body, item: Body, units: int, line: Body, *, cause: str, note: str) -> None:
    """Waiting units leave their fulfilment orders: first where they go back to, then wherever they wait."""
    is_restocking = line["type"] == "CANCEL"
    policy = session.switches["no_restock_stock"]
    parcels = sorted(order["fulfillment_orders"], key=lambda parcel: parcel["location"] != line["location"])
    for parcel in parcels:
        for part in parcel["items"]:
            if part["line"] != item["id"] or not units or parcel["status"] in ("CLOSED", "CANCELLED"):
                continue
            freed = min(units, part["remaining"])
            part["remaining"] -= freed
            units -= freed
            if not is_restocking and policy == "committed_stays":
                continue
            target = line["location"] or parcel["location"]
            target = target if is_restocking or policy == "restocked" else None
            stock.released(
                session, order, item, freed, source=parcel["location"], target=target, cause=cause, note=note
            )
        close_if_empty(session, parcel)


def close_if_empty(session: Session, parcel: Body) -> None:
    """A fulfilment order with nothing left to send is closed."""
    if parcel["status"] in totals.OPEN_FULFILMENT and not any(part["remaining"] for part in parcel["items"]):
        parcel |= {"status": "CLOSED", "holds": [], "updated_at": session.at}


def take_shipping(order: Body, refund: Body, shipping: Mapping[str, Any] | None) -> None:
    if not shipping or not (shipping.get("full_refund") or shipping.get("amount") is not None):
        return
    amount = None if shipping.get("full_refund") else minor(shipping["amount"], order["currency"])
    for part in suggest.shipping_back(order, amount):
        ship = next(ship for ship in order["shipping"] if ship["id"] == part["line"])
        ship["refunded"] += part["amount"]
        ship["tax_refunded"] += part["tax"]
        refund["shipping"].append(part | {"id": next_part(order)})


def take_duties(order: Body, refund: Body, parts: list[Body]) -> None:
    for part in parts:
        duty = next(duty for line in order["lines"] for duty in line["duties"] if duty["id"] == part["duty"])
        duty["refunded"] += part["amount"]
        refund["duties"].append(part)


def move_money(session: Session, order: Body, refund: Body, wanted: Mapping[str, Any]) -> None:
    """Money moves only through transactions or store credit; what goes back beyond the units lowers the order."""
    owed = max(0, -totals.outstanding(order))
    payments = [
        (parent_of(order, item), minor(item["amount"], order["currency"])) for item in wanted.get("transactions") or []
    ]
    if not payments and session.switches["empty_transactions"] == "platform_decides" and refund["lines"]:
        payments = [(payment, amount) for payment, amount in suggest.over_payments(order, owed)]
    moved = 0
    for parent, amount in payments:
        assert parent is not None, "checked before"
        moved += pay_back(session, order, refund, parent, amount, cause=CAUSE)
    for method in wanted.get("refund_methods") or []:
        moved += give_credit(session, order, refund, method, cause=CAUSE)
    refund["adjustment"] = max(0, moved - owed)
    if not moved:
        session.changed("refund", order, cause=CAUSE, note=refund["tag"], refund=refund["id"], is_empty=True,
                       units=sum(line["units"] for line in refund["lines"]))  # fmt: skip


def pay_back(session: Session, order: Body, refund: Body, parent: Body, amount: int, *, cause: str) -> int:
    """One refund transaction; returns what moved or will move."""
    status = REFUND_STATUS.get(parent["gateway"], "SUCCESS")
    if session.switches["pending_seconds"] == "0" and status == "PENDING":
        status = "SUCCESS"
    error = "PAYMENT_PROVIDER_ERROR" if status == "FAILURE" else None
    made = transaction(order, "REFUND", parent["gateway"], amount, parent_id=parent["id"], at=session.at,
                       status=status, error=error)  # fmt: skip
    refund["order_transactions"].append(made["id"])
    if status == "PENDING" and session.switches["pending_seconds"] != "never":
        session.timer(session.at + float(session.switches["pending_seconds"]), "settle",
                      {"order": order["id"], "payment": made["id"]})  # fmt: skip
    session.changed("refund", order, cause=cause, note=refund["tag"], amount=0 if status == "FAILURE" else amount,
                   units=sum(line["units"] for line in refund["lines"]), refund=refund["id"], status=status,
                   gateway=parent["gateway"])  # fmt: skip
    return 0 if status == "FAILURE" else amount


def give_credit(session: Session, order: Body, refund: Body, method: Body, *, cause: str) -> int:
    amount = minor(method["store_credit_refund"]["amount"]["amount"], order["currency"])
    parent = next((payment for payment in order["transactions"] if payment["kind"] in totals.PAID), None)
    made = transaction(order, "REFUND", "store_credit", amount, parent_id=parent and parent["id"], at=session.at)
    refund["order_transactions"].append(made["id"])
    session.changed("refund", order, cause=cause, note=refund["tag"], amount=amount, refund=refund["id"],
                   status="SUCCESS", gateway="store_credit")  # fmt: skip
    return amount


def settle(session: Session, order: Body, payment_id: int) -> None:
    """A pending refund has gone through."""
    payment = totals.payment_of(order, payment_id)
    if payment and payment["status"] == "PENDING":
        payment["status"] = "SUCCESS"
        session.save(order)
        session.order_event("ORDERS_UPDATED", order)
