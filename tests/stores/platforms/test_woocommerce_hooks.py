"""Webhooks: the vendor's vector, the ping, and hooks that WooCommerce switched off in silence."""

from __future__ import annotations

import json

import pytest
import requests
import responses

from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from stores.canonical.events import EventKind
from stores.platforms.woocommerce import WooCommerce
from stores.services.webhooks import needed
from tests.stores.platforms.woocommerce import place

SECRET = "whk_woo_s3cret"
BODY = (
    b'{"id":727,"parent_id":0,"number":"727","status":"cancelled","currency":"EUR","total":"29.35",'
    b'"date_modified_gmt":"2026-01-01T00:00:00"}'
)
SIGNATURE = "LF/7bu+OGM+oB4ITBvhBqr7XaDtBMUxFBF/sm49LAQo="
URI = "https://desk.example/in/abc"


@pytest.fixture
def world(world):
    world.switch("woocommerce_limit", "none")
    return world


def test_the_vector_of_the_sheet_verifies():
    assert len(BODY) == 135
    for name in ("X-WC-Webhook-Signature", "x-wc-webhook-signature"):
        assert WooCommerce.verify_hook({name: SIGNATURE}, BODY, secrets=["another", SECRET])
    assert not WooCommerce.verify_hook({"X-WC-Webhook-Signature": SIGNATURE}, BODY + b" ", secrets=[SECRET])


def test_a_ping_is_let_in_and_means_nothing():
    assert WooCommerce.verify_hook(
        {"Content-Type": "application/x-www-form-urlencoded"}, b"webhook_id=7", secrets=["s"]
    )
    assert WooCommerce.parse_hook({}, b"webhook_id=7") == []
    for body in (b"webhook_id=7&x=1", b"webhook_id=", b"webhook_id=07", b'{"id":727}', b"webhook_id=7\n"):
        assert not WooCommerce.verify_hook({}, body, secrets=["s"])
    assert not WooCommerce.verify_hook({}, b"webhook_id=7", secrets=[])


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("order.created", EventKind.ORDER_CHANGED),
        ("order.updated", EventKind.ORDER_CHANGED),
        ("order.restored", EventKind.ORDER_CHANGED),
        ("order.deleted", EventKind.ORDER_DELETED),
        ("product.updated", EventKind.UNKNOWN),
        ("action.woocommerce_order_refunded", EventKind.UNKNOWN),
    ],
)
def test_each_topic_names_its_order(topic, kind):
    (event,) = WooCommerce.parse_hook({"X-WC-Webhook-Topic": topic}, b'{"id": 727}')
    assert (event.kind, event.order_id) == (kind, "727" if kind is not EventKind.UNKNOWN else "")


def test_the_event_key_comes_from_the_signed_body_alone():
    said = [{"X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Delivery-ID": name} for name in ("a", "b")]
    assert len({WooCommerce.parse_hook(headers, BODY)[0].event_key for headers in said}) == 1


@pytest.mark.parametrize("number", ["1; DROP", "../1", "１２", None, True, [1], {"a": 1}, "9" * 20, 1.5, -3])
def test_a_strange_order_number_names_no_order(number):
    (event,) = WooCommerce.parse_hook({"X-WC-Webhook-Topic": "order.updated"}, json.dumps({"id": number}).encode())
    assert event.order_id == ""


# --- what stands --------------------------------------------------------------------------------------
def delivered(world, status=200):
    """What the store sends now, with its headers as text."""
    with responses.RequestsMock() as outside:
        outside.post(URI, status=status)
        world.hooks.deliver_due(requests.Session())
        return [({n: str(v) for n, v in call.request.headers.items()}, call.request.body) for call in outside.calls]


def test_what_the_store_sends_is_verified_with_this_shops_secret_alone(world):
    shop = place.on_world(world)
    shop.add_hook("order.updated", URI)
    (ping,) = delivered(world)
    order = place.made(world, shop)
    WooCommerceSimulator(world).staff(order.external_id).move("on-hold")
    ((headers, body),) = delivered(world)

    assert ping[1] == f"webhook_id={shop.list_hooks()[0].id}".encode()
    assert WooCommerce.verify_hook(*ping, secrets=["demoHookSecretOfTheSandbox"])
    assert WooCommerce.verify_hook(headers, body, secrets=["demoHookSecretOfTheSandbox"])
    assert not WooCommerce.verify_hook(headers, body, secrets=["otherHookSecretOfTheSandbox"])
    assert [event.order_id for event in WooCommerce.parse_hook(headers, body)] == [order.external_id]


def test_a_deleted_order_is_told_by_its_number_alone(world):
    shop = place.on_world(world)
    shop.add_hook("order.deleted", URI)
    delivered(world)
    order = place.made(world, shop)
    WooCommerceSimulator(world).staff(order.external_id).delete()
    ((headers, body),) = delivered(world)

    assert json.loads(body) == {"id": int(order.external_id)}
    assert WooCommerce.parse_hook(headers, body)[0].kind is EventKind.ORDER_DELETED


def test_a_second_subscription_is_not_made(world):
    shop = place.on_world(world)
    first = shop.add_hook("order.updated", URI)
    assert shop.add_hook("order.updated", URI) == first
    assert shop.list_hooks() == [first]
    shop.remove_hook("123456")  # gone already: fine
    shop.remove_hook("no id")


def test_more_hooks_than_a_page_holds_are_all_seen(world):
    shop, home = place.on_world(world), WooCommerceSimulator(world)
    with world.store.write() as db:
        session = home.session(db, home.shop("demo"))
        for number in range(130):
            session.subscribe("product.updated", f"https://x.example/{number}", name="x", secret="", status="active")
    hook = shop.add_hook("order.updated", URI)
    assert len(shop.list_hooks()) == 131
    assert shop.add_hook("order.updated", URI) == hook


def test_a_hook_that_fell_silent_is_taken_down_and_made_anew(world):
    """More than five failures switch it off without a word."""
    shop = place.on_world(world)
    hooks = [shop.add_hook(topic, URI) for topic in shop.topics]
    with world.store.write() as db:
        db.execute("UPDATE hooks SET failures = 6 WHERE id = ?", (int(hooks[1].id),))

    repair = needed(shop.topics, shop.list_hooks(), URI, "abc")

    assert repair.add == (hooks[1].topic,)
    assert [hook.id for hook in repair.remove] == [hooks[1].id]
    shop.add_hook(repair.add[0], URI)
    shop.remove_hook(repair.remove[0].id)
    assert needed(shop.topics, shop.list_hooks(), URI, "abc") == type(repair)((), ())
