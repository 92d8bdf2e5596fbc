"""What a Magento store tells of its doubts: its lists, its routes, orders that were refunded whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from config.conform.probe import Learned, Probe, Unseen, decimals, one_of
from stores.kernel.errors import CredentialsRejected, RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Usage
from stores.platforms.magento import Magento

BEYOND = 301  # input limits, where they are on, allow 300
NO_ROUTE = "Request does not match any route."
FIELDS = "items[entity_id,state,base_grand_total,base_total_paid,base_total_refunded],total_count"
OVER = ("canceled", "closed", "complete")


@dataclass(frozen=True)
class Bearer:
    """A Caller that hands in the integration's token alone."""

    token: str

    def auth_headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def renew(self) -> bool:
        return False

    def usage(self, answer: Answer) -> Usage:
        return Usage(requested=1, actual=1, maximum=Magento.bucket_points, per_second=Magento.points_per_second)


def orders(shop: Magento, size: int = 100) -> Any:
    query = [("searchCriteria[pageSize]", str(size)), ("searchCriteria[currentPage]", "1"),
             ("searchCriteria[sortOrders][0][field]", "entity_id"),
             ("searchCriteria[sortOrders][0][direction]", "DESC"), ("fields", FIELDS)]  # fmt: skip
    return shop.api.get("orders", query)


def limits(shop: Magento, _order: str) -> Learned:
    try:
        orders(shop, BEYOND)
    except RemoteRefused as exc:
        if exc.status != 400:
            raise
        return Learned(f"a page of {BEYOND} orders is refused", {"magento_input_limits": "on"})
    return Learned(f"a page of {BEYOND} orders is given", {"magento_input_limits": "off"})


def inventory(shop: Magento, _order: str) -> Learned:
    try:
        shop.api.get("inventory/get-product-salable-quantity/0/1")
    except (RemoteRefused, CredentialsRejected) as exc:  # 401 is what a missing right looks like, too
        said = exc.answer.get("message", "") if isinstance(exc.answer, dict) else ""
        if said == NO_ROUTE:
            return Learned("there are no routes of an inventory of sources", {"magento_stock": "legacy"})
    return Learned("there are routes of an inventory of sources", {"magento_stock": "msi"})


def bearer(shop: Magento, _order: str) -> Learned:
    url = f"{shop.base_url()}/rest/{shop.api.store}/V1/store/storeConfigs"
    try:
        shop.connection.transport.send("GET", url, caller=Bearer(shop.connection.secrets["token"]))
    except CredentialsRejected:
        return Learned("the token alone is refused", {"magento_bearer": "off"})
    return Learned("the token alone is accepted", {"magento_bearer": "on"})


def after_refund(shop: Magento, _order: str) -> Learned:
    for order in json_readers.nodes(orders(shop), "items"):
        paid, back = (Decimal(str(order.get(name) or 0)) for name in ("base_total_paid", "base_total_refunded"))
        if paid and paid == back and paid == Decimal(str(order.get("base_grand_total") or 0)):
            state = json_readers.text(order, "state")
            setting = one_of({"closed": "closed", "complete": "complete"}, state)
            return Learned(f"an order that was refunded whole is {state}", {"magento_after_refund": setting})
    raise Unseen("there is no order that was refunded whole")


def amounts(shop: Magento, _order: str) -> Learned:
    rows = json_readers.nodes(orders(shop), "items")
    said = [str(order["base_grand_total"]) for order in rows if "base_grand_total" in order]
    return Learned(f"amounts are numbers with decimals: {decimals(said)}")


def second_cancel(shop: Magento, order_id: str) -> Learned:
    """The answer to a cancel that can do nothing."""
    order = shop.api.order(order_id)
    if json_readers.text(order, "state") not in OVER:
        raise Unseen("the order is not over yet: cancel it in the admin first, then a second cancel changes nothing")
    said = shop.api.effect("POST", f"orders/{order_id}/cancel").body
    setting = one_of({True: "lies", False: "true"}, said)
    return Learned(f"a cancel that did nothing says {said}".lower(), {"magento_cancel_answer": setting})


PROBES = (
    Probe("", "how amounts are written", amounts),
    Probe("", "a page beyond the input limits", limits, ("magento_input_limits",)),
    Probe("", "whether the inventory of sources has its routes", inventory, ("magento_stock",)),
    Probe("", "whether the token alone opens", bearer, ("magento_bearer",)),
    Probe("1", "the state of an order that was refunded whole", after_refund, ("magento_after_refund",)),
    Probe("1", "what a cancel that can do nothing answers", second_cancel, ("magento_cancel_answer",),
          sends="a second cancel of an order that is over"),
)  # fmt: skip
