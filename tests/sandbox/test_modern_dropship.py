"""The simulator's rules, one by one, as the vendor states them."""

from __future__ import annotations

import pytest

from sandbox.platforms.modern_dropship.spec import Line
from tests.sandbox.modern_dropship_client import Client, client, world

__all__ = ["client", "world"]
TAG = "[op 7f3a9c21]"


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
    world.modern_dropship.add_shop(commerce_type="buyer")

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
    assert live[0]["_id"] not in made.lines
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

    item = client.post(f"/orders/{made.id}/items/{made.lines[0]}/cancel", reason="x", newQuantity=3).json()

    assert (item["_id"], item["cancelled"]) == (made.lines[0], True)
    old, new = client.order(made.id)["items"]
    assert (old["_id"], old["cancelled"]) == (made.lines[0], True)
    assert (new["cancelled"], new["quantity"], len(new["_id"])) == (False, 3, 24)
    assert [effect.units for effect in world.effects(made.id)] == [2]


@pytest.mark.parametrize("wanted", [5, 6, 1, -1])
def test_quantities_out_of_range_are_refused_in_the_second_shape(world, client, wanted):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5, fulfilled=2)])

    answer = client.post(f"/orders/{made.id}/items/{made.lines[0]}/cancel", newQuantity=wanted)

    assert answer.status_code == 400
    assert answer.json()["data"] is None
    assert "newQuantity" in answer.json()["error"][0]["message"]


def test_the_same_item_cannot_be_cancelled_twice(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5)])
    path = f"/orders/{made.id}/items/{made.lines[0]}/cancel"

    assert [client.post(path, newQuantity=3).status_code for _ in range(2)] == [200, 400]
    assert len(world.effects(made.id)) == 1


def test_when_nothing_waits_any_more_the_order_counts_as_shipped(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5, fulfilled=2)])

    client.post(f"/orders/{made.id}/items/{made.lines[0]}/cancel", newQuantity=2)

    assert client.order(made.id)["shipped"] is True


def test_updated_changes_on_every_write(world, client):
    made = world.modern_dropship.make_order(lines=[Line(quantity=5)])
    before = client.order(made.id)["updated"]

    client.post(f"/orders/{made.id}/items/{made.lines[0]}/cancel", newQuantity=3)

    assert client.order(made.id)["updated"] > before
