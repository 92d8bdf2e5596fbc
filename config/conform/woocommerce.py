"""What a WooCommerce store tells of its doubts, by its orders and by routes that are there or not."""

from __future__ import annotations

from typing import Any

from config.conform.probe import Learned, Probe, Unseen, decimals
from stores.kernel.errors import RemoteRefused
from stores.platforms.woocommerce import WooCommerce

NO_ROUTE = "rest_no_route"
FEW = (("per_page", "10"), ("page", "1"))


def orders(shop: WooCommerce) -> list[Any]:
    return list(shop.api.rows("orders", FEW)[0])


def has_route(shop: WooCommerce, path: str, *, body: dict[str, Any] | None = None) -> bool:
    """Of an order nobody has: a route that is there says so, one that is not says that."""
    try:
        shop.api.ask(path, body) if body is not None else shop.api.page(path)
    except RemoteRefused as exc:
        said = exc.answer.get("code", "") if isinstance(exc.answer, dict) else ""
        if exc.status in (401, 403):
            raise
        return said != NO_ROUTE
    return True


def previews(shop: WooCommerce, _order: str) -> Learned:
    there = has_route(shop, "orders/0/refunds/preview", body={})
    said = "the shop previews refunds" if there else "the shop has no preview of refunds"
    return Learned(said, {"woocommerce_store": "11.1" if there else "older"})


def fulfilments(shop: WooCommerce, _order: str) -> Learned:
    there = has_route(shop, "orders/0/fulfillments")
    said = "the route is there" if there else "there is no such route"
    return Learned(said, {"woocommerce_fulfilments": "told" if there else "absent"})


def version(shop: WooCommerce, _order: str) -> Learned:
    made_by = sorted({str(order.get("version", "")) for order in orders(shop)} - {""})
    if not made_by:
        raise Unseen("there is no order to read a version of")
    return Learned(f"the newest orders were made by {', '.join(made_by)}")


def amounts(shop: WooCommerce, _order: str) -> Learned:
    return Learned(f"totals are texts with decimals: {decimals([str(order['total']) for order in orders(shop)])}")


def paging(shop: WooCommerce, _order: str) -> Learned:
    headers = shop.api.page("orders", FEW)[1]
    return Learned("a list tells its pages" if headers.get("x-wp-totalpages") else "a list does not tell its pages")


PROBES = (
    Probe("", "which versions made the newest orders", version),
    Probe("", "how amounts are written", amounts),
    Probe("", "whether a list says how long it is", paging),
    Probe("3", "the fulfilments of an order that is not there", fulfilments, ("woocommerce_fulfilments",)),
    Probe("4", "a preview of a refund of an order that is not there", previews, ("woocommerce_store",)),
)
