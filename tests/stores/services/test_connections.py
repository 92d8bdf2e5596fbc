from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox import in_process
from sandbox.world import World
from stores.kernel.errors import CredentialsRejected, InputRejected, RemoteRefused, RemoteUnavailable
from stores.kernel.http.network import Egress, GuardedAdapter
from stores.models import AuditEvent, Connection, ConnectionHealth, ConnectionSecret, Store, StoreSync
from stores.services import connections, credentials, platform_client, webhooks
from tests import make

pytestmark = pytest.mark.django_db
SHOP = {"shop": "demo.myshopify.com"}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Every session of the desk ends in this world."""
    made = World.open(tmp_path / "world.sqlite3")
    monkeypatch.setattr(platform_client, "_session", lambda around: in_process.session(made))
    yield made
    made.close()


@pytest.fixture
def keys(world: World) -> dict[str, str]:
    shop = world.shop("demo")
    assert shop is not None
    return {"token": shop["static_token"]}


def connect(keys: dict[str, str], **settings: str) -> Store:
    return connections.connect(make.person(is_owner=True), "shopify", "Studio", SHOP | settings, keys)


def opened(store: Store) -> Any:
    """The shop's adapter, asked for whatever its class can."""
    return connections.open_platform(store)


class TestConnecting:
    def test_keeps_what_the_shop_told_and_begins_the_import(
        self, keys: dict[str, str], django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks() as rung:
            store = connect(keys)

        assert (store.name, store.currency, store.state) == ("Studio", "USD", "active")
        assert "write_orders" in store.connection.granted_scopes
        assert StoreSync.objects.get(store=store).next_attempt_at is not None
        assert ConnectionHealth.objects.filter(connection=store.connection).exists()
        assert len(rung) == 3  # the import, the webhooks, the mail to admins

    def test_leaves_no_secret_in_clear_nor_in_the_audit(self, keys: dict[str, str]) -> None:
        store = connect(keys)

        event = AuditEvent.objects.get(kind="shop.connected")
        assert keys["token"] not in event.body
        assert keys["token"].encode() not in bytes(ConnectionSecret.objects.get(connection=store.connection).sealed)
        assert keys["token"] not in str(store.__dict__)

    def test_wrong_credentials_store_nothing(self, world: World) -> None:
        with pytest.raises(CredentialsRejected):
            connect({"token": "shpat_" + "0" * 32})

        assert not Store.objects.exists()
        assert not AuditEvent.objects.exists()

    def test_a_shop_that_does_not_answer_stores_nothing(self, world: World, keys: dict[str, str]) -> None:
        world.fault("refused", times=100)

        with pytest.raises(RemoteUnavailable):
            connect(keys)
        assert not Store.objects.exists()

    def test_the_same_shop_twice_is_told_which_it_is(self, keys: dict[str, str]) -> None:
        connect(keys)

        with pytest.raises(InputRejected, match="Studio") as refusal:
            connect(keys)
        assert refusal.value.field == "shop"

    def test_one_account_is_connected_once_under_whatever_address(self, world: World, keys: dict[str, str]) -> None:
        store = connect(keys)
        assert store.connection.account == "demo.myshopify.com"

        with pytest.raises(InputRejected, match="already, as Studio") as refusal:
            connections.connect(make.person(), "shopify", "Twin", {"shop": "demo"}, keys)

        assert refusal.value.field == "account"
        assert Store.objects.count() == 1

    def test_credentials_of_another_account_do_not_take_a_shop_over(self, world: World, keys: dict[str, str]) -> None:
        store, other = connect(keys), world.add_shop("other")

        with pytest.raises(InputRejected, match="belong to another account"):
            connections.rekey("Ana", store, {"token": other["static_token"]}, {"shop": "other.myshopify.com"})

        store.refresh_from_db()
        assert (store.connection.account, store.connection.settings) == ("demo.myshopify.com", SHOP)
        assert credentials.read(store.connection) == keys

    def test_a_vital_right_must_be_granted_first(self, world: World, keys: dict[str, str]) -> None:
        world.add_shop("demo", scopes=["read_locations"])

        with pytest.raises((InputRejected, RemoteRefused)):
            connect(keys)
        assert not Store.objects.exists()

    @pytest.mark.parametrize(
        ("entered", "secrets", "field"),
        [
            ({"shop": ""}, {"token": "shpat_x"}, "shop"),
            ({"shop": "evil.example.com"}, {"token": "shpat_x"}, "shop"),
            ({"shop": "demo.myshopify.com.evil.example"}, {"token": "shpat_x"}, "shop"),
            ({"shop": "demo"}, {}, "client_id"),
            ({"shop": "demo", "base_url": "http://example.com"}, {"token": "x"}, "base_url"),
            ({"shop": "demo", "base_url": "https://10.0.0.1"}, {"token": "x"}, "base_url"),
            ({"shop": "demo", "base_url": "https://127.1/"}, {"token": "x"}, "base_url"),
            ({"shop": "demo", "base_url": "https://0x7f000001"}, {"token": "x"}, "base_url"),
            ({"shop": "demo", "base_url": "https://[::1]"}, {"token": "x"}, "base_url"),
            ({"shop": "demo", "base_url": "https://a@example.com"}, {"token": "x"}, "base_url"),
            ({"shop": "demo", "base_url": "https://example.com:22"}, {"token": "x"}, "base_url"),
            ({"shop": "demo", "base_url": "file:///etc/passwd"}, {"token": "x"}, "base_url"),
            ({"shop": "demo", "api_version": "2019-01"}, {"token": "x"}, "api_version"),
        ],
    )
    def test_a_value_that_does_not_fit_is_told_at_its_field(
        self, entered: dict[str, str], secrets: dict[str, str], field: str
    ) -> None:
        with pytest.raises(InputRejected) as refusal:
            connections.test_access("shopify", entered, secrets)

        assert refusal.value.field == field


class TestWhereCallsMayLead:
    def test_a_fixed_host_gets_no_private_network(self, settings: Any) -> None:
        settings.PRIVATE_NETWORKS = ["10.0.0.0/8"]

        assert platform_client.egress("") == Egress()

    def test_a_gateway_may_stand_in_a_listed_network(self, settings: Any) -> None:
        settings.PRIVATE_NETWORKS = ["10.0.0.0/8"]

        platform_client.egress("https://10.1.2.3").check_url("https://10.1.2.3")
        with pytest.raises(InputRejected):
            platform_client.egress("https://192.168.1.1").check_url("https://192.168.1.1")

    def test_the_sandbox_of_this_installation_may_be_called(self, settings: Any) -> None:
        settings.SANDBOX_URL = "http://127.0.0.1:8001"

        platform_client.egress("http://127.0.0.1:8001/shopify/demo").check_url("http://127.0.0.1:8001/shopify/demo")
        with pytest.raises(InputRejected):
            platform_client.egress("http://127.0.0.1:5432").check_url("http://127.0.0.1:5432")


class TestLater:
    def test_new_credentials_bring_a_disconnected_shop_back(self, world: World, keys: dict[str, str]) -> None:
        store = connect(keys)
        world.add_shop("demo", static_token="shpat_" + "1" * 32)
        connections.reject_credentials(store.connection, CredentialsRejected())

        connections.rekey(make.person(), store, {"token": "shpat_" + "1" * 32})

        store.refresh_from_db()
        assert store.state == "active"
        assert connections.open_platform(store).check_access().currency == "USD"

    def test_credentials_that_do_not_work_replace_nothing(self, keys: dict[str, str]) -> None:
        store = connect(keys)

        with pytest.raises(CredentialsRejected):
            connections.rekey(make.person(), store, {"token": "shpat_" + "0" * 32})

        assert credentials.read(store.connection) == keys

    def test_a_paused_shop_is_not_called_until_resumed(self, world: World, keys: dict[str, str]) -> None:
        store = connect(keys)
        connections.pause(make.person(), store)
        with pytest.raises(RemoteUnavailable, match="paused"):
            connections.open_platform(store).check_access()

        connections.resume(make.person(), store)

        assert connections.open_platform(store).check_access()

    def test_pressed_twice_leaves_one_event(self, keys: dict[str, str]) -> None:
        store, who = connect(keys), make.person()
        again = Store.objects.get(pk=store.pk)

        connections.pause(who, store)
        connections.pause(who, again)

        assert AuditEvent.objects.filter(kind="shop.paused").count() == 1

    def test_disconnecting_destroys_the_secrets_and_keeps_the_audit(self, keys: dict[str, str]) -> None:
        store = connect(keys)
        make.order_record(store=store)

        connections.disconnect(make.person(), store)

        assert not ConnectionSecret.objects.filter(connection=store.connection).exists()
        assert store.orders.count() == 1
        assert [e.kind for e in AuditEvent.objects.filter(chain__store=store)] == [
            "shop.connected",
            "shop.disconnected",
        ]
        with pytest.raises(CredentialsRejected):
            connections.open_platform(store).check_access()

    def test_a_shop_that_is_gone_can_be_disconnected_too(
        self, world: World, keys: dict[str, str], settings: Any
    ) -> None:
        settings.PUBLIC_URL = "https://desk.example.com"
        store = connect(keys)
        world.fault("refused", times=1000)

        connections.disconnect(make.person(), store)

        assert Store.objects.get().state == "disconnected"


class TestHooks:
    @pytest.fixture(autouse=True)
    def _outside(self, settings: Any) -> None:
        settings.PUBLIC_URL = "https://desk.example.com"

    @pytest.fixture
    def store(self, keys: dict[str, str], world: World) -> Store:
        shop = world.shop("demo")
        assert shop is not None
        return connect(keys | {"client_secret": shop["secret"]}, client_id=shop["client_id"])

    def test_are_registered_once_each(self, store: Store) -> None:
        webhooks.check(store.connection)
        webhooks.check(store.connection)

        standing = opened(store).list_hooks()
        assert sorted(hook.topic for hook in standing) == sorted(opened(store).topics)
        assert {hook.uri for hook in standing} == {f"https://desk.example.com/hooks/{store.connection.inbox_token}"}
        assert AuditEvent.objects.filter(kind="shop.hooks_repaired").count() == 1
        assert ConnectionHealth.objects.get(connection=store.connection).hooks_standing == len(standing)

    def test_one_that_vanished_is_put_back(self, store: Store) -> None:
        webhooks.check(store.connection)
        platform = opened(store)
        platform.remove_hook(platform.list_hooks()[0].id)

        webhooks.check(store.connection)

        assert len(platform.list_hooks()) == len(platform.topics)

    def test_those_of_an_old_address_are_replaced(self, store: Store, settings: Any) -> None:
        webhooks.check(store.connection)
        settings.PUBLIC_URL = "https://new.example.com"

        webhooks.check(store.connection)

        assert all("new.example.com" in hook.uri for hook in opened(store).list_hooks())

    def test_those_of_others_are_left_alone(self, store: Store) -> None:
        platform = opened(store)
        foreign = platform.add_hook("ORDERS_PAID", "https://elsewhere.example.com/hook")

        webhooks.check(store.connection)
        webhooks.remove_all(store.connection, store_id=store.pk)

        assert [hook.id for hook in platform.list_hooks()] == [foreign.id]

    def test_trouble_is_kept_in_words_and_looked_at_again(self, store: Store, world: World) -> None:
        webhooks.check(store.connection)
        world.fault("refused", times=100)

        webhooks.check(store.connection)

        health = ConnectionHealth.objects.get(connection=store.connection)
        assert "could not be reached" in health.hooks_error

    def test_without_the_signing_secret_none_is_registered(self, keys: dict[str, str], world: World) -> None:
        bare = connect(keys)

        webhooks.check(bare.connection)

        assert "cannot be believed" in ConnectionHealth.objects.get(connection=bare.connection).hooks_error
        assert opened(bare).list_hooks() == []

    def test_without_a_public_address_nothing_is_due(self, store: Store, settings: Any) -> None:
        assert webhooks.due(make.NOW, 10) == [str(store.connection.uuid)]
        settings.PUBLIC_URL = ""

        assert webhooks.due(make.NOW, 10) == []

    def test_disconnecting_takes_them_down(self, store: Store) -> None:
        webhooks.check(store.connection)
        platform = opened(store)

        assert webhooks.remove_all(store.connection, store_id=store.pk) == len(platform.topics)
        assert platform.list_hooks() == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"base_url": "https://gateway.internal.example/a"}, {}),
        ({}, {"base_url": "https://gateway.internal.example/a"}),
        ({"base_url": "https://gateway.internal.example/a"}, {"base_url": "https://gateway.internal.example/b"}),
    ],
)
def test_what_another_process_changed_counts_at_the_next_use(before: Any, after: Any, settings: Any) -> None:
    settings.PRIVATE_NETWORKS = ["10.0.0.0/8"]
    one = make.store(settings=before)
    old = platform_client.session_to(one.connection)
    Connection.objects.filter(pk=one.connection_id).update(settings=after)  # nobody tells this process

    new = platform_client.session_to(Store.objects.get(pk=one.pk).connection)

    assert new.session is not old.session
    assert _allows(new, "10.1.2.3") == bool(after)
    assert _allows(old, "10.1.2.3") == bool(before)


def test_networks_that_are_allowed_no_longer_are_not_kept(settings: Any) -> None:
    settings.PRIVATE_NETWORKS = ["10.0.0.0/8"]
    one = make.store(settings={"base_url": "https://gateway.internal.example"})
    assert _allows(platform_client.session_to(one.connection), "10.1.2.3")

    settings.PRIVATE_NETWORKS = []

    assert not _allows(platform_client.session_to(one.connection), "10.1.2.3")


def _allows(way: platform_client.ConnectionSession, address: str) -> bool:
    """What the sockets of the session themselves are asked, when one is opened."""
    adapter = way.session.get_adapter("https://x")
    assert isinstance(adapter, GuardedAdapter)
    return adapter.egress.may_connect(ip_address(address), scheme="http", port=80)


def test_the_pool_is_one_per_shop_and_process() -> None:
    one, other = make.store(), make.store()
    again = Store.objects.get(pk=one.pk)

    assert platform_client.session_to(one.connection) is platform_client.session_to(again.connection)
    assert platform_client.session_to(one.connection) is not platform_client.session_to(other.connection)
    assert isinstance(platform_client.session_to(one.connection).session, requests.Session)
