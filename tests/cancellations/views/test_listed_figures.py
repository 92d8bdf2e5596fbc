"""What the order list shows of a listed order, on every platform: opening it shows the same, or the row said so."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.test import Client

from cancellations.pages import orders_list
from sandbox import colleagues, connections
from sandbox.platforms.shopify.seeds import SEEDS
from stores.canonical.capabilities import Support
from stores.canonical.order import Cancellable, Order
from stores.models import OrderRecord
from stores.platforms import registry
from stores.services import orders, platform_client
from tests import make
from tests.rigs.desk import Desk, desk_on

pytestmark = pytest.mark.django_db
PLATFORMS = sorted(kind.key for kind in registry.all_platforms())
UNITS = ("units_open", "cancellable", "fulfilment")
MONEY = ("total_minor", "payment")
LONG = ("120 lines", "twenty refunds")  # read in more calls than a standing clock has slots; tell nothing more here


@pytest.fixture(params=PLATFORMS)
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A shop of each platform with an order for each of its seeds, and one of which a colleague gave money back."""
    with desk_on(request.param, tmp_path, monkeypatch) as made:
        made.world.switch("limit", "plus")
        if request.param == "shopify":
            made.world.seed(*(name for name in SEEDS if name not in LONG))
        else:
            home = connections.of(made.world, request.param)
            home.seed(*(name for name in getattr(home, "seeds", ()) if name not in LONG))
        lines = [connections.line(request.param, quantity=3, price="10.00")]
        if refund := colleagues.REFUND.get(request.param):
            refund(
                colleagues.of(
                    made.world, request.param, connections.make_order(made.world, request.param, "demo", lines=lines)
                )
            )
        yield made


def listed(desk: Desk) -> list[Order]:
    platform, found, cursor = platform_client.open_platform(desk.store), [], ""
    while True:
        page = desk.patiently(partial(platform.list_orders, since=None, cursor=cursor))
        found += page.orders
        if not (cursor := page.cursor):
            return found


def test_opening_an_order_shows_what_the_list_showed_or_had_marked(desk: Desk) -> None:
    platform, wrong = platform_client.open_platform(desk.store), []
    for order in listed(desk):
        row = orders.record_of(desk.store, order, make.NOW)
        whole = desk.patiently(partial(platform.read_order, order.external_id))
        opened = orders.record_of(desk.store, whole, make.NOW)
        marked = orders_list._unchecked(row)
        for names, mark in ((UNITS, "units"), (MONEY, "money")):
            if marked not in (mark, "both") and any(getattr(row, name) != getattr(opened, name) for name in names):
                wrong.append((row.number, mark, [(getattr(row, n), getattr(opened, n)) for n in names]))
        assert opened.units_open <= row.units_open, row.number  # "up to"
        assert row.cancellable != Cancellable.NONE or opened.cancellable == Cancellable.NONE, row.number

    assert wrong == []


def test_the_table_of_capabilities_says_the_same(desk: Desk) -> None:
    rows = [orders.record_of(desk.store, order, make.NOW) for order in listed(desk)]
    can = registry.get(desk.store.platform).capabilities
    marks = {orders_list._unchecked(row) for row in rows}

    assert bool(marks & {"units", "both"}) == (can.list_units.support is Support.COMPOSED)
    assert bool(marks & {"money", "both"}) == (can.list_money.support is Support.COMPOSED)


@pytest.mark.parametrize(
    ("platform", "units", "cancellable", "checked"),
    [
        ("shopify", 2, "up to 2 of 2", ["c-can"]),
        ("shopify", 0, "0 of 2", []),
        ("square", 2, "up to 2 of 2", ["c-can", "c-money"]),
        ("square", 0, "0 of 2", ["c-money"]),
        ("modern_dropship", 2, "2 of 2", []),
    ],
)
def test_the_row_says_which_figure_is_checked_when_opened(
    client: Client, platform: str, units: int, cancellable: str, checked: list[str]
) -> None:
    client.force_login(make.person(is_owner=True))
    row = make.order_record(store=make.store(platform=platform), is_summary=True, units_open=units, units_ordered=2)

    row_text = _text(client).split("data-row")[1].split("</tr>")[0]
    cells = {name: row_text.split(name)[1].split("</td>")[0] for name in ("c-can", "c-ship", "c-pay", "c-money")}
    assert ("up to" in cells["c-can"]) == ("up to" in cancellable)
    assert cancellable in cells["c-can"]
    assert [name for name, cell in cells.items() if "checked when opened" in cell] == checked

    OrderRecord.objects.filter(pk=row.pk).update(is_summary=False)  # opened meanwhile
    assert "checked when opened" not in _text(client)


def _text(client: Client) -> str:
    return " ".join(client.get("/orders").content.decode().split())
