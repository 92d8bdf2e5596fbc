"""The demo's shops, one of each platform and one in yen: filled in the sandbox, then connected like any other."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings

from sandbox import connections as sandbox_connections
from sandbox.connections import open_shop
from sandbox.world import World
from stores.kernel import clock
from stores.models import Store, StoreSync, SyncPhase, User
from stores.services import connections, sync

ORDERS = 300
IMPORT_TIME = timedelta(seconds=60)  # far more than a few hundred orders need


class Shop(NamedTuple):
    platform: str
    sandbox_name: str
    name: str


MAIN = Shop("shopify", "demo", "Northwind Goods (sandbox)")
YEN = Shop("shopify", "demo-jp", "Northwind Japan (sandbox)")
LAZZA = Shop("shoplazza", "demo", "Northwind Asia (sandbox)")
WHOLESALE = Shop("modern_dropship", "demo", "Northwind Wholesale (sandbox)")
WOO = Shop("woocommerce", "demo", "Northwind Workshop (sandbox)")
MAGENTO = Shop("magento", "demo", "Northwind Trade (sandbox)")
BIG = Shop("bigcommerce", "demo", "Northwind Outdoor (sandbox)")
SQUARE = Shop("square", "demo", "Northwind Counter (sandbox)")
ALL = (MAIN, YEN, LAZZA, WHOLESALE, WOO, MAGENTO, BIG, SQUARE)


def fill(world: World) -> None:
    """Every named seed order of each platform and a few hundred believable ones; once."""
    if world.counters().get("requests") or world.effects():
        return
    world.switch("limit", "plus")  # the import should take seconds
    for shop in ALL:
        simulator = sandbox_connections.of(world, shop.platform)
        if shop != YEN:  # its orders are among the seeds
            simulator.populate(shop.sandbox_name, ORDERS if shop == MAIN else ORDERS // 5)
            simulator.seed()


def connect(owner: User, shop: Shop, world: World) -> Store:
    """Connect it through the product's own service, or point a connected one to where the sandbox answers now."""
    practice = open_shop(world, shop.platform, shop.sandbox_name, base=settings.SANDBOX_URL)
    store = Store.objects.filter(platform=shop.platform, is_sandbox=True, name=shop.name).first()
    if store is None:
        return connections.connect(owner, shop.platform, shop.name, practice.settings, practice.secrets)
    if store.connection.settings.get("base_url") != practice.settings["base_url"]:
        connections.rekey(owner, store, practice.secrets, practice.settings)
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
