"""What shows each doubt about Shopify, and what the switches of the whole world do in it."""

from __future__ import annotations

from typing import Any

from sandbox.platforms.shopify.shops import Made
from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from tests.sandbox import documents, test_hooks, test_listing, test_refund
from tests.sandbox.conftest import Client, prepare
from tests.sandbox.probes import Probe, Probes
from tests.sandbox.test_cancel import KEEP, ORIGINAL, cancel, result

RELEASE = """mutation($id: ID!) { fulfillmentOrderSubmitCancellationRequest(id: $id) {
 fulfillmentOrder { requestStatus } userErrors { message } } }"""


def kinds(world: World, made: Made) -> list[tuple[str, str]]:
    return [(effect.kind, str(effect.detail.get("gateway", ""))) for effect in world.effects(made.id)]


def cancelling(words: dict[str, Any], **wanted: Any) -> Probe:
    """What the platform says to a cancel, at once and later, and what it does."""

    def probe(world: World, client: Client) -> Any:
        made = world.make_order(**words)
        payload = cancel(client, made, **wanted)
        world.advance(5)
        errors = [(error["code"], error["field"]) for error in payload["orderCancelUserErrors"]]
        state = result(client, payload)["status"] if payload["jobResult"] else ""
        parcels = [parcel["status"] for parcel in world.order(made.id)["fulfillment_orders"]]
        return errors, state, kinds(world, made), parcels

    return probe


def refunding(words: dict[str, Any], kind: str = "CANCEL", *, with_money: bool = True, **line: Any) -> Probe:
    def probe(world: World, client: Client) -> Any:
        made = world.make_order(**words)
        item = test_refund.taking(made, 1, kind) | line
        more: dict[str, Any] = {} if with_money else {"transactions": []}
        answer = test_refund.refund(client, made, [item], **more)
        told = answer.get("errors") or answer["data"]["refundCreate"]["userErrors"]
        item_id = world.order(made.id)["lines"][0]["item"]
        amounts = [effect.amount for effect in world.effects(made.id, "refund")]
        return [error["message"] for error in told], amounts, world.stock(item_id, 61001)

    return probe


def twice_cancelled(world: World, client: Client) -> Any:
    made = world.make_order()
    first, second = cancel(client, made), cancel(client, made)
    ids = {payload["jobResult"]["id"] for payload in (first, second) if payload["jobResult"]}
    return len(ids), len(second["orderCancelUserErrors"])


def without_key(world: World, client: Client) -> Any:
    made = world.make_order()
    document = documents.REFUND.replace("@idempotent(key: $key)", "").replace(", $key: String!", "")
    answer = client.post(document, input={"orderId": made.id, "refundLineItems": [test_refund.taking(made, 1)]})
    assert world.effects(made.id) == []
    return answer.status_code, "errors" in answer.json()


def key_reused(world: World, client: Client) -> Any:
    made = world.make_order(lines=[Line(quantity=2)])
    test_refund.refund(client, made, [test_refund.taking(made, 1)])
    return "errors" in test_refund.refund(client, made, [test_refund.taking(made, 1)], note="other")


def key_later(*hours: float) -> Probe:
    """How often the same refund happens when it is sent again so long after the one before."""

    def probe(world: World, client: Client) -> Any:
        made = world.make_order(lines=[Line(quantity=4)])
        wanted = {"orderId": made.id, "refundLineItems": [test_refund.taking(made, 1)], "transactions": []}
        for wait in (*hours, 0):
            client.data(documents.REFUND, input=wanted, key="k")
            world.advance(wait * 3_600)
        return len(world.effects(made.id, "refund"))

    return probe


def bucket(world: World, client: Client) -> Any:
    return client.ask("{ shop { name } }")["extensions"]["cost"]["throttleStatus"]["maximumAvailable"]


def unsized(world: World, client: Client) -> Any:
    made = world.make_order()
    document = "query($id: ID!) { order(id: $id) { transactions { id } } }"
    return client.ask(document, id=made.id)["extensions"]["cost"]["requestedQueryCost"]


def customer(world: World, client: Client) -> Any:
    return client.data(documents.HEADER, id=world.make_order().id)["order"]["customer"] is None


def service(world: World, client: Client) -> Any:
    made = world.make_order(lines=[Line(at="Swift Logistics")], request="ACCEPTED")
    client.data(RELEASE, id=made.fulfilment_orders[0])
    world.advance(60)
    return world.order(made.id)["fulfillment_orders"][0]["request_status"]


def lag(world: World, client: Client) -> Any:
    made = world.make_order()
    world.staff(made.id).write(tags=["x"])
    found = []
    for seconds in (0, 6, 60):
        world.advance(seconds)
        found.append(test_listing.names(client, "tag:x"))
    return found


def job(world: World, client: Client) -> Any:
    made = world.make_order()
    payload = cancel(client, made)
    states = []
    for seconds in (0, 5, 60):
        world.advance(seconds)
        states.append(result(client, payload)["status"])
    return states


def pending(world: World, client: Client) -> Any:
    made = world.make_order(gateway="bogus_pending")
    test_refund.refund(client, made, [test_refund.taking(made, 1)])
    states = []
    for seconds in (0, 61):
        world.advance(seconds)
        states.append([p["status"] for p in world.order(made.id)["transactions"] if p["kind"] == "REFUND"])
    return states


def deliveries(world: World, client: Client) -> Any:
    test_hooks.subscribe(client)
    test_hooks.subscribe(client, "ORDERS_UPDATED")
    test_hooks.cancelled(world, client)
    return [row["topic"] for row in world.hooks.waiting()]


def clock(world: World, client: Client) -> Any:
    return client.data(documents.HEADER, id=world.make_order().id)["order"]["createdAt"]


SHIPPED: dict[str, Any] = {"lines": [Line(fulfilled=1)]}
GIFT: dict[str, Any] = {"lines": [Line(is_gift_card=True, ships=False)]}
PROBES = Probes(
    client=Client,
    prepare=prepare,
    prefix="",
    of={
        "cancel_refusals": cancelling(SHIPPED),
        "refusal_field": cancelling(SHIPPED),
        "method_absent": cancelling({}, method=None),
        "cancel_on_hold": cancelling({"hold": "OTHER"}, method=ORIGINAL),
        "unpaid_refund": refunding({"pay": "pending"}),
        "no_restock_stock": refunding({}, "NO_RESTOCK"),
        "issued_gift_card": cancelling(GIFT, method=KEEP),
        "idempotent_missing": without_key,
        "idempotency_conflict": key_reused,
        "key_hours": key_later(0.9, 2),
        "limit": bucket,
        "unsized_list_cost": unsized,
        "second_cancel": twice_cancelled,
        "customer": customer,
        "missing_location": refunding({}),
        "empty_transactions": refunding({}, with_money=False),
        "fulfilment_after_cancel": cancelling({}),
        "service_answers": service,
        "search_lag": lag,
        "job_seconds": job,
        "pending_seconds": pending,
        "hooks": deliveries,
        "clock": clock,
    },
)
