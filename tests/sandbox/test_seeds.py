"""Every seed order by name: it can be read whole, and what is told is what the vendor's schema allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.platforms.shopify.seeds import SEEDS
from sandbox.world import World
from tests.sandbox import documents, vendor
from tests.sandbox.conftest import Client

READS = ("HEADER", "LINES", "PARCELS", "HISTORY")
WANTED = (
    "unpaid", "authorised", "paid by card", "paid card + gift card", "partly captured",
    "partly shipped (two locations)", "with a service (accepted)", "on hold", "active return", "cancelled", "120 lines",
    "bundle", "tip and duties", "yen shop, paid in euro", "61 days old", "open dispute", "made by another app",
)  # fmt: skip


def test_the_sheets_list_is_there() -> None:
    assert [name for name in WANTED if name not in SEEDS] == []


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_read_whole(world: World, name: str) -> None:
    made = world.seed(name)[name]
    client = Client(world, shop=made.shop)

    for document in READS:
        assert client.data(getattr(documents, document), id=made.id)["order"]["id"] == made.id
    told = client.data(documents.SUGGEST, id=made.id, full=True)["order"]["suggestedRefund"]

    parts = [part["amountSet"]["presentmentMoney"]["amount"] for part in told["suggestedTransactions"]]
    assert f"{sum(map(float, parts)):.2f}" == f"{float(told['amountSet']['presentmentMoney']['amount']):.2f}"


@pytest.mark.vendor_specs("shopify")
@pytest.mark.parametrize("name", SEEDS)
def test_what_is_told_is_what_the_vendor_allows(vendor_specs: Path, world: World, name: str) -> None:
    made = world.seed(name)[name]
    client = Client(world, shop=made.shop)
    world.on_exchange(vendor.checker())

    for document in READS:
        client.data(getattr(documents, document), id=made.id)
    client.data(documents.SUGGEST, id=made.id, full=True)


def test_a_long_order_pages(world: World, client: Client) -> None:
    world.switch("limit", "plus")
    made = world.seed("120 lines")["120 lines"]
    titles: list[str] = []
    after = None
    while True:
        page = client.data(documents.LINES, id=made.id, after=after)["order"]["lineItems"]
        titles += [line["title"] for line in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert titles == [f"Spare part {number:03d}" for number in range(1, 121)]


def test_old_orders_hide_without_the_scope(world: World, client: Client) -> None:
    made = world.seed("61 days old")["61 days old"]
    scopes = [scope for scope in world.add_shop("demo")["scopes"] if scope != "read_all_orders"]
    world.add_shop("demo", scopes=scopes)

    assert client.data(documents.HEADER, id=made.id)["order"] is None


def test_bulk_orders_are_the_same_for_the_same_seed(world: World) -> None:
    world.add_shop("other")

    first, second = world.populate("demo", 50, seed=7), world.populate("other", 50, seed=7)

    totals = [[world.order(order)["original"]["total"] for order in orders] for orders in (first, second)]
    assert totals[0] == totals[1]
