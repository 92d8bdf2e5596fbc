"""What a Shopify store tells of its doubts. https://shopify.dev/docs/api/usage/limits for points and buckets."""

from __future__ import annotations

from typing import Any

from config.conform.probe import Learned, Probe, Unseen, decimals, one_of
from stores.kernel.http import json_readers
from stores.platforms.shopify import Shopify

PLANS = {(2_000, 100): "standard", (4_000, 200): "advanced", (20_000, 1_000): "plus", (40_000, 2_000): "enterprise",
         (100, 10): "slow", (1_000_000, 1_000_000): "endless"}  # fmt: skip
TEN, SMALL = 10, 20
SIZED = "{ orders(first: 1) { nodes { transactions(first: 1) { id } } } }"
UNSIZED = "{ orders(first: 1) { nodes { transactions { id } } } }"
PEOPLE = "{ orders(first: 10, reverse: true) { nodes { id customer { id } } } }"
AMOUNTS = "{ orders(first: 10, reverse: true) { nodes { id totalPriceSet { shopMoney { amount currencyCode } } } } }"
STATE = "query($id: ID!) { order(id: $id) { id cancelledAt } }"
CANCEL = """mutation($id: ID!) {
  orderCancel(orderId: $id, reason: OTHER, restock: false, notifyCustomer: false,
              refundMethod: {originalPaymentMethodsRefund: false}) {
    job { id } orderCancelUserErrors { field message code }
  }
}"""
FIELDS = {("orderId",): "order_id", ("base",): "base", (): "none"}


def answer(shop: Shopify, document: str, variables: dict[str, Any] | None = None, *, effect: bool = False) -> Any:
    return shop.connection.transport.send(
        "POST", shop.api.url, json={"query": document, "variables": variables or {}}, cost=SMALL, effect=effect,
        caller=shop.api,
    )  # fmt: skip


def orders(shop: Shopify, document: str) -> list[Any]:
    """Raises Unseen where a right is missing: what it hides says nothing of the plan."""
    told = answer(shop, document)
    if any("access scope" in str(error.get("message")) for error in told.body.get("errors") or ()):
        raise Unseen("the app lacks a right to see it")
    data = shop.api.data_of(told, effect=False)
    found = json_readers.nodes(json_readers.inner(data, "orders"), "nodes")
    if not found:
        raise Unseen("there is no order to look at")
    return found


def cost(shop: Shopify, document: str) -> int:
    """The points that it asked for."""
    return int(answer(shop, document).body["extensions"]["cost"]["requestedQueryCost"])


def bucket(shop: Shopify, _order: str) -> Learned:
    seen = shop.api.usage(answer(shop, "{ shop { id } }"))
    if seen is None or seen.maximum is None or seen.per_second is None:
        raise Unseen("the answer does not tell the bucket")
    said = f"bucket of {seen.maximum:g} points, {seen.per_second:g} a second"
    return Learned(said, {"limit": one_of(PLANS, (int(seen.maximum), int(seen.per_second)))})


def unsized(shop: Shopify, _order: str) -> Learned:
    more = cost(shop, UNSIZED) - cost(shop, SIZED)
    said = f"a list without `first` costs as much as one of {more + 1}"
    return Learned(said, {"unsized_list_cost": one_of({0: "one", TEN - 1: "ten"}, more)})


def customers(shop: Shopify, _order: str) -> Learned:
    found = orders(shop, PEOPLE)
    shown = sum(1 for order in found if order.get("customer"))
    said = f"{shown} of {len(found)} orders show their customer"
    return Learned(said, {"customer": "shown" if shown else "hidden"})


def version(shop: Shopify, _order: str) -> Learned:
    served = answer(shop, "{ shop { id } }").headers.get("x-shopify-api-version", "")
    return Learned(f"asked for {shop.version}, served by {served or 'a version that is not told'}")


def amounts(shop: Shopify, _order: str) -> Learned:
    found = [order["totalPriceSet"]["shopMoney"]["amount"] for order in orders(shop, AMOUNTS)]
    return Learned(f"amounts are texts with decimals: {decimals(found)}")


def second_cancel(shop: Shopify, order_id: str) -> Learned:
    """A cancel of what is cancelled: refused at once, or taken on and refused by its job."""
    order = shop.api.data_of(answer(shop, STATE, {"id": order_id}), effect=False).get("order")
    if not order or not order.get("cancelledAt"):
        raise Unseen(
            "the order is not cancelled yet: cancel it in the admin first, then a second cancel changes nothing"
        )
    told = shop.api.data_of(answer(shop, CANCEL, {"id": order_id}, effect=True), effect=True)["orderCancel"]
    errors = told["orderCancelUserErrors"]
    if not errors:
        return Learned("taken on as a job", {"cancel_refusals": "job"})
    field = one_of(FIELDS, tuple(errors[0]["field"] or ()))
    return Learned(f"refused at once, field {field}", {"cancel_refusals": "sync", "refusal_field": field})


PROBES = (
    Probe("", "which version serves us", version),
    Probe("", "how amounts are written", amounts),
    Probe("8", "the bucket that an answer tells", bucket, ("limit",)),
    Probe("8", "the cost of one list with and without `first`", unsized, ("unsized_list_cost",)),
    Probe("10", "whether the newest orders show their customers", customers, ("customer",)),
    Probe("1", "what a cancel of a cancelled order answers", second_cancel, ("cancel_refusals", "refusal_field"),
          sends="a second cancel of a cancelled order"),
)  # fmt: skip
