"""What shows each doubt about BigCommerce."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.platforms.bigcommerce.spec import Line
from tests.sandbox.bigcommerce_client import Client
from tests.sandbox.probes import Probe, Probes

TWO = (Line(sku="MUG", quantity=3, price="10.00"), Line(sku="TEA", title="Tea", quantity=2, price="4.00"))


def quota(shop: Client) -> Any:
    return shop.ask("GET", "v2/store").headers["X-Rate-Limit-Requests-Quota"]


def stock_after(shop: Client, refunded: bool) -> Any:
    """How many mugs there are once the order was refunded whole (or in part) and then cancelled."""
    made = shop.home.make_order(lines=TWO, shipping="0")
    units = 3 if refunded else 1
    items = shop.goods(made, units) + (shop.goods(made, 2, 1) if refunded else [])
    shop.refund(made, items)
    shop.world.advance(70)
    shop.ask("PUT", f"v2/orders/{made.id}", {"status_id": 5})
    return shop.home.stock("MUG")


def largest_page(shop: Client) -> Any:
    return shop.ask("GET", "v2/orders?limit=250").status_code


def archived(shop: Client) -> Any:
    made = shop.home.make_order(archived=True)
    return shop.ask("GET", f"v2/orders?min_id={made.id}").status_code


def modified(shop: Client) -> Any:
    made = shop.home.make_order(lines=TWO)
    before = shop.order(made)["date_modified"]
    shop.refund(made, shop.goods(made))
    shop.world.advance(70)
    return shop.order(made)["date_modified"] == before


def released_by_status(shop: Client) -> Any:
    made = shop.home.make_order(lines=TWO, pay="authorised")
    shop.ask("PUT", f"v2/orders/{made.id}", {"status_id": 5})
    return shop.order(made)["payment_status"]


def currency(shop: Client) -> Any:
    return shop.order(shop.home.make_order(lines=TWO, display=("CAD", "2")))["total_inc_tax"]


def tax_word(shop: Client) -> Any:
    made = shop.home.make_order(lines=TWO)
    return sorted(shop.quote(made, shop.goods(made)).json()["data"])


def address_ids(shop: Client) -> Any:
    made = shop.home.make_order(lines=TWO)
    place = shop.order(made)["consignments"]["shipping"][0]
    return place["id"] == place["line_items"][0]["order_address_id"]


def refund_story(shop: Client, **words: Any) -> Any:
    """What a refund's record and its line say now, three and seventy seconds later."""
    made = shop.home.make_order(lines=TWO, **words)
    shop.refund(made, shop.goods(made))
    told = []
    for seconds in (0, 3, 70):
        shop.world.advance(seconds)
        record = shop.get(f"v3/orders/{made.id}/payment_actions/refunds")[0]["payments"][0]
        events = [row["event"] for row in shop.get(f"v3/orders/{made.id}/transactions")]
        line = shop.order(made)["consignments"]["shipping"][0]["line_items"][0]
        told.append((record["is_declined"], bool(record["transaction_id"]), events, line["quantity_refunded"]))
    return told


def void_story(shop: Client) -> Any:
    made = shop.home.make_order(lines=TWO, pay="authorised")
    shop.ask("POST", f"v3/orders/{made.id}/payment_actions/void")
    told = [shop.order(made)["payment_status"]]
    shop.world.advance(70)
    return [*told, shop.order(made)["payment_status"]]


def stock_story(shop: Client) -> Any:
    made = shop.home.make_order(lines=TWO)
    variant = shop.home.order(made.id)["lines"][0]["variant_id"]
    item = {"location_id": 1, "variant_id": variant, "quantity": 2}
    before = shop.home.stock("MUG")
    shop.ask("POST", "v3/inventory/adjustments/relative", {"items": [item]})
    told = [shop.home.stock("MUG") - before]
    shop.world.advance(70)
    return [*told, shop.home.stock("MUG") - before]


def refusal(shop: Client) -> Any:
    shop.world.watchers.clear()  # the description knows one of the shapes only
    made = shop.home.make_order(lines=TWO)
    return list(shop.refund(made, shop.goods(made), [{"provider_id": "x", "amount": 1}]).json())


ASKED: dict[str, Callable[[Client], Any]] = {
    "limit": quota,
    "status_after_refund": lambda shop: stock_after(shop, refunded=True),
    "restock_counts": lambda shop: stock_after(shop, refunded=False),
    "list_most": largest_page,
    "archived": archived,
    "refund_modifies": modified,
    "void_on_cancel": released_by_status,
    "currency_fields": currency,
    "tax_word": tax_word,
    "address_ids": address_ids,
    "refund_seconds": refund_story,
    "paid_mark": refund_story,
    "declined_units": lambda shop: refund_story(shop, declines="later"),
    "void": void_story,
    "void_seconds": void_story,
    "stock_seconds": stock_story,
    "refund_shape": refusal,
}


def asking(ask: Callable[[Client], Any]) -> Probe:
    return lambda world, client: ask(client)


PROBES = Probes(
    of={name: asking(ask) for name, ask in ASKED.items()},
    client=Client,  # which checks every exchange
    prepare=lambda world: world.switch("bigcommerce_limit", "wide"),
    prefix="bigcommerce_",
)
