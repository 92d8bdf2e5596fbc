"""Webhooks: the vendor's test vector, what each event makes us read, and the subscription a person made."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import responses

from stores.canonical.events import EventKind
from stores.connectors.roles import HOOK_ADDRESS
from stores.kernel.errors import Unsupported
from stores.platforms.square import Square, webhooks
from tests.stores.platforms.rig import KEY, TAG
from tests.stores.platforms.square import place
from tests.stores.platforms.square.place import ADDRESS, world

__all__ = ["world"]
SECRET, URL = "square_signature_key_demo", "https://desk.example/hooks/square/7"
BODY = (
    b'{"merchant_id":"6SSW7HV8K2ST5","type":"refund.updated","event_id":"bc316346-6691-4243-88ed-6d651a0d0c47",'
    b'"created_at":"2026-01-01T00:00:00Z","data":{"type":"refund","id":"KkAkhdMsgzn59SM8A89WgKwekxLZY_ptNBUuPu",'
    b'"object":{"refund":{"id":"KkAkhdMsgzn59SM8A89WgKwekxLZY_ptNBUuPu","status":"COMPLETED","amount_money":'
    b'{"amount":1250,"currency":"USD"},"order_id":"order-return-1","payment_id":"pay-1"}}}}'
)
SIGNATURE = "8wXgh4kkqINPxAGSRnVv6jYwrE/sLAI6+07LumfXF8I="


def headers(signature: str = SIGNATURE, address: str = URL) -> dict[str, str]:
    return {"X-Square-HmacSha256-Signature": signature, HOOK_ADDRESS: address}


def test_the_vector_of_the_sheet_verifies():
    assert Square.verify_hook(headers(), BODY, secrets=["another", SECRET])
    assert not Square.verify_hook(headers(), BODY + b" ", secrets=[SECRET])
    for address in ("", f"{URL}/", URL.upper(), "https://desk.example/hooks/square/8"):
        assert not Square.verify_hook(headers(address=address), BODY, secrets=[SECRET]), address
    (event,) = Square.parse_hook(headers(), BODY)
    assert (event.kind, event.order_id) == (EventKind.ORDER_CHANGED, "order-return-1")
    assert event.event_key == "bc316346-6691-4243-88ed-6d651a0d0c47"


@pytest.mark.oracles
def test_the_vendors_own_helper_agrees():
    from square.utils.webhooks_helper import verify_signature

    assert verify_signature(
        request_body=BODY.decode(), signature_header=SIGNATURE, signature_key=SECRET, notification_url=URL
    )


def event_of(topic: str, where: str, value: object = "O1") -> bytes:
    told: Any = value
    for name in reversed(where.split(".")):
        told = {name: told}
    return json.dumps({"type": topic, "event_id": "e-1", **(told if where else {})}).encode()


def test_each_event_names_its_order():
    for topic, (kind, where) in webhooks.TOPICS.items():
        (event,) = Square.parse_hook({}, event_of(topic, where))
        assert (event.kind, event.topic) == (kind, topic)
        assert event.order_id == ("O1" if where else ""), topic
    assert set(webhooks.SUBSCRIBED) <= set(webhooks.TOPICS)


def test_an_unknown_event_is_kept_as_unknown():
    (event,) = Square.parse_hook({}, b'{"type":"loyalty.account.created","event_id":"x"}')
    assert (event.kind, event.order_id) == (EventKind.UNKNOWN, "")


@pytest.mark.parametrize("ident", ["1; DROP", "../1", "1/2", "１２", None, True, 7, [1], {"a": 1}, "9" * 193, ""])
def test_a_strange_id_names_no_order(ident):
    (event,) = Square.parse_hook({}, event_of("order.updated", "data.object.order_updated.order_id", ident))
    assert event.order_id == ""


def test_an_event_without_a_usable_id_is_known_by_its_body():
    one, other = (Square.parse_hook({}, b'{"type":"order.updated","event_id":%s}' % x)[0] for x in (b"7", b'"a b"'))
    assert len(one.event_key) == len(other.event_key) == 64
    assert one.event_key != other.event_key


# --- subscriptions -------------------------------------------------------------------------------
def test_without_a_subscription_of_a_person_none_is_made(world):
    """One that we made would be signed with a key nobody gave us."""
    shop = place.on_world(world)
    with pytest.raises(Unsupported) as caught:
        shop.add_hook("order.updated", ADDRESS)
    assert "Developer Dashboard" in str(caught.value.user_message)
    assert shop.list_hooks() == []


def test_missing_events_are_added_once_and_others_stay(world):
    home, shop = place.home(world), place.on_world(world)
    home.subscription("https://other.example/x", "payment.created")
    ours = home.subscription(ADDRESS, "order.updated", "inventory.count.updated")
    for topic in webhooks.SUBSCRIBED:
        assert shop.add_hook(topic, ADDRESS) == shop.add_hook(topic, ADDRESS)

    standing = [hook for hook in shop.list_hooks() if hook.uri == ADDRESS]
    assert {hook.topic for hook in standing} == {*webhooks.SUBSCRIBED, "inventory.count.updated"}
    shop.remove_hook(f"{ours}/inventory.count.updated")
    shop.remove_hook("gone/x")
    assert len(shop.list_hooks()) == len(webhooks.SUBSCRIBED) + 1


def test_what_the_simulator_sends_verifies_and_names_the_order(world):
    home, shop = place.home(world), place.on_world(world)
    home.subscription(ADDRESS, *webhooks.SUBSCRIBED)
    order = place.made(world, shop)
    shop.carry_out(place.part(shop, order), key=KEY, tag=TAG)
    world.advance(5)

    with responses.RequestsMock() as outside:
        outside.post(ADDRESS)
        world.hooks.deliver_due(requests.Session())
        calls = [call.request for call in outside.calls]

    topics = []
    for sent in calls:
        told = {name: str(value) for name, value in sent.headers.items()} | {HOOK_ADDRESS: ADDRESS}
        assert Square.verify_hook(told, sent.body, secrets=["demo-signature-key"])
        assert not Square.verify_hook(told, sent.body, secrets=["other-signature-key"])
        (event,) = Square.parse_hook(told, sent.body)
        topics.append(event.topic)
        assert shop.read_order(event.order_id).external_id == order.external_id
    assert topics == ["order.created", "refund.created", "refund.updated", "payment.updated"]
