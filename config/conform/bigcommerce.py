"""What a BigCommerce store tells of its doubts: its limit, the largest page of its orders."""

from __future__ import annotations

from config.conform.probe import Learned, Probe, Unseen
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.responses import Answer
from stores.platforms.bigcommerce import BigCommerce

QUOTAS = {"150": "standard", "450": "pro", "20": "small", "1000000": "wide"}  # requests in 30 seconds
MOST, TOO_LARGE = 250, 413  # orders of a page, and the status that refuses them


def limit(shop: BigCommerce, _order: str) -> Learned:
    answer: Answer = shop.api.send("GET", "v2/orders?limit=1")
    told = answer.headers.get("x-rate-limit-requests-quota", "")
    if not told:
        raise Unseen("the answer does not tell the store's limit")
    setting = QUOTAS.get(told)
    return Learned(f"{told} requests in a window", {"bigcommerce_limit": setting} if setting else {})


def largest_page(shop: BigCommerce, _order: str) -> Learned:
    try:
        rows = shop.api.nodes("v2/orders", [("limit", str(MOST))])
    except RemoteRefused as exc:
        if exc.status != TOO_LARGE:
            raise
        return Learned(f"a page of {MOST} orders is refused", {"bigcommerce_list_most": "100"})
    if not rows:
        raise Unseen("there is no order to list")
    return Learned(f"a page of {MOST} orders is given", {"bigcommerce_list_most": "250"})


def listed(shop: BigCommerce, _order: str) -> Learned:
    rows = shop.api.nodes("v2/orders", [("limit", "10")])
    if not rows:
        raise Unseen("there is no order to read amounts of")
    return Learned(f"an order has {len(rows[0])} fields, its currency is {json_readers.text(rows[0], 'currency_code')}")


PROBES = (
    Probe("", "how many requests the store allows", limit, ("bigcommerce_limit",)),
    Probe("", "what an order of the list holds", listed),
    Probe("2", "the largest page of orders", largest_page, ("bigcommerce_list_most",)),
)
