"""Webhooks: subscribed by API, signed as the vendor signs, delivered twice, late, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import responses

from sandbox.platforms.shopify import webhooks
from sandbox.platforms.shopify.shops import Made
from sandbox.world import World
from tests.sandbox import documents
from tests.sandbox.conftest import Client

URI = "https://desk.example.com/hooks/abc"
CREATE = """mutation($topic: WebhookSubscriptionTopic!, $hook: WebhookSubscriptionInput!) {
 webhookSubscriptionCreate(topic: $topic, webhookSubscription: $hook) { webhookSubscription { id topic uri }
 userErrors { field message } } }"""
LIST = "{ webhookSubscriptions(first: 50) { nodes { id topic uri } } }"
DELETE = """mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId
 userErrors { field message } } }"""


def subscribe(client: Client, topic: str = "ORDERS_CANCELLED", uri: str = URI) -> Any:
    return client.data(CREATE, topic=topic, hook={"uri": uri, "format": "JSON"})["webhookSubscriptionCreate"]


def cancelled(world: World, client: Client) -> Made:
    made = world.make_order()
    client.data(documents.CANCEL, orderId=made.id, reason="STAFF", restock=True)
    world.advance(5)
    return made


def test_the_signature_is_that_of_the_sheet() -> None:
    body = '{"note":"café ☃"}'.encode()

    assert webhooks.sign("test-secret-shopify", body) == "fEVxUBSAZP602VYuVS4nP3tHD1YE9ABvZivdqiPqyhA="


@pytest.mark.parametrize(
    ("topic", "told"),
    [
        ("ORDERS_CANCELLED", "orders/cancelled"),
        ("REFUNDS_CREATE", "refunds/create"),
        ("RETURNS_REQUEST", "returns/request"),
        ("FULFILLMENT_ORDERS_CANCELLATION_REQUEST_ACCEPTED", "fulfillment_orders/cancellation_request_accepted"),
    ],
)
def test_topics_have_a_name_for_headers(topic: str, told: str) -> None:
    assert webhooks.header_topic(topic) == told


def test_a_subscription_is_made_listed_and_deleted(client: Client) -> None:
    made = subscribe(client)["webhookSubscription"]

    again = subscribe(client)
    listed = client.data(LIST)["webhookSubscriptions"]["nodes"]
    client.data(DELETE, id=made["id"])

    assert again["userErrors"][0]["message"] == "Address for this topic has already been taken"
    assert listed == [made]
    assert client.data(LIST)["webhookSubscriptions"]["nodes"] == []


def test_an_address_without_tls_is_refused(client: Client) -> None:
    assert subscribe(client, uri="http://desk.example.com/x")["userErrors"]


def test_a_cancelled_order_is_told_and_signed(world: World, client: Client, network: responses.RequestsMock) -> None:
    subscribe(client)
    made = cancelled(world, client)
    network.post(URI, status=200)

    assert world.hooks.deliver_due(requests.Session()) == 1

    call: Any = network.calls[0].request
    assert json.loads(call.body)["admin_graphql_api_id"] == made.id
    assert call.headers["X-Shopify-Topic"] == "orders/cancelled"
    assert call.headers["X-Shopify-Hmac-Sha256"] == webhooks.sign("shpss_demo_sandbox", call.body)
    assert world.hooks.deliver_due(requests.Session()) == 0


def test_a_refused_delivery_is_tried_again_later(world: World, client: Client, network: responses.RequestsMock) -> None:
    subscribe(client)
    cancelled(world, client)
    network.post(URI, status=500)
    network.post(URI, status=200)

    first = world.hooks.deliver_due(requests.Session())
    world.advance(11)

    assert (first, world.hooks.deliver_due(requests.Session())) == (0, 1)


def test_eight_failures_remove_the_subscription(world: World, client: Client, network: responses.RequestsMock) -> None:
    subscribe(client)
    cancelled(world, client)
    network.post(URI, status=500)

    for _ in range(8):
        world.hooks.deliver_due(requests.Session())
        world.advance(3_601)

    assert client.data(LIST)["webhookSubscriptions"]["nodes"] == []


@pytest.mark.parametrize(("mood", "count"), [("once", 1), ("twice", 2), ("lost", 0), ("reordered", 1)])
def test_deliveries_come_as_the_switch_says(
    world: World, client: Client, network: responses.RequestsMock, mood: str, count: int
) -> None:
    world.switch("hooks", mood)
    subscribe(client)
    cancelled(world, client)
    world.advance(5)
    if count:
        network.post(URI, status=200)

    assert world.hooks.deliver_due(requests.Session()) == count
    events = {call.request.headers["X-Shopify-Event-Id"] for call in network.calls}
    deliveries = {call.request.headers["X-Shopify-Webhook-Id"] for call in network.calls}
    assert (len(events), len(deliveries)) == (min(1, count), count)
