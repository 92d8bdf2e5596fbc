"""Lines, fulfilment orders and shipments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.platforms.shopify import totals
from sandbox.platforms.shopify.build import HOLD_WORDS
from sandbox.platforms.shopify.search import connection
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.values import Bag, Body, bag, cut, gid, half_up, iso
from sandbox.platforms.shopify.views.shop import ItemView, LocationView, item_body
from sandbox.platforms.shopify.views.view import View, view_of


def tax_lines(order: Body, taxes: list[Body], *, total: int = 1, units: int = 1) -> list[dict[str, Any]]:
    return [
        {
            "title": tax["title"], "rate": float(tax["rate"]), "ratePercentage": float(tax["rate"]) * 100,
            "priceSet": bag(order, cut(tax["amount"], units, total)), "source": "Shopify", "channelLiable": False,
        }
        for tax in taxes
    ]  # fmt: skip


class PartView(View):
    """A part of an order knows its order."""

    __slots__ = ("owner",)

    def __init__(self, session: Session, body: Body, owner: Body) -> None:
        super().__init__(session, body)
        self.owner = owner

    @property
    def order(self) -> View:
        return view_of("Order", self.session, self.owner)

    def bag(self, units: int) -> Bag:
        return bag(self.owner, units)

    def location_view(self, location_id: int | None) -> LocationView | None:
        found = self.session.location(location_id)
        return LocationView(self.session, found) if found else None

    def line_view(self, line_id: int) -> LineView:
        line = totals.line_of(self.owner, line_id)
        assert line is not None, "parts name lines of their own order"
        return LineView(self.session, line, self.owner)


class LineView(PartView):
    typename = "LineItem"

    name = property(lambda self: " - ".join(filter(None, (self.body["title"], self.body["variant_title"]))))
    requires_shipping = property(lambda self: self.body["ships"])
    restockable = property(lambda self: self.body["is_restockable"])
    taxable = property(lambda self: bool(self.body["taxes"]))
    merchant_editable = property(lambda self: not self.body["is_tip"] and totals.waiting(self.body) > 0)
    current_quantity = property(lambda self: totals.refundable(self.body))
    refundable_quantity = property(lambda self: totals.refundable(self.body))
    unfulfilled_quantity = property(lambda self: totals.waiting(self.body))
    custom_attributes = property(lambda self: [])
    image = property(lambda self: None)

    @property
    def non_fulfillable_quantity(self) -> int:
        line = self.body
        return int(line["quantity"] if line["is_tip"] else line["removed"] + line["refunded_waiting"])

    original_unit_price_set = property(lambda self: self.bag(self.body["price"]))
    original_total_set = property(lambda self: self.bag(self.body["price"] * self.body["quantity"]))
    total_discount_set = property(lambda self: self.bag(self.body["discount"]))
    discounted_total_set = property(lambda self: self.bag(totals.line_total(self.body)))

    @property
    def discounted_unit_price_after_all_discounts_set(self) -> Bag:
        return self.bag(half_up(Decimal(totals.line_total(self.body)) / max(1, self.body["quantity"])))

    discounted_unit_price_set = discounted_unit_price_after_all_discounts_set

    @property
    def unfulfilled_discounted_total_set(self) -> Bag:
        return self.bag(cut(totals.line_total(self.body), totals.waiting(self.body), self.body["quantity"]))

    unfulfilled_original_total_set = property(lambda self: self.bag(self.body["price"] * totals.waiting(self.body)))

    def tax_lines(self, first: int | None = None) -> list[dict[str, Any]]:
        return tax_lines(self.owner, self.body["taxes"])[:first]

    @property
    def duties(self) -> list[dict[str, Any]]:
        return [serialize_duty(self.owner, duty) for duty in self.body["duties"]]

    @property
    def line_item_group(self) -> dict[str, Any] | None:
        if not self.body["group_id"]:
            return None
        return {"id": self.body["group_id"], "title": self.body["group"], "quantity": 1}

    @property
    def variant(self) -> VariantView | None:
        return None if self.body["is_tip"] else VariantView(self.session, self.body)

    @property
    def product(self) -> dict[str, str] | None:
        if self.body["is_tip"]:
            return None
        title = self.body["title"]
        handle = "-".join(title.lower().split())
        return {"id": gid("Product", self.body["variant"] + 2), "title": title, "handle": handle}


def serialize_duty(order: Body, duty: Body) -> dict[str, Any]:
    return {
        "id": gid("Duty", duty["id"]), "price": bag(order, duty["amount"]), "harmonizedSystemCode": "691200",
        "countryCodeOfOrigin": "PT", "taxLines": [],
    }  # fmt: skip


class VariantView(View):
    typename = "ProductVariant"

    @property
    def id(self) -> str:
        return gid("ProductVariant", self.body["variant"])

    legacy_resource_id = property(lambda self: str(self.body["variant"]))
    title = property(lambda self: self.body["variant_title"] or "Default Title")
    inventory_item = property(lambda self: ItemView(self.session, item_body(self.body)))


class FulfilmentOrderView(PartView):
    typename = "FulfillmentOrder"

    created_at = property(lambda self: iso(self.body["created_at"]))
    updated_at = property(lambda self: iso(self.body["updated_at"]))
    fulfill_at = property(lambda self: iso(self.body["fulfill_at"]))
    order_id = property(lambda self: gid("Order", self.owner["id"]))
    order_name = property(lambda self: self.owner["name"])

    @property
    def assigned_location(self) -> dict[str, Any]:
        view = self.location_view(self.body["location"])
        shown = {"address1": "1 Depot Road", "city": "Portsmouth", "countryCode": "US", "zip": "03801"}
        return shown | {"name": view.name if view else "Unknown", "location": view}

    @property
    def fulfillment_holds(self) -> list[dict[str, Any]]:
        return [
            {
                "id": gid("FulfillmentHold", hold["id"]), "reason": hold["reason"],
                "displayReason": HOLD_WORDS.get(hold["reason"], "Other"), "reasonNotes": hold["notes"],
                "heldByRequestingApp": hold["is_ours"], "handle": None, "heldByApp": None,
            }
            for hold in self.body["holds"]
        ]  # fmt: skip

    @property
    def supported_actions(self) -> list[dict[str, Any]]:
        return [{"action": action, "externalUrl": None} for action in actions(self.body)]

    def line_items(self, **paging: Any) -> dict[str, Any]:
        return connection(self.body["items"], lambda row: FulfilmentItemView(self.session, row, self.owner), **paging)


def actions(parcel: Body) -> list[str]:
    """What can be done with a fulfilment order in its state."""
    state, request = parcel["status"], parcel["request_status"]
    if state == "ON_HOLD":
        return ["RELEASE_HOLD", "HOLD", "MOVE"]
    if state == "OPEN" and request == "SUBMITTED":
        return ["CANCEL_FULFILLMENT_ORDER"]
    if state == "IN_PROGRESS" and request == "ACCEPTED":
        return ["REQUEST_CANCELLATION"]
    return ["CREATE_FULFILLMENT", "HOLD", "MOVE", "SPLIT"] if state in ("OPEN", "IN_PROGRESS") else []


class FulfilmentItemView(PartView):
    typename = "FulfillmentOrderLineItem"

    total_quantity = property(lambda self: self.body["total"])
    remaining_quantity = property(lambda self: self.body["remaining"])
    line_item = property(lambda self: self.line_view(self.body["line"]))
    sku = property(lambda self: self.line_item.sku)
    vendor = property(lambda self: self.line_item.vendor)
    product_title = property(lambda self: self.line_item.title)
    variant_title = property(lambda self: self.line_item.variant_title)
    requires_shipping = property(lambda self: self.line_item.requires_shipping)
    inventory_item_id = property(lambda self: gid("InventoryItem", self.line_item.body["item"]))


SHIPPED = {"SUCCESS": "FULFILLED"}


class ShipmentView(PartView):
    typename = "Fulfillment"

    created_at = property(lambda self: iso(self.body["created_at"]))
    updated_at = created_at
    delivered_at = estimated_delivery_at = in_transit_at = property(lambda self: None)
    display_status = property(lambda self: self.body.get("label") or SHIPPED.get(self.body["status"], "CANCELED"))
    requires_shipping = property(lambda self: True)
    total_quantity = property(lambda self: sum(item["units"] for item in self.body["items"]))
    location = property(lambda self: self.location_view(self.body["location"]))

    def tracking_info(self, first: int | None = None) -> list[dict[str, str]]:
        shown = self.body["tracking"]
        return [shown | {"url": f"https://tracking.example.com/{shown['number']}"}][:first]

    def fulfillment_line_items(self, **paging: Any) -> dict[str, Any]:
        return connection(self.body["items"], lambda row: ShippedLineView(self.session, row, self.owner), **paging)


class ShippedLineView(PartView):
    typename = "FulfillmentLineItem"

    quantity = property(lambda self: self.body["units"])
    line_item = property(lambda self: self.line_view(self.body["line"]))

    @property
    def discounted_total_set(self) -> Bag:
        line = self.line_item.body
        return self.bag(cut(totals.line_total(line), self.body["units"], line["quantity"]))
