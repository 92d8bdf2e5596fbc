"""What the simulator tells beside its rules: shipments, lists, both versions, events, the doors it shares."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import requests

from sandbox import in_process
from sandbox.core.http_server import Server
from sandbox.platforms.modern_dropship.seeds import SEEDS
from sandbox.platforms.modern_dropship.spec import Line
from sandbox.world import World
from tests.sandbox import openapi
from tests.sandbox.modern_dropship_client import Client, client, world

__all__ = ["client", "world"]


# --- shipping, returns, lists -------------------------------------------------------------------------
def test_a_shipment_counts_its_units(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5)])

    client.post(f"/orders/{made.id}/fulfillments", carrier="Post", items=[{"sku": "MUG-BLU", "quantity": 2}])

    (shipment,) = client.order(made.id)["fulfillments"]
    assert [(part["orderItemId"], part["quantity"]) for part in shipment["items"]] == [(made.lines[0], 2)]
    assert client.post(f"/orders/{made.id}/cancel", unfulfilledOnly=False).status_code == 400


def test_a_recorded_return_cancels_as_a_side_effect_only_when_told_to(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5, fulfilled=2)])
    back = [{"ItemId": made.lines[0], "Reason": "broken", "QuantityToRefund": 1}]

    client.post(f"/orders/{made.id}/refund", cancelUnfulfilled=False, items=back)
    assert world.effects(made.id) == []
    client.post(f"/orders/{made.id}/refund", cancelUnfulfilled=True, items=back)
    assert [effect.units for effect in world.effects(made.id)] == [3]


def test_lists_page_and_filter(world, client):
    world.modern_dropship.populate(count=60)
    world.modern_dropship.seed()

    pages = [client.get(f"/orders?limit=25&page={page}").json() for page in range(4)]
    still_open = client.get("/orders?shipped=false&limit=100").json()
    late = client.get("/orders?createdMin=2026-11-19T11:00:00Z&limit=100").json()

    assert [len(page) for page in pages] == [25, 25, 22, 0]
    assert len({order["_id"] for page in pages for order in page}) == 72
    assert {order["shipped"] for order in still_open} == {False}
    assert 0 < len(late) < 72


@pytest.mark.parametrize("version", ["2021-01-01", "2022-03-03"])
def test_both_versions_and_the_envelope(world, version):
    world.switch("modern_dropship_envelope", "data")
    made = world.modern_dropship.make_order()
    client = Client(world, version=version)

    one, many = client.order(made.id), client.get("/orders").json()

    if version == "2021-01-01":
        assert (one["code"], isinstance(many, list)) == (made.number, True)
    else:
        assert one["data"]["buyerOrderCode"] == made.number
        assert (len(many["data"]), many["hasMore"]) == (1, False)


# --- events -------------------------------------------------------------------------------------------
def test_an_event_goes_out_within_the_minute_unsigned(world, client, network):
    network.post("https://desk.example/hooks/abc", status=200)
    world.modern_dropship.send_events_to("https://desk.example/hooks/abc")
    made = world.modern_dropship.make_order(lines=[Line(quantity=2)])

    client.post(f"/orders/{made.id}/cancel", reason="x")
    assert world.hooks.deliver_due() == 0
    world.advance(60)

    assert world.hooks.deliver_due() == 1
    sent = network.calls[0].request
    assert made.id.encode() in sent.body
    assert not [name for name in sent.headers if "sign" in name.lower() or "hmac" in name.lower()]


@pytest.mark.parametrize(("mood", "times"), [("twice", 2), ("lost", 0)])
def test_events_come_twice_or_never(world, network, mood, times):
    network.assert_all_requests_are_fired = False
    network.post("https://desk.example/hooks/abc", status=200)
    world.switch("hooks", mood)
    world.modern_dropship.send_events_to("https://desk.example/hooks/abc")
    made = world.modern_dropship.make_order()

    world.modern_dropship.staff(made.id).cancel()
    world.advance(70)

    assert world.hooks.deliver_due() == times


def test_the_control_door_makes_orders_here(world):
    http = in_process.session(world)
    url = "http://127.0.0.1:9/control/"

    made = http.post(url + "order", json={"platform": "modern_dropship", "lines": [{"quantity": 4}]}, timeout=5).json()
    http.post(url + "populate", json={"platform": "modern_dropship", "count": 3}, timeout=5)

    assert world.modern_dropship.order(made["id"])["items"][0]["quantity"] == 4
    assert len(Client(world).get("/orders").json()) == 4


@pytest.mark.vendor_specs("modern-dropship")
@pytest.mark.parametrize("name", SEEDS)
def test_each_seed_is_told_as_the_description_allows(vendor_specs: Path, world: World, client: Client, name: str):
    before = openapi.counts["validated"]
    made = world.modern_dropship.seed(name)[name]

    assert client.get("/auth/me").ok
    assert client.get("/partners").ok
    assert client.order(made.id)["_id"] == made.id
    client.post(f"/orders/{made.id}/items/{made.lines[0]}/cancel", reason="x", newQuantity=1)
    client.post(f"/orders/{made.id}/cancel", reason="x", unfulfilledOnly=True)
    assert client.get("/orders").ok

    assert openapi.counts["validated"] == before + 6


@pytest.mark.loopback
def test_the_server_answers_below_its_own_path(world: World):
    served = Server(world, 0)
    threading.Thread(target=served.run, daemon=True).start()
    made = world.modern_dropship.make_order()
    url = f"http://127.0.0.1:{served.port}/modern_dropship"
    headers = {"Authorization": "md_demo_sandbox", "Accept": "application/vnd.convictional.2022-03-03"}

    try:
        assert requests.get(f"{url}/auth/me", headers=headers, timeout=5).json()["company"]["name"] == "Demo Supply"
        assert requests.get(f"{url}/orders/{made.id}", headers=headers, timeout=5).json()["_id"] == made.id
    finally:
        served.stop()
