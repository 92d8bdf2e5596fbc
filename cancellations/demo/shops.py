"""The demo's two shops: opened and filled in the sandbox, then connected and imported like any other."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings

from stores.kernel import clock
from stores.models import Store, StoreSync, SyncPhase, User
from stores.sandbox.world import World
from stores.services import connections, sync

ORDERS = 300
IMPORT_TIME = timedelta(seconds=60)  # far more than a few hundred orders need


class Shop(NamedTuple):
    sandbox_name: str
    name: str


MAIN = Shop("demo", "Northwind Goods (sandbox)")
YEN = Shop("demo-jp", "Northwind Japan (sandbox)")


def fill(world: World) -> None:
    """Every named seed order and a few hundred believable ones; once."""
    if world.counters().get("requests") or world.effects():
        return
    world.switch("limit", "plus")  # the import should take seconds
    world.populate("demo", ORDERS)
    world.seed()


def connect(owner: User, shop: Shop, world: World) -> Store:
    """Connect it through the product's own service, or point a connected one to where the sandbox answers now."""
    known = world.shop(shop.sandbox_name)
    if known is None:
        raise LookupError(f"the sandbox has no shop {shop.sandbox_name}")
    address = {"shop": shop.sandbox_name, "base_url": f"{settings.SANDBOX_URL}/shopify/{shop.sandbox_name}"}
    secrets = {"token": str(known["static_token"])}
    store = Store.objects.filter(platform="shopify", settings__shop=shop.sandbox_name).first()
    if store is None:
        return connections.connect(owner, "shopify", shop.name, address, secrets)
    if store.settings.get("base_url") != address["base_url"]:
        connections.rekey(owner, store, secrets, address)
        store.refresh_from_db()
    return store


def import_all(store: Store) -> int:
    """Copy every order now, or wait for the worker that does; how many there are. Raises TimeoutError."""
    until = clock.now() + IMPORT_TIME
    while StoreSync.objects.get(store=store).phase != SyncPhase.FOLLOW:
        if clock.now() > until:
            raise TimeoutError(f"the orders of {store.name} were not copied")
        sync.advance(store.uuid)
        clock.wait(0.1)
    return store.orders.count()
