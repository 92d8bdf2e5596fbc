"""Customers and their addresses, all of them invented."""

from __future__ import annotations

from typing import Any

from sandbox.platforms.shopify.ids import Body, gid
from sandbox.platforms.shopify.views.view import View

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
