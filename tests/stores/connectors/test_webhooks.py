"""Deliveries as a connector declares them. The vendors' own vectors stand in the tests of each platform."""

from __future__ import annotations

import json
import re
from hashlib import sha256

import pytest

from stores.canonical.events import EventKind
from stores.connectors import webhooks
from stores.connectors.webhooks import HOOK_ADDRESS, Deliveries, Hook
from stores.kernel.security import signing

IDENT = re.compile(r"[0-9a-z]{1,9}", re.ASCII)
CHANGED = EventKind.ORDER_CHANGED
BODY = b'{"what": "order/changed", "event": "e1", "data": {"order": {"id": 7}}}'


def declared(**changes: object) -> Deliveries:
    words = {"topics": {"order/changed": (CHANGED, "data.order.id")}, "topic_field": "what", "ident": IDENT}
    return Deliveries(**(words | {"signature": webhooks.base64_in("x-sign")} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(("told", "path", "found"), [
    ({"id": 1}, "id", 1),
    ({"data": {"order": {"id": 2}}}, "data.order.id", 2),
    ({"order": {"id": 3}, "id": 4}, "order?.id", 3),
    ({"id": 4}, "order?.id", 4),
    ({"order": None, "id": 4}, "order?.id", None),
    ({"data": [1]}, "data.order.id", None),
    ({"data": "order"}, "data.order", None),
    ({}, "id", None),
])  # fmt: skip
def test_what_stands_at_a_path(told, path, found):
    assert webhooks.standing_at(told, path) == found


def test_a_delivery_is_read_by_what_is_declared():
    (event,) = declared(order_id="gid://order/{}", key_field="event").parse({}, BODY)

    assert (event.kind, event.topic, event.order_id, event.event_key) == (
        CHANGED, "order/changed", "gid://order/7", "e1",
    )  # fmt: skip


def test_the_topic_may_stand_in_a_header_whose_name_is_spelt_otherwise():
    (event,) = declared(topic_header="x-topic").parse({"X-TOPIC": "order/changed"}, BODY)

    assert (event.kind, event.order_id) == (CHANGED, "7")


def test_a_topic_that_nobody_declared_names_no_order():
    (event,) = declared(topics={}).parse({}, BODY)

    assert (event.kind, event.topic, event.order_id) == (EventKind.UNKNOWN, "order/changed", "")


@pytest.mark.parametrize(("ident", "is_text"), [(True, False), (1.5, False), ("../1", False), ([1], False), (7, True)])
def test_what_is_no_id_names_no_order(ident, is_text):
    body = json.dumps({"what": "order/changed", "data": {"order": {"id": ident}}}).encode()
    (event,) = declared(ids_are_text=is_text).parse({}, body)

    assert event.order_id == ""


def test_a_key_that_is_no_plain_word_is_made_of_the_body():
    body = b'{"what": "order/changed", "event": "a b"}'
    (event,) = declared(key_field="event").parse({}, body)

    assert event.event_key == sha256(body).hexdigest()


def test_an_empty_secret_signs_nothing_and_nothing_raises():
    headers = {"X-Sign": signing.hmac_base64("", BODY)}

    assert not declared().verify(headers, BODY, [""])
    stumbling = declared(signature=lambda headers, body, secrets: headers["x-sign"].nonsense)
    assert not stumbling.verify(headers, BODY, ["s"])


def test_a_signature_over_the_address_needs_the_address():
    signed = declared(signature=webhooks.base64_with_address_in("x-sign"))
    headers = {"X-Sign": signing.hmac_base64("s", b"https://desk.example/a" + BODY)}

    assert signed.verify(headers | {HOOK_ADDRESS: "https://desk.example/a"}, BODY, ["s"])
    assert not signed.verify(headers | {HOOK_ADDRESS: "https://desk.example/b"}, BODY, ["s"])
    assert not signed.verify(headers, BODY, ["s"])


def test_either_spelling_is_taken_where_both_are_declared():
    signed = declared(signature=webhooks.base64_or_hex_in("x-sign"))

    for spell in (signing.hmac_base64, signing.hmac_hex):
        assert signed.verify({"x-sign": spell("s", BODY)}, BODY, ["s"])
        assert not signed.verify({"x-sign": spell("t", BODY)}, BODY, ["s"])


def test_one_that_stands_is_known_by_topic_and_address():
    hooks = [Hook("1", "a", "https://x"), Hook("2", "b", "https://x")]

    assert webhooks.standing_for(hooks, "b", "https://x") == hooks[1]
    assert webhooks.standing_for(hooks, "b", "https://y") is None
