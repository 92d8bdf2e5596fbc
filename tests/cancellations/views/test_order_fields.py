"""Every field that a platform tells of an order stands on its page, or is listed here with the reason why not."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from stores.canonical.order import (
    Duty,
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
    Refund,
    Remark,
    Shipment,
    Totals,
)
from stores.kernel.money import Money
from tests import make
from tests.rigs.people import Cast

pytestmark = pytest.mark.django_db


def pair(cents: int) -> MoneyPair:
    """Amounts nobody else has: ¥ for the shop, € for the customer."""
    return MoneyPair(shop=Money(Decimal(cents), "JPY"), customer=Money(Decimal(cents).scaleb(-2), "EUR"))


def day(number: int) -> datetime:
    return datetime(2025, 3, number, 12, tzinfo=UTC)


TOTALS = {f.name: pair(51001 + n) for n, f in enumerate(fields(Totals))}
PLACE = Placement(
    id="place-id",
    group_id="place-group",
    units=Decimal(7),
    readiness=Readiness.ON_HOLD,
    location=Location(id="loc-id", name="Harbour Depot", is_active=False, is_service=False),
    detail="Address looks wrong",
)
LINE = LineItem(
    id="gid://line/77",
    title="Cadmium red",
    variant="60 ml",
    sku="SKU-RED",
    vendor="Pigment House",
    ordered=Decimal(41),
    current=Decimal(33),
    shipped=Decimal(23),
    cancelled=Decimal(8),
    refundable=Decimal(31),
    unfulfilled=Decimal(9),
    cancellable=Decimal(7),
    unit_step=Decimal("0.5"),
    unit_price=pair(1299),
    original_unit_price=pair(1399),
    tax=("VAT 19 %: 2.07",),
    duties=(Duty(id="duty-id", amount=Money(Decimal("3.33"), "EUR")),),
    placements=(PLACE,),
    is_gift_card=True,
    is_tip=True,
    group_id="bundle-id",
    group_title="Starter set",
    stock_item_id="stock-id",
)
STUCK = replace(LINE, id="gid://line/78", cancellable=Decimal(0), placements=(), why_not="It has left by sea.")
PAYMENT = Payment(
    id="pay-id",
    kind=PaymentKind.CAPTURE,
    status=PaymentStatus.FAILED,
    gateway="gateway-key",
    label="Visa 4242",
    amount=pair(61001),
    parent_id="pay-parent",
    refundable=Money(Decimal("611.11"), "EUR"),
    capturable=Money(Decimal("622.22"), "EUR"),
    is_manual=True,
    is_test=True,
    processed_at=day(11),
    expires_at=day(12),
    error="card_declined",
)
ORDER = Order(
    platform="shopify",
    external_id="gid://order/4711",
    legacy_id="legacy-4711",
    number="#1047",
    confirmation_number="CONF-9",
    placed_at=day(1),
    created_at=day(2),
    updated_at=day(3),
    cancelled_at=day(4),
    closed_at=day(5),
    cancel_reason="Inventory ran out",
    cancel_note="Staff words",
    is_test=True,
    is_edited=True,
    is_confirmed=False,
    fulfilment=Fulfilment.PARTIAL,
    payment=PaymentState.PARTLY_PAID,
    return_state="Return requested",
    currency="JPY",
    customer_currency="EUR",
    customer=Person(
        id="person-id",
        name="李伟",
        email="li@example.com",
        phone="+49 30 1",
        billing_address=("Rechnungsweg 2",),
        shipping_address=("Lieferweg 1",),
    ),
    company=True,
    note="Please gift wrap",
    tags=("vip-tag",),
    source="web-shop",
    source_id="source-77",
    po_number="PO-88",
    app_name="Point of sale",
    taxes_included=True,
    duties_included=True,
    is_tax_estimated=True,
    gateways=("gateway-list",),
    payment_terms="Net 30",
    is_editable=False,
    edit_blockers=("Another app owns it.",),
    can_notify=False,
    is_refundable=False,
    is_restockable=False,
    totals=Totals(**TOTALS),
    lines=(LINE, STUCK),
    shipping_lines=("Express post",),
    shipping_refundable=Money(Decimal("4.44"), "EUR"),
    payments=(PAYMENT,),
    shipments=(
        Shipment(
            id="ship-id",
            name="#1047-F1",
            status="Delivered",
            created_at=day(13),
            units=Decimal(23),
            location="Mill Road",
            tracking=("UPS 1Z999",),
        ),
    ),
    refunds=(
        Refund(
            id="refund-id",
            created_at=day(14),
            note="Old refund words",
            amount=pair(71001),
            transactions=(replace(PAYMENT, id="moved", label="Mastercard 1", amount=pair(72002)),),
        ),
    ),
    remarks=(Remark(kind="dispute", text="Chargeback opened", is_open=True),),
    cancellable=make.Cancellable.PART,
    whole_cancel_blockers=("A parcel has left.",),
)

SHOWN: dict[str, list[str]] = {
    "Order.external_id": ["gid://order/4711"],
    "Order.legacy_id": ["legacy-4711"],
    "Order.number": ["#1047"],
    "Order.confirmation_number": ["CONF-9"],
    "Order.placed_at": ["1 Mar 2025"],
    "Order.created_at": ["2 Mar 2025"],
    "Order.updated_at": ["3 Mar 2025"],
    "Order.cancelled_at": ["4 Mar 2025"],
    "Order.closed_at": ["5 Mar 2025"],
    "Order.cancel_reason": ["Inventory ran out"],
    "Order.cancel_note": ["Staff words"],
    "Order.is_test": ["Test order"],
    "Order.is_edited": ["Edited since it was placed"],
    "Order.is_confirmed": ["Not yet confirmed"],
    "Order.fulfilment": ["Partly fulfilled"],
    "Order.payment": ["Partly paid"],
    "Order.return_state": ["Return requested"],
    "Order.currency": ["the shop counts in JPY"],
    "Order.customer_currency": ["EUR moves"],
    "Order.company": ["Company order"],
    "Order.note": ["Please gift wrap"],
    "Order.tags": ["vip-tag"],
    "Order.source": ["web-shop"],
    "Order.source_id": ["source-77"],
    "Order.po_number": ["PO-88"],
    "Order.app_name": ["Point of sale"],
    "Order.taxes_included": ["Prices include tax"],
    "Order.duties_included": ["Prices include duties"],
    "Order.is_tax_estimated": ["Tax is an estimate"],
    "Order.gateways": ["gateway-list"],
    "Order.payment_terms": ["Net 30"],
    "Order.is_editable": ["Cannot be edited"],
    "Order.edit_blockers": ["Another app owns it."],
    "Order.can_notify": ["Customer cannot be told by the platform"],
    "Order.is_refundable": ["Cannot be refunded"],
    "Order.is_restockable": ["Cannot be put back in stock"],
    "Order.shipping_lines": ["Express post"],
    "Order.shipping_refundable": ["€4.44"],
    "Order.whole_cancel_blockers": ["A parcel has left."],
    "Person.name": ["李伟"],
    "Person.email": ["li@example.com"],
    "Person.phone": ["+49 30 1"],
    "Person.billing_address": ["Rechnungsweg 2"],
    "Person.shipping_address": ["Lieferweg 1"],
    "LineItem.id": ['name="units.gid://line/77"'],
    "LineItem.title": ["Cadmium red"],
    "LineItem.variant": ["60 ml"],
    "LineItem.sku": ["SKU-RED"],
    "LineItem.vendor": ["Pigment House"],
    "LineItem.ordered": [">41<"],
    "LineItem.shipped": [">23<"],
    "LineItem.cancelled": [">8<"],
    "LineItem.cancellable": ["<strong>7</strong>"],
    "LineItem.unit_step": ['step="0.5"'],
    "LineItem.unit_price": ["€12.99"],
    "LineItem.original_unit_price": ["€13.99"],
    "LineItem.tax": ["VAT 19 %: 2.07"],
    "LineItem.is_restockable": ["Cannot be put back"],
    "LineItem.is_gift_card": ["Gift card"],
    "LineItem.is_tip": ["Tip"],
    "LineItem.group_title": ["Starter set"],
    "LineItem.why_not": ["It has left by sea."],
    "Duty.amount": ["€3.33"],
    "Placement.units": ["7 at Harbour Depot"],
    "Placement.readiness": ["On hold"],
    "Placement.detail": ["Address looks wrong"],
    "Location.name": ["Harbour Depot"],
    "Location.is_active": ["(closed)"],
    "Payment.kind": ["Capture"],
    "Payment.status": ["Failed"],
    "Payment.gateway": ["gateway-key"],
    "Payment.label": ["Visa 4242"],
    "Payment.amount": ["€610.01", "JP¥61,001"],
    "Payment.refundable": ["€611.11"],
    "Payment.capturable": ["€622.22"],
    "Payment.is_manual": ["By hand"],
    "Payment.is_test": [">Test<"],
    "Payment.processed_at": ["11 Mar 2025"],
    "Payment.expires_at": ["12 Mar 2025"],
    "Payment.error": ["card_declined"],
    "Shipment.name": ["#1047-F1"],
    "Shipment.status": ["Delivered"],
    "Shipment.created_at": ["13 Mar 2025"],
    "Shipment.units": ["23 units"],
    "Shipment.location": ["Mill Road"],
    "Shipment.tracking": ["UPS 1Z999"],
    "Refund.created_at": ["14 Mar 2025"],
    "Refund.note": ["Old refund words"],
    "Refund.amount": ["€710.01", "JP¥71,001"],
    "Refund.transactions": ["Mastercard 1", "€720.02"],
    "Remark.text": ["Chargeback opened"],
    "Remark.is_open": [">Open<"],
    **{
        f"Totals.{name}": [f"€{amounts.customer.amount}", f"JP¥{amounts.shop.amount:,}"]
        for name, amounts in TOTALS.items()
    },
}

DROPPED: dict[str, str] = {
    "Order.platform": "the mark beside the shop's name",
    "Order.customer": "told by Person",
    "Order.totals": "told by Totals",
    "Order.lines": "told by LineItem",
    "Order.payments": "told by Payment",
    "Order.shipments": "told by Shipment",
    "Order.refunds": "told by Refund",
    "Order.remarks": "told by Remark",
    "Order.cancellable": "the lines say it unit by unit",
    "Order.cancel_restocks": "the shop's setting behind the stock of the plan",
    "Order.ends_by_refund": "the plan says what ends the order",
    "Order.ends_when_repaid": "the plan says what ends the order",
    "Order.leaves_for_nothing": "the plan has a refund of nothing",
    "Order.is_summary": "about our copy; the page says how fresh it is",
    "Person.id": "of no use to a person; Open in Shopify leads to the customer",
    "LineItem.current": "ordered less cancelled, both shown",
    "LineItem.refundable": "the ceiling behind what can be cancelled",
    "LineItem.unfulfilled": "ordered less shipped and cancelled, all shown",
    "LineItem.duties": "told by Duty",
    "LineItem.placements": "told by Placement",
    "LineItem.is_tracked": "shown as Not counted where stock is chosen",
    "LineItem.is_editable": "decides the method; the plan says which and why",
    "LineItem.needs_shipping": "shown as Nothing to ship, where it is no gift card and no tip",
    "LineItem.group_id": "the bundle's title is shown",
    "LineItem.stock_item_id": "an id of the platform's stock",
    "Duty.id": "an id",
    "Placement.id": "an id",
    "Placement.group_id": "an id",
    "Placement.location": "told by Location",
    "Location.id": "an id",
    "Location.is_service": "its readiness names the service",
    "Payment.id": "an id",
    "Payment.parent_id": "an id",
    "Shipment.id": "an id",
    "Shipment.lines": "the lines' own column Shipped",
    "Shipment.is_effective": "its status says it",
    "Refund.id": "an id",
    "Refund.lines": "the lines' own column Cancelled",
    "Remark.kind": "decides the tone of its text",
    "Remark.stops_refund": "shown as Disputed at the top, and the plan says what it stops",
    "Remark.payment_id": "an id; the plan stops the refund of that payment",
}

KINDS = (
    Order,
    Person,
    LineItem,
    Duty,
    Placement,
    Location,
    Payment,
    Shipment,
    Refund,
    Remark,
    Totals,
)


def test_every_field_is_shown_or_dropped_with_a_reason() -> None:
    told = {f"{kind.__name__}.{f.name}" for kind in KINDS for f in fields(kind)}

    assert told == set(SHOWN) | set(DROPPED)
    assert not set(SHOWN) & set(DROPPED)


@pytest.fixture
def page(cast: Cast, browser_of: Callable[..., Client]) -> str:
    record = make.order_record(store=cast.shop_a, order=ORDER)
    answer: Any = browser_of(cast.staff_a).get(f"/orders/{record.uuid}")
    return " ".join(html.unescape(answer.content.decode()).split())


def test_what_is_said_to_be_shown_stands_on_the_page(page: str) -> None:
    missing = {name: words for name, words in SHOWN.items() if not all(word in page for word in words)}

    assert missing == {}
