"""The vendor's own Python client drives the simulator over real loopback HTTP: it must not notice.

Without TLS it signs each request, so its signatures are checked by the simulator as a store checks ours.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import woocommerce  # type: ignore[import-untyped]

from sandbox.core.http_server import Server
from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from sandbox.world import World
from stores.kernel import clock
from stores.kernel.http import network
from stores.kernel.http.transport import HttpTransport
from stores.platforms.woocommerce import WooCommerce
from tests.sandbox import woocommerce_spec
from tests.stores.platforms import rig
from tests.stores.platforms.rig import TAG
from tests.stores.platforms.woocommerce import place

pytestmark = [pytest.mark.oracles, pytest.mark.loopback]


@pytest.fixture
def server(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    world.switch("woocommerce_limit", "none")
    world.watchers.append(woocommerce_spec.checker(ours=False))
    server = Server(world, 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server
    server.stop()
    thread.join(5)


@pytest.fixture
def client(world: World, server: Server) -> Any:
    """Its timestamp is of the clock on the wall, which the world shares here."""
    world.real_now = clock.now
    return woocommerce.API(
        url=f"http://127.0.0.1:{server.port}/woocommerce/demo",
        consumer_key="ck_demo_sandbox",
        consumer_secret="cs_demo_sandbox",
        version="wc/v3",
        timeout=10,
    )


def test_it_lists_and_reads_orders(world: World, client: Any) -> None:
    made = WooCommerceSimulator(world).seed()

    listed = client.get("orders", params={"per_page": 100, "status": "any", "orderby": "id", "order": "asc"})

    assert listed.status_code == 200, listed.text
    assert [str(order["id"]) for order in listed.json()] == [one.id for one in made.values()]
    for one in made.values():
        assert client.get(f"orders/{one.id}").json()["number"] == one.number


def test_it_refunds_a_line_and_cancels(world: World, client: Any) -> None:
    made = WooCommerceSimulator(world).make_order(lines=[place.MUG])
    line = {"id": int(made.lines[0]), "quantity": 1, "refund_total": "14.50"}
    body = {"amount": "14.50", "reason": TAG, "api_refund": True, "api_restock": True, "line_items": [line]}

    refund = client.post(f"orders/{made.id}/refunds", body)
    order = client.put(f"orders/{made.id}", {"status": "cancelled"})

    assert (refund.status_code, refund.json()["refunded_payment"]) == (201, True)
    assert order.json()["status"] == "cancelled"
    assert [effect.kind for effect in world.effects(made.id)] == ["refund", "stock", "cancel", "stock"]


def test_our_own_adapter_signs_as_it_does(world: World, server: Server) -> None:
    """Over plain HTTP the secret never leaves; the same store, the same story."""
    home = WooCommerceSimulator(world)
    house = home.open_shop("demo", f"http://127.0.0.1:{server.port}")
    egress = network.Egress.allowing(["127.0.0.0/8"])
    session = network.open_session(egress)
    connection = rig.connection(house.settings, house.secrets, session=session)
    shop = WooCommerce(replace(connection, transport=HttpTransport(session, egress=egress)))

    order = shop.read_order(home.make_order(lines=[place.MUG, place.TEA]).id)
    shop.carry_out(place.everything(shop, order), key=rig.KEY, tag=TAG)
    shop.carry_out(place.cancel(order), key=rig.KEY, tag=TAG)

    assert shop.check_access().granted == ("read", "write")
    assert shop.read_order(order.external_id).cancel_note.endswith(TAG)
    assert len(world.effects(order.external_id, kind="refund")) == 1


def test_a_wrong_secret_does_not_sign(client: Any) -> None:
    client.consumer_secret = "cs_wrong"
    answer = client.get("orders")
    assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_authentication_error")


def test_it_registers_a_webhook(world: World, client: Any) -> None:
    hook = {"name": "x", "topic": "order.updated", "delivery_url": "http://127.0.0.1:9/x", "secret": "abc"}
    made = client.post("webhooks", hook)
    assert (made.status_code, client.delete(f"webhooks/{made.json()['id']}", params={"force": True}).status_code) == (
        201,
        200,
    )
