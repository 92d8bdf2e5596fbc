"""Builders by keyword: `make.canonical_order(lines=[make.line(units=2)])`. Each test names only what matters.

Amounts are strings in major units; the default shop trades in USD. Times stand still at NOW.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from cancellations.models import Cancellation, Preview, Step
from cancellations.planning.plan import Plan
from cancellations.planning.reports import Answer
from cancellations.services import preview as previews
from cancellations.services import submit
from stores.canonical import codec
from stores.canonical.order import (
    Cancellable,
    Fulfilment,
    LineItem,
    Location,
    MoneyPair,
    Order,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Person,
    Placement,
    Readiness,
    Totals,
)
from stores.canonical.receipts import Receipt, Reported, StockCount
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel.money import Money
from stores.models import (
    Connection,
    ConnectionHealth,
    Membership,
    OrderRecord,
    OrderSnapshot,
    Role,
    Store,
    StoreSync,
    User,
)

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
WAREHOUSE = Location(id="gid://shopify/Location/1", name="Warehouse")
OF_ACCOUNT = ("settings", "account", "granted_scopes", "inbox_token")
FAR_FROM_SHOPS = 1_000_000
_next = itertools.count(1)


# --- receipts ---------------------------------------------------------------------------------------
def counts(said: str) -> tuple[StockCount, ...]:
    """Of "<item>@<place>:<before>:<after>:<asked>;…"; without `asked` they prove nothing."""
    return tuple(_count(*re.split("[@:]", part)) for part in said.split(";") if part)


def _count(item: str, place: str, before: str, after: str, asked: str = "") -> StockCount:
    return StockCount(
        stock_item_id=item,
        location_id=place,
        before=Decimal(before),
        after=Decimal(after),
        asked=Decimal(asked) if asked else None,
    )


def answer(**reported: Any) -> Answer:
    """As the comparison reads a step that was answered."""
    return Answer(reported=Reported(**reported))


def moved(receipt: Receipt) -> Decimal:
    """All that its counts moved by."""
    return sum((count.moved for count in receipt.reported.stock), Decimal(0))


def asked(receipt: Receipt) -> Decimal:
    return sum((count.asked or Decimal(0) for count in receipt.reported.stock), Decimal(0))


# --- people and shops ------------------------------------------------------------------------------
def person(email: str = "", *, name: str = "", password: str = PASSWORD, **fields: Any) -> User:
    number = next(_next)
    address = email or f"person{number}@example.com"
    return User.objects.create_user(address, password, name=name or address.split("@")[0].title(), **fields)


def store(name: str = "", *, platform: str = "shopify", **fields: Any) -> Store:
    """A connected shop with its health and sync rows, up to date as of NOW. What is of its account goes there."""
    number = next(_next)
    called = name or f"Shop {number}"
    account = {field: fields.pop(field) for field in OF_ACCOUNT if field in fields}
    if "connection" not in fields:
        state = "disconnected" if fields.get("state") == "disconnected" else "active"
        fields["connection"] = connection(called, connector=platform, state=state, **account)
    defaults: dict[str, Any] = {"currency": "USD", "created_at": NOW}
    made = Store.objects.create(name=called, platform=platform, **(defaults | fields))
    StoreSync.objects.create(store=made, phase="follow", fresh_at=NOW, watermark=NOW, copied=0)
    return made


def connection(name: str = "", *, connector: str = "shopify", **fields: Any) -> Connection:
    """One outside account with its health row. Its number is no shop's, so that nobody takes one for the other."""
    number = next(_next)
    defaults: dict[str, Any] = {
        "pk": FAR_FROM_SHOPS + number,
        "settings": {"shop": f"shop-{number}.myshopify.com"},
        "granted_scopes": ["read_orders", "write_orders"],
        "created_at": NOW,
    }
    made = Connection.objects.create(name=name or f"Account {number}", connector=connector, **(defaults | fields))
    ConnectionHealth.objects.create(connection=made, last_success_at=NOW)
    return made


def membership(who: User, shop: Store, role: Role = Role.STAFF, **limits: int | None) -> Membership:
    return Membership.objects.create(person=who, store=shop, role=role, **limits)


# --- money -----------------------------------------------------------------------------------------
def money(amount: str | int | Decimal = "0.00", currency: str = "USD") -> Money:
    return Money(Decimal(amount), currency)


def pair(amount: str | int | Decimal = "0.00", currency: str = "USD") -> MoneyPair:
    """The same amount on both sides: a shop that trades in one currency."""
    return MoneyPair(shop=money(amount, currency), customer=money(amount, currency))


# --- orders in the canonical language ----------------------------------------------------------------
def line(
    *,
    units: int | str = 1,
    shipped: int | str = 0,
    cancelled: int | str = 0,
    price: str = "10.00",
    currency: str = "USD",
    location: Location = WAREHOUSE,
    **fields: Any,
) -> LineItem:
    """A line of `units` ordered; what is neither shipped nor cancelled waits at `location`, ready."""
    number = next(_next)
    ordered, gone, off = Decimal(units), Decimal(shipped), Decimal(cancelled)
    left = ordered - gone - off
    waiting = Placement(
        id=f"gid://shopify/FulfillmentOrderLineItem/{number}",
        group_id="gid://shopify/FulfillmentOrder/1",
        units=left,
        readiness=Readiness.OPEN,
        location=location,
    )
    defaults: dict[str, Any] = {
        "id": f"gid://shopify/LineItem/{number}",
        "title": f"Acrylic block {number}",
        "sku": f"AB-{number}",
        "ordered": ordered,
        "current": ordered - off,
        "shipped": gone,
        "cancelled": off,
        "refundable": ordered - off,
        "unfulfilled": left,
        "cancellable": left,
        "unit_price": pair(price, currency),
        "placements": (waiting,) if left else (),
        "stock_item_id": f"gid://shopify/InventoryItem/{number}",
    }
    return LineItem(**(defaults | fields))


def payment(amount: str = "10.00", currency: str = "USD", **fields: Any) -> Payment:
    """A captured card payment that can be given back whole."""
    number = next(_next)
    defaults: dict[str, Any] = {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": PaymentKind.SALE,
        "status": PaymentStatus.SUCCESS,
        "gateway": "shopify_payments",
        "label": "Visa •••• 4242",
        "amount": pair(amount, currency),
        "refundable": money(amount, currency),
        "processed_at": NOW - timedelta(hours=2),
    }
    return Payment(**(defaults | fields))


def totals(amount: str | Decimal, currency: str = "USD", **fields: MoneyPair) -> Totals:
    """Everything paid, nothing given back, no tax and no shipping."""
    whole, none = pair(amount, currency), pair("0", currency)
    defaults = dict.fromkeys(
        ("tax", "shipping", "discounts", "refunded", "refunded_shipping", "outstanding", "capturable"), none
    )
    paid = dict.fromkeys(("original", "current", "subtotal", "received", "net"), whole)
    return Totals(**(defaults | paid | fields))


def canonical_order(*, lines: Sequence[LineItem] | None = None, currency: str = "USD", **fields: Any) -> Order:
    """A paid order of `lines` (one unit at 10.00 by default); the money follows from them."""
    number = next(_next)
    rows = tuple([line(currency=currency)] if lines is None else lines)
    worth = sum((row.unit_price.customer.amount * row.current for row in rows), Decimal(0))
    open_units = sum((row.cancellable for row in rows), Decimal(0))
    some_shipped = any(row.shipped for row in rows)
    defaults: dict[str, Any] = {
        "platform": "shopify",
        "external_id": f"gid://shopify/Order/{number}",
        "legacy_id": str(number),
        "number": f"#{1000 + number}",
        "placed_at": NOW - timedelta(hours=2),
        "created_at": NOW - timedelta(hours=2),
        "updated_at": NOW - timedelta(hours=1),
        "fulfilment": Fulfilment.PARTIAL if some_shipped else Fulfilment.UNFULFILLED,
        "payment": PaymentState.PAID,
        "currency": currency,
        "customer_currency": currency,
        "customer": Person(id="gid://shopify/Customer/1", name="Priya Raman", email="priya.raman@example.com"),
        "totals": totals(worth, currency),
        "lines": rows,
        "payments": (payment(str(worth), currency),) if worth else (),
        "shipping_refundable": money("0", currency),
        "cancellable": (Cancellable.PART if some_shipped else Cancellable.ALL) if open_units else Cancellable.NONE,
    }
    return Order(**(defaults | fields))


def order_record(*, store: Store | None = None, order: Order | None = None, **fields: Any) -> OrderRecord:
    """The mirrored copy of `order` in `store`, read at NOW."""
    shop = store if store is not None else globals()["store"]()
    facts = order if order is not None else canonical_order(currency=shop.currency)
    record = OrderRecord.objects.create(store=shop, **(_columns(facts) | fields))
    OrderSnapshot.objects.create(order=record, text=codec.dumps(facts))
    return record


def _columns(order: Order) -> dict[str, Any]:
    words = [order.number, order.customer.name, order.customer.email]
    words += [text for row in order.lines for text in (row.title, row.sku)]
    return {
        "external_id": order.external_id,
        "number": order.number,
        "number_folded": order.number.lstrip("#").casefold(),
        "search": " ".join(words).casefold(),
        "customer_name": order.customer.name,
        "customer_email": order.customer.email,
        "placed_at": order.placed_at,
        "updated_at": order.updated_at,
        "cancelled_at": order.cancelled_at,
        "fulfilment": order.fulfilment,
        "payment": order.payment,
        "cancellable": order.cancellable,
        "units_open": sum((row.cancellable for row in order.lines), Decimal(0)),
        "units_ordered": sum((row.ordered for row in order.lines), Decimal(0)),
        "total_minor": order.totals.current.shop.minor,
        "currency": order.totals.current.shop.currency,
        "is_summary": False,
        "read_at": NOW,
    }


def changed(order: Order, **fields: Any) -> Order:
    """The same order a moment later."""
    return replace(order, updated_at=order.updated_at + timedelta(minutes=1), **fields)


# --- cancellations -----------------------------------------------------------------------------------
def preview(*, record: OrderRecord | None = None, actor: User | None = None, **wish: Any) -> Preview:
    """What somebody was shown: everything that can be cancelled, without a refund, on the mirrored copy."""
    row = record or order_record()
    order = codec.loads(Order, row.snapshot.text)
    lines = {each.id: each.cancellable for each in order.lines if each.cancellable}
    request = CancelRequest(**({"lines": lines, "refund": RefundChoice.NONE} | wish))
    plan = previews.plan_on(row.store, order, request, None)
    return Preview.objects.create(
        store=row.store,
        order=row,
        actor=actor or person(),
        request=codec.dumps(request),
        plan=codec.dumps(plan),
        facts=codec.dumps(order),
        fingerprint=plan.fingerprint,
        created_at=NOW,
    )


def cancellation(*, record: OrderRecord | None = None, requester: User | None = None, **fields: Any) -> Cancellation:
    """A confirmed plan with its steps, on hold for ten minutes after NOW."""
    seen = preview(record=record, actor=requester)
    plan = codec.loads(Plan, seen.plan)
    defaults: dict[str, Any] = {
        "state": "held",
        "reason": plan.reason,
        "units": plan.units,
        "money_minor": plan.sums.total.minor,
        "currency": plan.sums.total.currency,
        "created_at": NOW,
        "held_until": NOW + timedelta(minutes=10),
    }
    if fields.get("state") != "awaiting_approval":
        who = fields.get("approver") or seen.actor
        defaults |= {"vouched_by": who, "counts_for": who, "counts_from": fields.get("created_at", NOW)}
    made = Cancellation.objects.create(
        store=seen.store,
        order=seen.order,
        preview=seen,
        fingerprint=seen.fingerprint,
        requester=seen.actor,
        **(defaults | fields),
    )
    Step.objects.bulk_create(submit.steps_of(made, plan))
    return made
