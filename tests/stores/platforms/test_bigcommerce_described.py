"""What the adapter sends and what it is answered, against the vendor's own descriptions."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.core.messages import Request
from tests.sandbox import bigcommerce_spec
from tests.stores.platforms import rig
from tests.stores.platforms.bigcommerce import place
from tests.stores.platforms.rig import KEY, TAG

pytestmark = [pytest.mark.vendor_specs("bigcommerce"), pytest.mark.usefixtures("vendor_specs")]
FIELDS = {"handling": "1.50", "fees": {"Insurance": "4.00"}, "tax_rate": "0.0825", "addresses": 2}


def test_every_call_of_the_adapter_is_as_described(world):
    """Each exchange is checked as it happens (`place.CHECK`); here all of them happen."""
    before = bigcommerce_spec.counts.copy()
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[place.MUG, place.Line(sku="X", quantity=2, wrapping="2.00")], **FIELDS)
    refund = place.everything(shop, order)
    commands: list[Any] = [refund, place.cancel(order), place.stock(order)]
    held = place.made(world, shop, pay="authorised")
    sent = place.made(world, shop, lines=[place.Line(sku="Y", quantity=2, shipped=1)])
    for command in (*commands, rig.void(held), place.part(shop, sent)):
        receipt = shop.carry_out(command, key=KEY, tag=TAG)
        world.advance(61)
        shop.poll(command, receipt)
        shop.find(command, tag=TAG, before=order)
    shop.list_orders(since=None)
    shop.add_hook(shop.topics[0], "https://desk.example/in/abc")
    shop.remove_hook(shop.list_hooks()[0].id)
    shop.check_access()

    asked = set(world.counters()["requests"]) - {"store"}
    assert asked == {
        "order", "orders", "refunds", "transactions", "quote", "refund", "void", "status", "settings", "items",
        "adjust", "shipments", "hooks", "hook_create", "hook_delete",
    }  # fmt: skip
    assert (bigcommerce_spec.counts - before)["validated"] >= 40


def test_the_check_finds_what_is_wrong():
    """A number for a text, a field nobody described, a filter that would be passed over, a path that is none."""
    path = "/stores/demo/v2/orders/1"
    for request, payload in (
        (Request("GET", path, {}, b""), {"total_inc_tax": 5}),
        (Request("PUT", path, {}, b'{"status_id": "5"}'), {}),
        (Request("GET", "/stores/demo/v2/orders", {}, b"", query="min_date_modifed=x"), []),
        (Request("GET", "/stores/demo/v3/orders/1/payment_actions/refund", {}, b""), {}),
        (Request("POST", "/stores/demo/v3/inventory/adjustments/relative", {}, b'{"reason": "x"}'), {}),
    ):
        with pytest.raises(AssertionError):
            place.CHECK(request, 200, payload)
