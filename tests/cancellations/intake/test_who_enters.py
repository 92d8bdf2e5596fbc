"""Where no secret is, nobody enters: all seven platforms, every way in which a shop can be without one."""

from __future__ import annotations

import ast
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cancellations.models import Inbox
from stores.kernel import clock
from stores.models import AuditEvent, Connection, ConnectionSecret, Store, StoreState
from stores.platforms import registry
from stores.services import connections, credentials, sync, webhooks
from tests.cancellations.intake import knocking
from tests.cancellations.intake.knocking import BODIES, OURS, SIGNING, knock, shop

pytestmark = pytest.mark.django_db
RIGHT = "the right secret of this shop"


@pytest.fixture(autouse=True)
def _public(settings: Any) -> None:
    settings.PUBLIC_URL = OURS


def test_the_table_has_every_platform() -> None:
    assert set(BODIES) == set(knocking.SIGNED) == set(registry.PLATFORMS)


@pytest.mark.parametrize("platform", SIGNING)
def test_the_right_secret_enters(platform: str) -> None:
    store = shop(platform, RIGHT)

    assert (knock(store, RIGHT), knock(store, "another")) == (200, 401)
    assert Inbox.objects.get().order_external_id


def _never_had(store: Store) -> None: ...


def _disconnected(store: Store) -> None:
    credentials.keep(store.connection, {webhooks.secret_name(store.connection): RIGHT})
    with patch.object(webhooks, "remove_all", return_value=0):  # the shop itself is not asked here
        connections.disconnect("rescind", store)


def _empty(store: Store) -> None:
    credentials._save(store.connection, webhooks.secret_name(store.connection), "")


def _spoilt(store: Store) -> None:
    credentials.keep(store.connection, {webhooks.secret_name(store.connection): RIGHT})
    ConnectionSecret.objects.filter(connection=store.connection).update(sealed=b"\x01\x02t1" + b"x" * 60)


def _of_another(store: Store) -> None:
    name = webhooks.secret_name(store.connection)
    credentials.keep(store.connection, {name: RIGHT})
    sealed = ConnectionSecret.objects.get(connection=shop(store.platform, "other").connection, name=name).sealed
    ConnectionSecret.objects.filter(connection=store.connection).update(sealed=sealed)


def _only_a_former_one_that_is_over(store: Store) -> None:
    credentials._save(store.connection, credentials.FORMER, RIGHT, clock.now() - timedelta(seconds=1))


WITHOUT = [_never_had, _disconnected, _empty, _spoilt, _of_another, _only_a_former_one_that_is_over]


@pytest.mark.parametrize("lose", WITHOUT)
@pytest.mark.parametrize("platform", SIGNING)
def test_a_shop_without_a_secret_lets_nobody_in(platform: str, lose: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even when the comparison says yes: it is made for its time alone."""
    store, asked = shop(platform), []
    lose(store)
    for secret in (RIGHT, ""):
        assert knock(store, secret) == 401

    def agree(headers: object, body: bytes, *, secrets: list[str]) -> bool:
        asked.append(secrets)
        return True

    monkeypatch.setattr(registry.get(platform), "verify_hook", agree)
    assert knock(store, RIGHT) == 401
    assert asked
    assert all(secrets and all(secrets) for secrets in asked)  # as much to compare as anybody has
    assert not Inbox.objects.exists()


def _constants() -> set[str]:
    """Every short text in the source of the door and of the platforms' webhooks."""
    root = Path(configured.BASE_DIR)
    files = [*root.glob("cancellations/intake/*.py"), *root.glob("stores/services/*.py")]
    files += [*root.glob("stores/platforms/*/webhooks.py"), *root.glob("stores/connectors/**/*.py")]
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text())))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if len(text) < 80}


@pytest.mark.parametrize("platform", SIGNING)
def test_no_text_of_the_source_is_a_secret(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def note(headers: object, body: bytes, *, secrets: list[str]) -> bool:
        asked.extend(secrets)
        return False

    monkeypatch.setattr(registry.get(platform), "verify_hook", note)
    knock(shop(platform))

    assert asked
    assert not set(asked) & _constants()


@pytest.mark.parametrize("lose", [_spoilt, _of_another])
def test_a_secret_that_does_not_open_disconnects_the_shop_once(lose: Any) -> None:
    store = shop("shopify")
    lose(store)

    assert [knock(store, RIGHT) for _ in range(3)] == [401] * 3

    assert Store.objects.get(pk=store.pk).state == StoreState.DISCONNECTED
    assert list(AuditEvent.objects.values_list("kind", flat=True)) == ["shop.secret_lost"]


def test_a_shop_whose_secret_was_lost_takes_a_new_one() -> None:
    store = shop("shopify")
    _spoilt(store)
    knock(store, RIGHT)

    credentials.keep(store.connection, {"client_secret": "new"}, hook_secret="client_secret")

    assert (knock(store, "new"), knock(store, RIGHT)) == (200, 401)


def test_a_former_secret_that_does_not_open_only_signs_nothing() -> None:
    store = shop("shopify", RIGHT)
    credentials.keep(store.connection, {"client_secret": "new"}, hook_secret="client_secret")
    ConnectionSecret.objects.filter(connection=store.connection, name=credentials.FORMER).update(sealed=b"spoilt")

    assert (knock(store, "new"), knock(store, RIGHT)) == (200, 401)
    assert Store.objects.get(pk=store.pk).state == StoreState.ACTIVE


def test_copying_meets_a_lost_secret_as_well() -> None:
    store = shop("shopify")
    _spoilt(store)
    webhooks.check(store.connection)  # says so in words, and does not fall
    store.sync.next_attempt_at = clock.now()
    store.sync.save()

    sync.advance(store.uuid)

    assert Store.objects.get(pk=store.pk).state == StoreState.DISCONNECTED
    assert list(AuditEvent.objects.values_list("kind", flat=True)) == ["shop.secret_lost"]


# --- those who sign nothing ---------------------------------------------------------------------------
@pytest.mark.parametrize("size", [0, 2, 900_000])
def test_a_platform_that_sends_nothing_has_no_door(size: int) -> None:
    store = shop("magento")

    assert knock(store, body=b"x" * size) == 404
    assert not Inbox.objects.exists()


def test_a_shop_of_a_platform_that_is_gone_has_no_door() -> None:
    store = shop("shopify", RIGHT)
    Connection.objects.filter(pk=store.connection_id).update(connector="yesterdays")

    assert knock(store, RIGHT) == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"garbage", b"{}", b'{"topic":"product.selected","data":{"_id":"1"}}', b'{"id":"\x00"}', b"[" * 60_000],
)
def test_unsigned_words_that_name_no_order_are_not_kept(body: bytes) -> None:
    assert knock(shop("modern_dropship"), body=body) == 200
    assert not Inbox.objects.exists()


def test_of_unsigned_words_only_the_order_is_kept() -> None:
    body = json.dumps(BODIES["modern_dropship"] | {"note": "x" * 60_000}).encode()

    assert knock(shop("modern_dropship"), body=body) == 200
    assert len(bytes(Inbox.objects.get().body)) < 100


def test_an_unsigned_shop_that_was_disconnected_has_no_door() -> None:
    store = shop("modern_dropship")
    connections.disconnect("rescind", store)

    assert knock(store) == 404
    assert not Inbox.objects.exists()


@pytest.mark.parametrize(("secret", "status"), [(RIGHT, 200), ("", 401)])
def test_a_ping_that_nobody_signed_leaves_nothing(secret: str, status: int) -> None:
    store = shop("woocommerce", secret)

    assert (
        Client().post(f"/hooks/{store.connection.inbox_token}", b"webhook_id=7", content_type="x/y").status_code
        == status
    )
    assert not Inbox.objects.exists()


# --- words that no database takes ---------------------------------------------------------------------
@pytest.mark.postgres
@pytest.mark.parametrize("topic", ["\x00", "a\x00b", "\ud800", "x" * 500, "\u202e"])
@pytest.mark.parametrize("platform", ["bigcommerce", "square"])
def test_a_signed_body_with_odd_words_is_kept(platform: str, topic: str) -> None:
    body = json.dumps({"scope": topic, "type": topic, "event_id": topic}).encode()

    assert knock(shop(platform, RIGHT), RIGHT, body) == 200
    assert Inbox.objects.get().topic.isprintable()


@pytest.mark.parametrize("token", ["x" * 32, "%00", "%00'; --", "é", "%f0%9f%92%a9", "a" * 3000, "..", "%0a"])
def test_an_address_that_is_nobodys_is_404(token: str) -> None:
    assert knock(shop("shopify", RIGHT), RIGHT, token=token) == 404


def test_rotating_and_disconnecting_count_at_once() -> None:
    store = shop("shopify", "old")
    assert knock(store, "old") == 200
    credentials.keep(store.connection, {"client_secret": "new"})
    assert (knock(store, "old"), knock(store, "new")) == (401, 200)
    credentials.keep(store.connection, {})
    assert knock(store, "new") == 401


# --- cheap --------------------------------------------------------------------------------------------
@pytest.mark.postgres
@pytest.mark.parametrize("platform", [*SIGNING, "modern_dropship"])
def test_a_delivery_costs_two_statements(platform: str) -> None:
    store = shop(platform, RIGHT if platform in SIGNING else "")
    assert knock(store, RIGHT) == 200  # the first of half a minute notes that webhooks come
    with CaptureQueriesContext(connection) as asked:
        assert knock(store, RIGHT, body=knocking.body_for(platform) + b" ") == 200

    assert len(asked) == 2


@pytest.mark.parametrize("status", [401, 404])
def test_a_stranger_costs_one(status: int) -> None:
    store = shop("shopify", RIGHT)
    with CaptureQueriesContext(connection) as asked:
        assert knock(store, "wrong", token="" if status == 401 else "x" * 32) == status

    assert len(asked) == 1
