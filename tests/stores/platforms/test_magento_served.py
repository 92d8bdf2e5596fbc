"""The adapter through a real socket: the address that is signed is the one the server hears."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.core.http_server import Server
from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.world import World
from stores.kernel.http import network as ways
from stores.kernel.http.transport import HttpTransport
from stores.platforms.magento import Magento
from tests.stores.platforms import rig
from tests.stores.platforms.magento import place
from tests.stores.platforms.rig import KEY, TAG


@pytest.mark.loopback
def test_a_served_shop_is_read_and_refunded(tmp_path: Path) -> None:
    world = World.open(tmp_path / "world.sqlite3")
    world.switch("magento_limit", "wide")
    made = MagentoSimulator(world).make_order(lines=[place.MUG])
    server = Server(world, 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    house = MagentoSimulator(world).open_shop("demo", f"http://127.0.0.1:{server.port}")
    session = ways.open_session(ways.Egress.allowing(["127.0.0.0/8"]))
    connection = rig.connection(house.settings, house.secrets, session=session)
    transport = HttpTransport(session, egress=ways.Egress.allowing(["127.0.0.0/8"]))
    shop = Magento(replace(connection, transport=transport))

    order = shop.read_order(made.id)
    command = place.part(shop, order)
    shop.poll(command, shop.carry_out(command, key=KEY, tag=TAG))
    listed = shop.list_orders(since=order.updated_at)
    server.stop()
    thread.join(10)

    assert [found.external_id for found in listed.orders] == [made.id]
    assert len(world.effects(made.id, kind="refund")) == 1
    world.close()
