"""The shop, its locations, the app that is asking, and stock."""

from __future__ import annotations

from typing import Any

from sandbox.platforms.shopify import stock
from sandbox.platforms.shopify.search import connection
from sandbox.platforms.shopify.values import Body, gid, iso, number_of
from sandbox.platforms.shopify.views.view import View

OPENED_AT = 1_600_000_000.0


class LocationView(View):
    typename = "Location"

    @property
    def is_active(self) -> bool:
        return bool(self.body["active"])

    deactivated_at = property(lambda self: None if self.body["active"] else iso(OPENED_AT))
    is_fulfillment_service = property(lambda self: bool(self.body["service"]))
    ships_inventory = property(lambda self: True)
    fulfills_online_orders = property(lambda self: self.body["active"])

    @property
    def fulfillment_service(self) -> dict[str, str] | None:
        if not self.body["service"]:
            return None
        return {
            "id": gid("FulfillmentService", self.body["id"]),
            "handle": self.body["service"],
            "serviceName": self.body["name"],
        }

    @property
    def address(self) -> dict[str, Any]:
        parts = {"address1": "1 Depot Road", "city": "Portsmouth", "country": "United States", "countryCode": "US"}
        return parts | {"zip": "03801", "formatted": list(parts.values())[:3]}


class ShopView(View):
    typename = "Shop"

    @property
    def id(self) -> str:
        return gid("Shop", 70001)

    name = property(lambda self: self.body["title"])
    email = property(lambda self: f"owner@{self.body['name']}.example.com")
    contact_email = email
    myshopify_domain = property(lambda self: f"{self.body['name']}.myshopify.com")
    url = property(lambda self: f"https://{self.body['name']}.myshopify.com")
    currency_code = property(lambda self: self.body["currency"])
    enabled_presentment_currencies = property(lambda self: sorted({self.body["currency"], "EUR"}))
    iana_timezone = property(lambda self: "America/New_York")
    tax_shipping = property(lambda self: True)
    order_number_format_prefix = property(lambda self: "#")
    order_number_format_suffix = property(lambda self: "")

    @property
    def primary_domain(self) -> dict[str, str]:
        return {"id": gid("Domain", 1), "host": self.myshopify_domain, "url": self.url}

    @property
    def plan(self) -> dict[str, Any]:
        name = self.body["plan"]
        return {"publicDisplayName": name, "shopifyPlus": name == "Shopify Plus", "partnerDevelopment": False}


def installation(scopes: frozenset[str]) -> dict[str, Any]:
    """The app as this shop sees it, with the scopes it was granted."""
    shown = [{"handle": scope, "description": scope.replace("_", " ").capitalize()} for scope in sorted(scopes)]
    app = {"id": gid("App", 580111), "title": "Rescind", "handle": "rescind"}
    return {"id": gid("AppInstallation", 88001), "accessScopes": shown, "app": app}


class ItemView(View):
    """An inventory item; its levels are read when asked for."""

    typename = "InventoryItem"

    tracked = property(lambda self: self.body["is_tracked"])

    def inventory_level(self, location_id: str, include_inactive: bool = False) -> LevelView | None:
        location = self.session.location(number_of(location_id, "Location"))
        return LevelView(self.session, {"item": self.body, "location": location}) if location else None

    def inventory_levels(self, **paging: Any) -> dict[str, Any]:
        rows = [{"item": self.body, "location": location} for location in self.session.shop["locations"]]
        return connection(rows, lambda row: LevelView(self.session, row), **paging)


class LevelView(View):
    typename = "InventoryLevel"

    @property
    def id(self) -> str:
        return f"{gid('InventoryLevel', self.body['location']['id'])}?inventory_item_id={self.body['item']['id']}"

    location = property(lambda self: LocationView(self.session, self.body["location"]))
    item = property(lambda self: ItemView(self.session, self.body["item"]))
    updated_at = property(lambda self: iso(self.session.at))

    def quantities(self, names: list[str]) -> list[dict[str, Any]]:
        item, location = self.body["item"]["id"], self.body["location"]["id"]
        row = stock.level(self.session.db, self.session.shop["name"], item, location)
        return [
            {"id": gid("InventoryQuantity", place), "name": name, "quantity": row.get(name, 0), "updatedAt": None}
            for place, name in enumerate(names)
        ]


def item_body(line: Body) -> Body:
    """The inventory item behind an order's line."""
    return {"id": line["item"], "is_tracked": line["is_tracked"], "sku": line["sku"]}


# --- Customers and their addresses, all of them invented ------------------------------------------
COUNTRIES = {"US": "United States", "DE": "Germany", "FR": "France", "JP": "Japan", "GB": "United Kingdom"}


class CustomerView(View):
    typename = "Customer"

    first_name = property(lambda self: self.body["first"])
    last_name = property(lambda self: self.body["last"])
    display_name = property(
        lambda self: f"{self.body['first']} {self.body['last']}".strip() or self.body["email"] or ""
    )
    locale = property(lambda self: "en")
    number_of_orders = property(lambda self: "1")


def mailing_address(order: Body) -> dict[str, Any] | None:
    """The one address of an order; None when it has none."""
    address, customer = order["address"], order["customer"]
    if not address or not customer:
        return None
    country = COUNTRIES.get(address["country"], address["country"])
    name = f"{customer['first']} {customer['last']}".strip()
    return {
        "id": gid("MailingAddress", order["id"]), "name": name, "firstName": customer["first"],
        "lastName": customer["last"], "company": order["company"]["name"] if order["company"] else None,
        "address1": address["address1"], "city": address["city"], "zip": address["zip"], "country": country,
        "countryCodeV2": address["country"], "phone": order["phone"],
        "formatted": [name, address["address1"], f"{address['city']} {address['zip']}", country],
    }  # fmt: skip
