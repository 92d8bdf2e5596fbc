"""Webhooks: the vendor's test vector, freshness, other shops' secrets, and hooks that were switched off."""

from __future__ import annotations

import json

import pytest
import requests
import responses
import time_machine

from sandbox.platforms.bigcommerce.webhooks import MOST
from stores.canonical.events import EventKind
from stores.kernel import clock
from stores.kernel.errors import RemoteRefused
from stores.platforms.bigcommerce import BigCommerce, webhooks
from tests.stores.platforms.bigcommerce import place
from tests.stores.platforms.test_bigcommerce import sign

SECRET = "bc_client_secret_demo_0123456789abcdef"
BODY = (
    b'{"created_at":1767225600,"store_id":"1025646","producer":"stores/abc123","scope":"store/order/refund/created",'
    b'"hash":"3f9ea420af83450d7ef9f78b08c8af25b2213637","data":{"type":"order","id":250,"refund":{"refund_id":"6"}}}'
)
HEADERS = {
    "webhook-id": "msg_2Lh9KRb0pzN4LePd3XiA4v12Axj",
    "webhook-timestamp": "1767225600",
    "webhook-signature": "v1,iiITT34VTt/iekrrJcWe05JD6SgzhY+mc0ol60ZFUp0=",
}


@pytest.mark.parametrize(("later", "is_believed"), [(0, True), (299, True), (-299, True), (302, False), (-302, False)])
def test_the_vector_of_the_sheet_verifies_for_five_minutes(later, is_believed):
    with time_machine.travel(1767225600 + later, tick=False):
        assert BigCommerce.verify_hook(HEADERS, BODY, secrets=["another", SECRET]) is is_believed
        assert not BigCommerce.verify_hook(HEADERS, BODY + b" ", secrets=[SECRET])
        assert not BigCommerce.verify_hook(HEADERS, BODY, secrets=["another"])


def test_the_vector_names_its_order():
    (event,) = BigCommerce.parse_hook(HEADERS, BODY)
    assert (event.kind, event.topic, event.order_id) == (EventKind.ORDER_CHANGED, "store/order/refund/created", "250")


def test_one_of_several_signatures_is_enough():
    good = sign(b"{}", "right")
    both = good | {"webhook-signature": f"v1,AAAA v2,xyz {good['webhook-signature']}"}
    assert BigCommerce.verify_hook(both, b"{}", secrets=["right"])
    for wrong in ("v2," + good["webhook-signature"][3:], good["webhook-signature"][3:], "v1,", " "):
        assert not BigCommerce.verify_hook(good | {"webhook-signature": wrong}, b"{}", secrets=["right"])


def test_name_and_time_are_part_of_what_is_signed():
    good = sign(b"{}", "right")
    later = str(int(good["webhook-timestamp"]) + 1)
    assert not BigCommerce.verify_hook(good | {"webhook-id": "msg_2"}, b"{}", secrets=["right"])
    assert not BigCommerce.verify_hook(good | {"webhook-timestamp": later}, b"{}", secrets=["right"])
    for stamp in ("", "soon", "1e9", "-5", "１７", "9" * 30):
        assert not BigCommerce.verify_hook(good | {"webhook-timestamp": stamp}, b"{}", secrets=["right"])


def test_another_shops_own_signature_is_refused():
    assert not BigCommerce.verify_hook(sign(BODY, "other-shop-secret"), BODY, secrets=["demo-secret"])


def test_our_own_header_must_be_right_where_it_is_there():
    good = sign(b"{}", "right")
    assert BigCommerce.verify_hook(good | {webhooks.OWN_HEADER: webhooks.own_key("right")}, b"{}", secrets=["right"])
    assert not BigCommerce.verify_hook(
        good | {webhooks.OWN_HEADER: webhooks.own_key("other")}, b"{}", secrets=["right"]
    )


@pytest.mark.parametrize("topic", sorted(webhooks.TOPICS))
def test_each_scope_makes_us_read(topic):
    body = json.dumps({"scope": topic, "data": {"type": "order", "id": 17}}).encode()
    (event,) = BigCommerce.parse_hook({}, body)
    assert (event.kind, event.order_id) == (webhooks.TOPICS[topic][0], "17" if topic.startswith("store/order/") else "")


def test_a_transaction_may_name_its_order_apart():
    body = b'{"scope":"store/order/transaction/updated","data":{"type":"transaction","id":9,"order_id":17}}'
    assert BigCommerce.parse_hook({}, body)[0].order_id == "17"


@pytest.mark.parametrize("number", ["1; DROP", "../1", "１２", None, True, [1], {"a": 1}, "9" * 70, 1.5, -4])
def test_a_strange_order_number_names_no_order(number):
    body = json.dumps({"scope": "store/order/updated", "data": {"type": "order", "id": number}}).encode()
    (event,) = BigCommerce.parse_hook({}, body)
    assert event.order_id == ""


def test_an_unknown_scope_is_kept_as_unknown():
    (event,) = BigCommerce.parse_hook({}, b'{"scope":"store/cart/created","data":{"type":"cart","id":"a"}}')
    assert (event.kind, event.order_id) == (EventKind.UNKNOWN, "")


def test_a_delivery_that_is_repeated_has_the_same_key():
    first, again = (BigCommerce.parse_hook(sign(BODY, SECRET, name=name), BODY) for name in ("msg_1", "msg_2"))
    assert first == again


# --- subscriptions ---------------------------------------------------------------------------------
def test_a_second_subscription_is_not_made(world):
    shop = place.on_world(world)
    first = shop.add_hook("store/order/updated", "https://desk.example/in/abc")
    assert shop.add_hook("store/order/updated", "https://desk.example/in/abc") == first
    assert shop.list_hooks() == [first]
    for strange in ("123456", "abc"):
        with pytest.raises(RemoteRefused):
            shop.remove_hook(strange)


def test_a_hook_that_was_switched_off_is_switched_on_again(world):
    shop = place.on_world(world)
    first = shop.add_hook("store/order/updated", "https://desk.example/in/abc")
    place.home(world).deactivate_hooks()
    assert shop.list_hooks() == []

    again = shop.add_hook("store/order/updated", "https://desk.example/in/abc")

    assert again == first
    assert shop.list_hooks() == [first]


def test_an_eleventh_hook_of_a_scope_is_refused(world):
    shop = place.on_world(world)
    for number in range(MOST):
        shop.add_hook("store/order/updated", f"https://desk.example/in/{number}")
    with pytest.raises(RemoteRefused):
        shop.add_hook("store/order/updated", "https://desk.example/in/more")


def test_what_the_simulator_sends_verifies(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.add_hook("store/order/statusUpdated", "https://desk.example/in/abc")
    shop.carry_out(place.cancel(order), key="k", tag="[op 1]")

    with responses.RequestsMock() as outside:
        outside.post("https://desk.example/in/abc")
        assert world.hooks.deliver_due(requests.Session()) == 1
        sent = outside.calls[0].request

    headers = {name: str(value) for name, value in sent.headers.items()}
    assert headers[webhooks.OWN_HEADER] == webhooks.own_key("demo-client-secret-sandbox")
    with time_machine.travel(world.now(), tick=False):
        assert abs(clock.now().timestamp() - int(headers["webhook-timestamp"])) < 2
        assert BigCommerce.verify_hook(headers, sent.body, secrets=["demo-client-secret-sandbox"])
    (event,) = BigCommerce.parse_hook(headers, sent.body)
    assert (event.topic, event.order_id) == ("store/order/statusUpdated", order.external_id)
