"""Shops of the version before become connections: nothing of theirs is lost, on the way there and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from cancellations.models import Step
from stores.audit import shop_actions, trail, verify
from stores.kernel.security import vault
from stores.models import AuditChain, AuditEvent, Connection, ConnectionHealth, ConnectionSecret, Store
from stores.services import addressee, credentials
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = ("stores", "0013_limiter_shares")
OLD_STEPS = ("cancellations", "0018_steps_that_wait_for_a_shop")
KEYS = {name: f"{name}:{'ABCD'[number] * 43}=" for number, name in enumerate(("t1", "t2"))}
LATER = make.NOW + timedelta(days=36_500)  # by the real clock, too
SHOPS = (("shopify", "north", "active"), ("square", "south", "paused"), ("shopify", "west", "disconnected"))


class Past:
    """The database as the version before left it: `apps` are its models."""

    def __init__(self) -> None:
        self.latest = [node for node in MigrationExecutor(connection).loader.graph.leaf_nodes() if node[0] != "sites"]
        self.go_back()

    def go_back(self) -> None:
        self.to([OLD_STEPS])
        self.to([BEFORE])
        self.apps: Any = MigrationExecutor(connection).loader.project_state([BEFORE, OLD_STEPS]).apps

    def go_on(self) -> None:
        self.to(self.latest)

    def to(self, nodes: list[tuple[str, str]]) -> None:
        MigrationExecutor(connection).migrate(nodes)

    def refused(self) -> str:
        """What it says instead of moving the shops."""
        with pytest.raises(CommandError) as refusal:
            self.to([("stores", "0018_move_shops_to_connections")])
        return str(refusal.value)

    def opened(self, row: Any) -> str:
        bound = vault.bound("stores_storesecret", "sealed", row.name, row.store_id)
        return vault.unseal(row.sealed, bound_to=bound).decode()

    def rows(self, name: str) -> Any:
        return self.apps.get_model("stores", name).objects

    def secret(self, shop: Any, name: str, plain: str, **fields: Any) -> Any:
        bound = vault.bound("stores_storesecret", "sealed", name, shop.pk)
        sealed = vault.seal(plain.encode(), bound_to=bound)
        return self.rows("StoreSecret").create(store=shop, name=name, sealed=sealed, updated_at=make.NOW, **fields)


@pytest.fixture
def past(settings: Any) -> Iterator[Past]:
    settings.VAULT_KEYS = KEYS["t1"]
    past = Past()
    try:
        yield past
    finally:
        settings.VAULT_KEYS = f"{KEYS['t2']},{KEYS['t1']}"
        if "stores_storesecret" in connection.introspection.table_names():
            past.rows("StoreSecret").all().delete()
        past.go_on()


@pytest.fixture
def shops(past: Past) -> list[Any]:
    """One with a token, one that has just been given another secret for its webhooks, one that was disconnected."""
    made = [
        past.rows("Store").create(
            platform=platform,
            name=name,
            account=f"{name}.example",
            state=state,
            settings={"shop": f"{name}.example"},
            granted_scopes=["read_orders"],
            inbox_token=f"token-of-{name}",
            created_at=make.NOW,
        )
        for platform, name, state in SHOPS
    ]
    north, south, west = made
    for shop in made:
        past.rows("StoreHealth").create(store=shop, bucket_left=7 * shop.pk, hooks_standing=shop.pk, failures=2)
    past.secret(north, "token", "shpat_north")
    past.secret(north, "access_token", "fetched", expires_at=LATER)
    past.secret(south, "signature_key", "of-today")
    past.secret(south, "former_hook_secret", "of-yesterday", expires_at=LATER)
    _step_of(past, north)
    _audit(north)
    _audit(west)
    return made


def _step_of(past: Past, shop: Any) -> None:
    """A cancellation that is under way there."""
    person = past.rows("User").create(email="a@example.com", name="Ana")
    order = past.rows("OrderRecord").create(
        store=shop, external_id="1", number="1", number_folded="1", search="", placed_at=make.NOW, updated_at=make.NOW,
        fulfilment="open", payment="paid", cancellable="all", total_minor=1, currency="USD", snapshot="{}",
        read_at=make.NOW,
    )  # fmt: skip
    about = {"store": shop, "order": order, "created_at": make.NOW, "plan": "{}", "fingerprint": "-"}
    model = past.apps.get_model
    seen = model("cancellations", "Preview").objects.create(actor=person, request="{}", facts="{}", **about)
    cancellation = model("cancellations", "Cancellation").objects.create(
        preview=seen, requester=person, state="running", reason="other", units=1, money_minor=1, currency="USD", **about
    )
    model("cancellations", "Step").objects.create(cancellation=cancellation, position=1, kind="refund")


def _audit(shop: Any) -> None:
    """An entry in the chain of that shop."""
    with transaction.atomic():
        target = f"store:{shop.uuid}"
        trail.record(shop_actions.PAUSED, actor="console", target=target, store=Store(pk=shop.pk, uuid=shop.uuid))


def entries() -> list[tuple[int, str, str, str]]:
    return list(AuditEvent.objects.order_by("pk").values_list("seq", "object", "body", "hash"))


def is_whole() -> bool:
    return all(verify.look(chain, afresh=True).first_bad is None for chain in AuditChain.objects.all())


@pytest.mark.postgres
def test_every_shop_becomes_a_connection_and_back(past: Past, shops: list[Any]) -> None:
    """One story, since each way takes seconds: there, with changes back, and there again."""
    told = entries()
    assert is_whole()

    past.go_on()

    _has_all_of_its_own(shops)
    assert Step.objects.get().connection == Store.objects.get(name="north").connection
    assert Connection.objects.create(connector="x", name="Next", created_at=make.NOW).pk > max(s.pk for s in shops)
    Connection.objects.get(name="Next").delete()
    assert (entries(), is_whole()) == (told, True)

    _is_refused_while_shared(past)
    north = Connection.objects.get(name="north")
    credentials.keep(north, {"token": "shpat_new"})
    Connection.objects.filter(pk=north.pk).update(granted_scopes=["read_orders", "write_orders"])
    ConnectionHealth.objects.filter(connection=north).update(failures=5)
    ConnectionSecret.objects.filter(name="signature_key").update(sealed=b"spoilt")  # the copy is a way back

    past.go_back()

    shop = past.rows("Store").get(name="north")
    assert (shop.granted_scopes, shop.health.failures) == (["read_orders", "write_orders"], 5)
    assert (shop.account, shop.settings, shop.inbox_token) == (shops[0].account, shops[0].settings, "token-of-north")
    opened = {row.name: past.opened(row) for row in past.rows("StoreSecret").all()}
    assert opened == {"token": "shpat_new", "signature_key": "of-today", "former_hook_secret": "of-yesterday"}

    past.go_on()

    assert credentials.read(Connection.objects.get(name="north")) == {"token": "shpat_new"}
    assert (entries(), is_whole()) == (told, True)


def _has_all_of_its_own(shops: list[Any]) -> None:
    north, south, west = stores = list(Store.objects.select_related("connection__health").order_by("pk"))
    assert [store.state for store in stores] == ["active", "paused", "disconnected"]
    assert [store.connection.state for store in stores] == ["active", "active", "disconnected"]
    for store, shop in zip(stores, shops, strict=True):
        account, health = store.connection, store.connection.health
        assert (account.connector, account.account, account.settings) == (shop.platform, shop.account, shop.settings)
        assert (account.granted_scopes, account.inbox_token) == (shop.granted_scopes, shop.inbox_token)
        assert (health.bucket_left, health.hooks_standing, health.failures) == (7 * shop.pk, shop.pk, 2)
    assert credentials.read(north.connection) == {"token": "shpat_north"}
    assert credentials.TokenCache(north.connection)(lambda: ("another", 1)) == "fetched"
    found = addressee.find("token-of-south")
    assert found is not None
    assert (found.secrets(), found.shops) == (["of-today", "of-yesterday"], (south,))
    assert credentials.read(west.connection) == {}


def _is_refused_while_shared(past: Past) -> None:
    """The version before knows one shop a connection."""
    east = Store.objects.create(
        platform="shopify", connection=Connection.objects.get(name="north"), name="east", created_at=make.NOW
    )
    with pytest.raises(CommandError, match="east, north"):
        past.go_back()
    Store.objects.filter(pk=east.pk)._raw_delete("default")  # tables of the other floors are on their way back


def test_what_does_not_open_stops_it_and_is_named(past: Past, shops: list[Any], settings: Any) -> None:
    for ring in ("", KEYS["t2"]):
        settings.VAULT_KEYS = ring
        told = past.refused()
        assert all(words in told for words in ("north: token", "north: access_token", "south: signature_key", "key t1"))
        assert not any(plain in told for plain in ("shpat_north", "fetched", "of-today", "of-yesterday"))
    settings.VAULT_KEYS = KEYS["t1"]
    good = bytes(past.rows("StoreSecret").get(name="signature_key").sealed)
    other = bytes(past.rows("StoreSecret").get(name="token").sealed)
    past.rows("StoreSecret").filter(name="signature_key").update(sealed=other)  # from another row

    told = past.refused()

    assert "south: signature_key" in told
    assert "north" not in told
    assert past.rows("StoreSecret").count() == 4
    past.rows("StoreSecret").filter(name="signature_key").update(sealed=good)
    past.rows("StoreHealth").filter(store=shops[2]).delete()  # a row that somebody removed by hand
    past.go_on()  # nothing was lost by the tries
    assert ConnectionSecret.objects.count() == 4
    assert Connection.objects.get(name="west").health.failures == 0
