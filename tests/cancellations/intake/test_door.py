from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from cancellations.intake import inbox
from cancellations.models import Inbox
from stores.connectors import registry
from stores.connectors.roles import HookSource
from stores.kernel.security import signing, vault
from stores.models import ConnectionHealth, Store
from stores.platforms.shopify import Shopify
from stores.services import credentials
from tests import make

pytestmark = pytest.mark.django_db
SECRET = "test-secret-shopify"
BODY = (  # the vendor's own vector
    b'{"id":820982911946154508,"admin_graphql_api_id":"gid://shopify/Order/820982911946154508","name":"#1001",'
    b'"cancelled_at":"2026-11-20T12:00:00Z","cancel_reason":"customer","currency":"USD","total_price":"59.90"}'
)
SIGNATURE = "YIOuUwsMzy3tQ1qDAPhVYNnUk67Ccd0zLwq/yaPU/Cs="


@pytest.fixture
def store() -> Store:
    made = make.store()
    credentials.keep(made.connection, {"client_secret": SECRET})
    return made


def knock(
    client: Client,
    store: Store | str,
    body: bytes = BODY,
    signature: str | None = None,
    headers: dict[str, str] | None = None,
) -> Any:
    token = store if isinstance(store, str) else store.connection.inbox_token
    signed = signing.hmac_base64(SECRET, body) if signature is None else signature
    sent = {"X-Shopify-Topic": "orders/updated", "X-Shopify-Hmac-Sha256": signed} | (headers or {})
    return client.post(f"/hooks/{token}", body, content_type="application/json", headers=sent)


def test_a_signed_webhook_is_kept_sealed(client: Client, store: Store) -> None:
    answer = knock(client, store, signature=SIGNATURE)

    row = Inbox.objects.get()
    assert answer.status_code == 200
    assert (row.state, row.order_external_id) == ("waiting", "gid://shopify/Order/820982911946154508")
    assert b"59.90" not in bytes(row.body)
    assert vault.unseal(row.body, bound_to=row.bound_to) == BODY


def test_the_same_webhook_again_changes_nothing(client: Client, store: Store) -> None:
    for delivery in range(3):
        assert knock(client, store, headers={"X-Shopify-Webhook-Id": f"delivery-{delivery}"}).status_code == 200

    assert Inbox.objects.count() == 1


@pytest.mark.parametrize(
    "signature",
    ["", "x", SIGNATURE[:-4] + "AAA=", SIGNATURE.lower(), "é", "a" * 10_000, "\x01", "None", "=="],
)
def test_a_forged_signature_is_refused_and_nothing_kept(client: Client, store: Store, signature: str) -> None:
    assert knock(client, store, signature=signature).status_code == 401
    assert not Inbox.objects.exists()


@pytest.mark.parametrize("position", range(0, len(BODY), 17))
def test_one_changed_byte_is_refused(client: Client, store: Store, position: int) -> None:
    changed = BODY[:position] + bytes([BODY[position] ^ 1]) + BODY[position + 1 :]

    assert knock(client, store, changed, SIGNATURE).status_code == 401


def test_a_shop_without_a_secret_believes_nobody(client: Client) -> None:
    bare = make.store()

    assert knock(client, bare, signature=signing.hmac_base64("", BODY)).status_code == 401


def test_another_shops_signature_does_not_fit(client: Client, store: Store) -> None:
    other = make.store()
    credentials.keep(other.connection, {"client_secret": "another"})

    assert knock(client, other).status_code == 401


def test_the_former_secret_signs_for_an_hour(client: Client, store: Store) -> None:
    with time_machine.travel(make.NOW, tick=False) as traveller:
        credentials.keep(store.connection, {"client_secret": "new"}, hook_secret="client_secret")
        traveller.shift(timedelta(minutes=59))
        assert knock(client, store).status_code == 200
        traveller.shift(timedelta(minutes=2))
        assert knock(client, store).status_code == 401


def test_an_unknown_address_is_no_address(client: Client, store: Store) -> None:
    assert knock(client, "x" * 32).status_code == 404
    assert knock(client, "%00'; --").status_code == 404


def test_an_unknown_address_is_checked_like_a_known_one(
    client: Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []

    def note(headers: object, body: bytes, *, secrets: object) -> bool:
        seen.append(body)
        return True

    monkeypatch.setattr(Shopify, "verify_hook", note)

    assert knock(client, "x" * 32).status_code == 404
    assert seen == [BODY]


@pytest.mark.parametrize("error", [ValueError, TypeError, KeyError, RecursionError, UnicodeDecodeError])
def test_whatever_a_verifier_stumbles_over_is_a_refusal(
    client: Client, store: Store, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def stumble(*args: object, **kwargs: object) -> bool:
        raise error("ascii", b"", 0, 1, "x") if error is UnicodeDecodeError else error("x")

    monkeypatch.setattr(Shopify, "verify_hook", stumble)

    assert knock(client, store).status_code == 401


def test_more_than_a_whole_order_is_not_even_verified(
    client: Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shopify, "verify_hook", lambda *a, **k: pytest.fail("too big to look at"))

    assert knock(client, store, b"x" * 8_000_001).status_code == 413


@pytest.mark.parametrize(("size", "kept"), [(1_000_000, True), (1_000_001, False), (8_000_000, False)])
def test_an_order_of_megabytes_is_taken_and_a_long_body_not_kept(
    client: Client, store: Store, size: int, kept: bool
) -> None:
    """Refused eight times, Shopify would take the subscription down: a large order must not silence the shop."""
    body = b'{"id":1,"pad":"' + b"x" * (size - 17) + b'"}'

    assert knock(client, store, body).status_code == 200
    row = Inbox.objects.get()
    assert row.order_external_id.endswith("/1")
    assert (len(row.body) > size) == kept


def test_no_platform_takes_more_than_the_gate_lets_in(settings: Any) -> None:
    assert max(platform.hook_bytes for platform in registry.playing(HookSource)) == settings.HOOK_MAX_BYTES


def test_a_wrong_length_header_cheats_nobody(client: Client, store: Store) -> None:
    assert knock(client, store, headers={"Content-Length": "9" * 50}).status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b"[" * 5000, b'{"id":NaN}', b'{"id":1,"id":2}', b'{"id":{"a":1}}'],
)
def test_a_signed_body_that_says_nothing_is_kept_and_left_alone(client: Client, store: Store, body: bytes) -> None:
    assert knock(client, store, body).status_code == 200
    assert Inbox.objects.get().state == "ignored"


def test_an_unknown_topic_is_kept_and_left_alone(client: Client, store: Store) -> None:
    knock(client, store, headers={"X-Shopify-Topic": "carts/update"})

    row = Inbox.objects.get()
    assert (row.state, row.topic, row.next_attempt_at) == ("ignored", "carts/update", None)


def test_only_post_is_an_answer(client: Client, store: Store) -> None:
    assert client.get(f"/hooks/{store.connection.inbox_token}").status_code == 405


def test_needs_no_csrf_token(store: Store) -> None:
    assert knock(Client(enforce_csrf_checks=True), store).status_code == 200


def test_health_notes_that_webhooks_come(client: Client, store: Store) -> None:
    knock(client, store)

    assert ConnectionHealth.objects.get(connection=store.connection).hook_seen_at is not None


def test_a_broker_that_is_down_turns_nothing_into_an_error(
    client: Client, store: Store, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert knock(client, store).status_code == 200


def test_what_is_old_goes_hour_by_hour(client: Client, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "_tidied_at", [])
    monkeypatch.setattr(inbox, "AT_ONCE", 2)
    for number, days in enumerate((91, 92, 93, 91, 94, 89)):
        knock(client, store, json.dumps({"id": number}).encode())
        Inbox.objects.filter(pk=Inbox.objects.latest("pk").pk).update(received_at=make.NOW - timedelta(days=days))

    inbox.tidy(make.NOW)
    left = Inbox.objects.count()
    Inbox.objects.update(received_at=make.NOW - timedelta(days=91))
    inbox.tidy(make.NOW + timedelta(minutes=59))
    not_yet = Inbox.objects.count()
    inbox.tidy(make.NOW + timedelta(minutes=60))

    assert (left, not_yet, Inbox.objects.count()) == (1, 1, 0)


def test_two_orders_make_two_rows(client: Client, store: Store) -> None:
    for number in (1, 2):
        knock(client, store, json.dumps({"id": number}).encode())

    assert Inbox.objects.count() == 2
