"""The simulator's rules, one by one, as the fact sheet states them (sections 5 to 7 and 14)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from stores.sandbox import adapter
from stores.sandbox.modern_dropship.seeds import SEEDS
from stores.sandbox.modern_dropship.spec import Line
from stores.sandbox.server import Server
from stores.sandbox.world import World
from tests.stores.sandbox import openapi

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
API = "https://api.convictional.com"
TAG = "[op 7f3a9c21]"
SPEC = "modern-dropship/seller-orders.derived.openapi.json"


def unboxed(payload: Any) -> Any:
    """The description is of 2021, which has no envelope around orders."""
    is_boxed = isinstance(payload, dict) and "data" in payload and "buyerName" not in str(payload)[:200]
    return payload["data"] if is_boxed else payload


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOON)
    made.rest_watchers.append(openapi.checker(SPEC, unwrap=unboxed))
    yield made
    made.close()


class Client:
    def __init__(self, world: World, key: str = "md_demo_sandbox", version: str = "2022-03-03") -> None:
        self.http = adapter.session(world)
        self.http.headers.update({"Authorization": key, "Accept": f"application/vnd.convictional.{version}"})

    def get(self, path: str) -> Any:
        return self.http.get(API + path, timeout=30)

    def post(self, path: str, **body: Any) -> Any:
        return self.http.post(API + path, json=body, timeout=30)

    def order(self, order_id: str) -> Any:
        return self.get(f"/orders/{order_id}").json()


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)


# --- who may enter ----------------------------------------------------------------------------------
def test_the_bare_key_opens_and_tells_who_one_is(client):
    assert client.get("/auth/me").json()["company"]["commerceType"] == "seller"


@pytest.mark.parametrize("key", ["", "wrong", "Bearer md_demo_sandbox"])
def test_a_missing_or_wrong_key_and_a_bearer_in_front_of_it_are_refused(world, key):
    answer = Client(world, key).get("/orders")

    assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized"})


def test_an_unknown_version_is_refused(world):
    assert Client(world, version="2019-01-01").get("/orders").status_code == 415


def test_a_retailers_key_finds_no_orders_here(world):
    world.modern_dropship.add_account(commerce_type="buyer")

    assert Client(world).get("/auth/me").json()["company"]["commerceType"] == "buyer"
    assert Client(world).get("/orders").status_code == 404


# --- the whole order ----------------------------------------------------------------------------------
def test_a_whole_cancel_cancels_every_item_with_its_reason(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=2), Line(sku="TEA", quantity=3)])

    answer = client.post(f"/orders/{made.id}/cancel", reason=f"Out of stock {TAG}", unfulfilledOnly=False)

    items = answer.json()["items"]
    assert all(item["cancelled"] and item["cancelledBy"] == "seller" for item in items)
    assert {item["cancelledReason"] for item in items} == {f"Out of stock {TAG}"}
    (effect,) = world.effects(made.id, kind="cancel")
    assert (effect.units, effect.note, effect.shop) == (5, f"Out of stock {TAG}", "modern_dropship/demo")


@pytest.mark.parametrize(
    ("name", "said"),
    [("cancelled by the retailer", "already cancelled"), ("shipped", "fulfilled"), ("partly shipped order", "partial")],
)
def test_what_a_whole_cancel_refuses(world, client, name, said):
    made = world.modern_dropship.seed(name)[name]

    answer = client.post(f"/orders/{made.id}/cancel", reason="x", unfulfilledOnly=False)

    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert world.effects(made.id) == []


def test_the_rest_of_an_order_splits_partly_shipped_items_and_counts_as_shipped(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5, fulfilled=2), Line(sku="TEA", quantity=3)])

    told = client.post(f"/orders/{made.id}/cancel", reason="x", unfulfilledOnly=True).json()

    live = [item for item in told["items"] if not item["cancelled"]]
    assert [(item["sellerVariantCode"], item["quantity"]) for item in live] == [("MUG-BLU", 2)]
    assert live[0]["_id"] not in made.items
    assert told["shipped"] is True
    assert told["shippedDate"]
    assert [effect.units for effect in world.effects(made.id)] == [6]


def test_without_any_shipment_the_rest_is_the_whole(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5)])

    told = client.post(f"/orders/{made.id}/cancel", reason="x", unfulfilledOnly=True).json()

    assert [item["cancelled"] for item in told["items"]] == [True]
    assert told["shipped"] is False


# --- one item -----------------------------------------------------------------------------------------
def test_what_stays_of_an_item_gets_a_new_id(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5)])

    item = client.post(f"/orders/{made.id}/items/{made.items[0]}/cancel", reason="x", newQuantity=3).json()

    assert (item["_id"], item["cancelled"]) == (made.items[0], True)
    old, new = client.order(made.id)["items"]
    assert (old["_id"], old["cancelled"]) == (made.items[0], True)
    assert (new["cancelled"], new["quantity"], len(new["_id"])) == (False, 3, 24)
    assert [effect.units for effect in world.effects(made.id)] == [2]


@pytest.mark.parametrize("wanted", [5, 6, 1, -1])
def test_quantities_out_of_range_are_refused_in_the_second_shape(world, client, wanted):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5, fulfilled=2)])

    answer = client.post(f"/orders/{made.id}/items/{made.items[0]}/cancel", newQuantity=wanted)

    assert answer.status_code == 400
    assert answer.json()["data"] is None
    assert "newQuantity" in answer.json()["error"][0]["message"]


def test_the_same_item_cannot_be_cancelled_twice(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5)])
    path = f"/orders/{made.id}/items/{made.items[0]}/cancel"

    assert [client.post(path, newQuantity=3).status_code for _ in range(2)] == [200, 400]
    assert len(world.effects(made.id)) == 1


def test_when_nothing_waits_any_more_the_order_counts_as_shipped(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5, fulfilled=2)])

    client.post(f"/orders/{made.id}/items/{made.items[0]}/cancel", newQuantity=2)

    assert client.order(made.id)["shipped"] is True


def test_updated_changes_on_every_write(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5)])
    before = client.order(made.id)["updated"]

    client.post(f"/orders/{made.id}/items/{made.items[0]}/cancel", newQuantity=3)

    assert client.order(made.id)["updated"] > before


# --- shipping, returns, lists -------------------------------------------------------------------------
def test_a_shipment_counts_its_units(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5)])

    client.post(f"/orders/{made.id}/fulfillments", carrier="Post", items=[{"sku": "MUG-BLU", "quantity": 2}])

    (shipment,) = client.order(made.id)["fulfillments"]
    assert [(part["orderItemId"], part["quantity"]) for part in shipment["items"]] == [(made.items[0], 2)]
    assert client.post(f"/orders/{made.id}/cancel", unfulfilledOnly=False).status_code == 400


def test_a_recorded_return_cancels_as_a_side_effect_only_when_told_to(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5, fulfilled=2)])
    back = [{"ItemId": made.items[0], "Reason": "broken", "QuantityToRefund": 1}]

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
    http = adapter.session(world)
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
    client.post(f"/orders/{made.id}/items/{made.items[0]}/cancel", reason="x", newQuantity=1)
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
