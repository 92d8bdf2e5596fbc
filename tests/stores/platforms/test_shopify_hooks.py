"""Webhooks: the vendor's test vectors, and what each topic makes us read."""

from __future__ import annotations

import json

import pytest

from stores.canonical.events import EventKind
from stores.platforms.shopify import Shopify, adapter

SECRET = "test-secret-shopify"
CANCELLED = (
    b'{"id":820982911946154508,"admin_graphql_api_id":"gid://shopify/Order/820982911946154508","name":"#1001",'
    b'"cancelled_at":"2026-11-20T12:00:00Z","cancel_reason":"customer","currency":"USD","total_price":"59.90"}'
)
NOTE = '{"note":"café ☃"}'.encode()


@pytest.mark.parametrize(
    ("body", "length", "signature"),
    [
        (CANCELLED, 208, "YIOuUwsMzy3tQ1qDAPhVYNnUk67Ccd0zLwq/yaPU/Cs="),
        (NOTE, 20, "fEVxUBSAZP602VYuVS4nP3tHD1YE9ABvZivdqiPqyhA="),
    ],
)
def test_the_vectors_of_the_sheet_verify(body, length, signature):
    assert len(body) == length
    for name in ("X-Shopify-Hmac-Sha256", "x-shopify-hmac-sha256", "X-SHOPIFY-HMAC-SHA256"):
        assert Shopify.verify_hook({name: signature}, body, secrets=["another", SECRET])


def test_a_cancelled_order_is_read_again():
    (event,) = Shopify.parse_hook({"X-Shopify-Topic": "orders/cancelled"}, CANCELLED)

    assert event.kind is EventKind.ORDER_CHANGED
    assert event.order_id == "gid://shopify/Order/820982911946154508"


def test_the_event_key_comes_from_the_signed_body_alone():
    first, again = (
        Shopify.parse_hook({"X-Shopify-Topic": "orders/updated", "X-Shopify-Webhook-Id": delivery}, CANCELLED)[0]
        for delivery in ("a", "b")
    )

    assert first.event_key == again.event_key
    assert len(first.event_key) == 64


@pytest.mark.parametrize("topic", sorted(adapter.TOPICS))
def test_each_topic_finds_its_order_where_the_body_has_it(topic):
    kind, where = adapter.TOPICS[topic]
    body: object = 4242
    for name in reversed([part for part in where.split(".") if part]):
        body = {name: body}

    (event,) = Shopify.parse_hook({"X-Shopify-Topic": topic}, json.dumps(body if where else {}).encode())

    assert event.kind is kind
    assert event.order_id == ("gid://shopify/Order/4242" if where else "")


def test_an_unknown_topic_is_kept_as_unknown():
    (event,) = Shopify.parse_hook({"X-Shopify-Topic": "carts/create"}, b'{"id": 1}')

    assert event.kind is EventKind.UNKNOWN
    assert event.order_id == ""


@pytest.mark.parametrize("number", ["1; DROP", "../1", "-1", "1e5", "１２", None, True, [1], {"a": 1}, "9" * 30])
def test_a_strange_order_number_names_no_order(number):
    (event,) = Shopify.parse_hook({"X-Shopify-Topic": "orders/updated"}, json.dumps({"id": number}).encode())

    assert event.order_id == ""
