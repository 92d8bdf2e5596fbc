"""Webhooks: the vendor's test vector, and what each topic makes us read."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
import requests
import responses

from stores.canonical.events import EventKind
from stores.kernel.errors import OutcomeUnknown, RemoteRefused
from stores.kernel.http.responses import Answer
from stores.kernel.security import signing
from stores.platforms.shoplazza import Shoplazza, webhooks
from tests.stores.platforms.shoplazza import place

SECRET = "test-secret-shoplazza"
BODY = (
    b'{"order":{"id":"633130-00000004","number":"00000004","status":"cancelled","financial_status":"refunded",'
    b'"fulfillment_status":"cancelled","cancel_reason":"Customer changed their mind","total_price":"59.90",'
    b'"total_refund_price":"59.90","currency":"USD"}}'
)
SIGNATURE = "bIiuF/pGBAyvuuxBwQR4wS7gFHKDYF+hbfFe6kKU3gE="


def test_the_vector_of_the_sheet_verifies():
    assert len(BODY) == 252
    for name in ("X-Shoplazza-Hmac-Sha256", "x-shoplazza-hmac-sha256"):
        assert Shoplazza.verify_hook({name: SIGNATURE}, BODY, secrets=["another", SECRET])
    assert not Shoplazza.verify_hook({"X-Shoplazza-Hmac-Sha256": SIGNATURE}, BODY + b" ", secrets=[SECRET])


def test_the_vector_of_the_other_spelling():
    """Sorted query and hexadecimal, as the vendor signs its way back from OAuth."""
    query = b"code=abc123&shop=demo-store.myshoplaza.com&state=n0nce"
    signature = "3b5677884401b113de934d83c8fabe7ee9b3936e3034c6d1c0e10ab5b1baa3a1"
    assert signing.hmac_hex(SECRET, query) == signature
    assert Shoplazza.verify_hook({"X-Shoplazza-Hmac-Sha256": signature}, query, secrets=[SECRET])


@pytest.mark.parametrize("topic", sorted(webhooks.TOPICS))
@pytest.mark.parametrize("wrapped", [True, False], ids=["2025-06 and newer", "2022-01"])
def test_each_topic_names_its_order_in_either_form(topic, wrapped):
    order = {"id": "7182105848352794601", "total_refund_price": "59.90"}
    body = json.dumps({"order": order} if wrapped else order).encode()

    (event,) = Shoplazza.parse_hook({"X-Shoplazza-Topic": topic}, body)

    assert event.kind is webhooks.TOPICS[topic][0]
    assert event.order_id == ("7182105848352794601" if topic.startswith("orders/") else "")


def test_a_long_number_is_not_rounded():
    (event,) = Shoplazza.parse_hook({"X-Shoplazza-Topic": "orders/update"}, b'{"id": 7182105848352794601}')
    assert event.order_id == "7182105848352794601"


def test_the_event_key_comes_from_the_signed_body_alone():
    keys = {
        Shoplazza.parse_hook({"X-Shoplazza-Topic": "orders/update", "X-Shoplazza-Deduplication-ID": name}, BODY)[0]
        for name in ("a", "b")
    }
    assert len(keys) == 1


def test_an_unknown_topic_is_kept_as_unknown():
    (event,) = Shoplazza.parse_hook({"X-Shoplazza-Topic": "carts/create"}, BODY)
    assert (event.kind, event.order_id) == (EventKind.UNKNOWN, "")


@pytest.mark.parametrize("number", ["1; DROP", "../1", "1/2", "１２", None, True, [1], {"a": 1}, "9" * 70, 1.5])
def test_a_strange_order_number_names_no_order(number):
    (event,) = Shoplazza.parse_hook({"X-Shoplazza-Topic": "orders/update"}, json.dumps({"id": number}).encode())
    assert event.order_id == ""


# --- subscriptions -------------------------------------------------------------------------------
def test_a_second_subscription_is_not_made(world):
    shop = place.on_world(world)
    first = shop.add_hook("orders/cancelled", "https://desk.example/in/abc")
    again = shop.add_hook("orders/cancelled", "https://desk.example/in/abc")
    assert first == again
    assert shop.list_hooks() == [first]
    with pytest.raises(RemoteRefused):
        shop.remove_hook("123456")


@pytest.mark.parametrize(("spelling", "is_signed"), [("base64", True), ("hex", True), ("none", False)])
def test_what_the_simulator_sends_verifies(world, spelling, is_signed):
    world.switch("shoplazza_hook_signature", spelling)
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.add_hook("orders/cancelled", "https://desk.example/in/abc")
    shop.carry_out(place.cancel(order), key="k", tag="[op 1]")

    with responses.RequestsMock() as outside:
        outside.post("https://desk.example/in/abc")
        assert world.hooks.deliver_due(requests.Session()) == 1
        sent = outside.calls[0].request

    headers = {name: str(value) for name, value in sent.headers.items()}
    assert Shoplazza.verify_hook(headers, sent.body, secrets=["demo-secret-sandbox"]) is is_signed
    (event,) = Shoplazza.parse_hook(headers, sent.body)
    assert (event.topic, event.order_id) == ("orders/cancelled", order.external_id)


@pytest.mark.parametrize("body", [{"code": "Wondrous"}, []], ids=["a code nobody knows", "no object"])
def test_a_subscription_whose_end_was_answered_strangely_may_have_ended(body):
    api = SimpleNamespace(effect=lambda method, path: Answer(200, {}, body, "r1"))

    with pytest.raises(OutcomeUnknown):
        webhooks.remove(api, "h1")  # type: ignore[arg-type]


@pytest.mark.parametrize("hook_id", ["h1", "h" * 64, "h" * 65, "../h1", ""])
def test_only_what_is_an_id_is_asked_for(hook_id):
    sent: list[tuple[str, str]] = []
    api = SimpleNamespace(effect=lambda *words: sent.append(words) or Answer(200, {}, None, "r1"))

    webhooks.remove(api, hook_id)  # type: ignore[arg-type]

    assert sent == ([("DELETE", f"webhooks/{hook_id}")] if hook_id in ("h1", "h" * 64) else [])
