"""What a Square seller tells of its doubts: its token, its orders, its inventory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.conform.probe import Learned, Probe, Unseen
from stores.kernel.http import json_readers
from stores.platforms.square import Square

FEW = 50
SOLD = "SOLD"


def orders(shop: Square, *states: str) -> list[Any]:
    places = [json_readers.ident(place, "id") for place in shop.api.places][:10]
    query = {"filter": {"state_filter": {"states": list(states)}}, "sort": {"sort_field": "UPDATED_AT"}}
    found = shop.api.ask("v2/orders/search", {"location_ids": places, "limit": FEW, "query": query})
    return list(json_readers.nodes(found, "orders"))


def token(shop: Square, _order: str) -> Learned:
    """A personal access token has no end. https://developer.squareup.com/docs/build-basics/access-tokens"""
    ends = json_readers.when(shop.api.ask("oauth2/token/status", {}), "expires_at")
    if ends is None:
        return Learned("the token has no end", {"square_token_ends": "never"})
    days = (ends - shop.connection.now()).days
    return Learned(f"the token ends in {days} days", {"square_token_ends": "thirty_days"})


def echo(shop: Square, _order: str) -> Learned:
    told = shop.connection.transport.send(
        "GET", f"{shop.api.url}/v2/locations", headers={"Square-Version": shop.api_version}, caller=shop.api
    ).headers.get("square-version", "")
    said = f"asked for {shop.api_version}, answered by {told or 'a version that is not told'}"
    return Learned(said, {"square_echo_version": "told" if told else "absent"})


def taken(shop: Square, _order: str) -> Learned:
    """Did a paid order that is still open take its units out of the inventory?"""
    for order in orders(shop, "OPEN"):
        if items := list(_counted(shop, order)):
            ours = {json_readers.ident(order, "id")} | set(_transactions(order))
            place = json_readers.ident(order, "location_id")
            since = json_readers.text(order, "created_at")
            moves = shop.api.movements(items, [place], SOLD, since=since)
            is_gone = any(json_readers.text(one, "transaction_id") in ours - {""} for one in moves)
            said = (
                "a paid open order has taken its units" if is_gone else "a paid open order has not taken its units yet"
            )
            return Learned(said, {"square_stock_taken": "paid" if is_gone else "completed"})
    raise Unseen("there is no order that is paid, open and of counted items")


def _transactions(order: Any) -> Iterator[str]:
    for tender in json_readers.nodes(order, "tenders"):
        if said := json_readers.text(tender, "transaction_id"):
            yield said


def _counted(shop: Square, order: Any) -> Iterator[str]:
    """Items of a paid order whose units are counted."""
    lines = json_readers.nodes(order, "line_items") if json_readers.nodes(order, "tenders") else ()
    items = [said for line in lines if (said := json_readers.text(line, "catalog_object_id"))]
    if items:
        asked = {"catalog_object_ids": items, "location_ids": [json_readers.ident(order, "location_id")]}
        counts = json_readers.nodes(shop.api.ask("v2/inventory/counts/batch-retrieve", asked), "counts")
        yield from dict.fromkeys(json_readers.text(one, "catalog_object_id") for one in counts)


def amounts(shop: Square, _order: str) -> Learned:
    found = [order["total_money"]["amount"] for order in orders(shop, "OPEN", "COMPLETED") if order.get("total_money")]
    if not found:
        raise Unseen("there is no order to read amounts of")
    whole = all(isinstance(amount, int) for amount in found)
    return Learned(f"amounts are {'whole numbers of the smallest unit' if whole else 'not whole numbers'}")


PROBES = (
    Probe("", "which version answers", echo, ("square_echo_version",)),
    Probe("", "how amounts are written", amounts),
    Probe("3", "the inventory of a paid order that is open", taken, ("square_stock_taken",)),
    Probe("5", "what the token says of itself", token, ("square_token_ends",)),
)
