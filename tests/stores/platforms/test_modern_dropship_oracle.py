"""What the vendor prints, replayed; it has no official client, and its description is derived from one (2021-01-01)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.platforms.modern_dropship.seeds import SEEDS
from sandbox.world import World
from stores.canonical.order import Cancellable
from tests.sandbox import openapi
from tests.sandbox.modern_dropship_client import SPEC, Client, world
from tests.stores.platforms.modern_dropship import place
from tests.stores.platforms.rig import KEY, TAG

__all__ = ["world"]
pytestmark = pytest.mark.oracles
PART = {"lines": [place.Line(quantity=5, fulfilled=2)]}
# The bodies of the fact sheet's section 14: (what was made, path, body, status) -> what is printed.
REFUSED: tuple[tuple[dict[str, Any], str, dict[str, Any], int, str], ...] = (
    ({"is_posted": False}, "orders/none/cancel", {}, 404, '{"error":"order not found"}'),
    ({"lines": [place.Line(cancelled="buyer")]}, "orders/{id}/cancel", {"unfulfilledOnly": False}, 400,
     '{"error":"order is already cancelled"}'),
    (PART, "orders/{id}/cancel", {"unfulfilledOnly": False}, 400,
     '{"error":"order is partially fulfilled, set unfulfilledOnly to cancel the remaining items"}'),
    (PART, "orders/{id}/items/{item}/cancel", {"newQuantity": 1}, 400,
     '{"data":null,"error":[{"message":"newQuantity must be at least the fulfilled quantity and less than the item '
     'quantity"}]}'),
)  # fmt: skip
CANCEL = json.loads('{"reason": "Out of stock [op 7f3a9c21]", "unfulfilledOnly": false}')


@pytest.mark.parametrize(("words", "path", "body", "status", "printed"), REFUSED)
def test_a_refusal_is_the_printed_one(
    world: World, words: dict[str, Any], path: str, body: dict[str, Any], status: int, printed: str
) -> None:
    made = world.modern_dropship.make_order(**words)

    answer = Client(world).post(f"/{path.format(id=made.id, item=made.lines[0])}", **body)

    assert (answer.status_code, answer.json()) == (status, json.loads(printed))


def test_a_wrong_key_is_refused_as_printed(world: World) -> None:
    assert Client(world, "Bearer md_demo_sandbox").get("/orders").json() == json.loads('{"error":"unauthorized"}')


def test_the_printed_cancellation_does_what_it_says(world: World) -> None:
    made = world.modern_dropship.make_order(lines=[place.MUG, place.TEA])

    told = Client(world).post(f"/orders/{made.id}/cancel", **CANCEL).json()

    assert {(item["cancelled"], item["cancelledBy"], item["cancelledReason"]) for item in told["items"]} == {
        (True, "seller", CANCEL["reason"])
    }
    assert [(one.kind, one.units, one.note) for one in world.effects(made.id)] == [("cancel", 8, CANCEL["reason"])]


@pytest.mark.vendor_specs("modern-dropship")
@pytest.mark.usefixtures("vendor_specs")
@pytest.mark.parametrize(("name", "schema"), [("order_2021", "Order"), ("item_cancelled", "OrderItem")])
def test_what_is_recorded_fits_the_description(name: str, schema: str) -> None:
    """The answers that the adapter's tests read are held against it as the simulator's are."""
    spec = openapi.described(SPEC)
    assert spec is not None

    assert list(openapi.wrong(spec, {"$ref": f"#/components/schemas/{schema}"}, place.recorded(name), "recorded")) == []


@pytest.mark.vendor_specs("modern-dropship")
@pytest.mark.usefixtures("vendor_specs")
@pytest.mark.parametrize("name", SEEDS)
def test_each_seed_is_read_and_cancelled_as_described(world: World, name: str) -> None:
    """Both directions of all that the adapter asks; the watcher of `world` raises where it differs."""
    before, shop = openapi.counts["validated"], place.on_world(world)
    order = shop.read_order(world.modern_dropship.seed(name)[name].id)

    if order.cancellable is Cancellable.ALL:
        shop.carry_out(
            place.part(order, keep=1) if order.lines[0].ordered > 1 else place.cancel(order), key=KEY, tag=TAG
        )
    elif order.cancellable is Cancellable.PART:
        shop.carry_out(place.rest(order), key=KEY, tag=TAG)
    shop.list_orders(since=None)

    assert openapi.counts["validated"] - before >= 2
