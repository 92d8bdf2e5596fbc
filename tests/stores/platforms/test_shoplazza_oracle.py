"""What the vendor prints, replayed: examples of its description of 2022-01 (there is no official client) and pages.

The simulator answers in the kinds of the printed answers and refuses in their words; the adapter reads what is printed,
in the envelope of either generation. That both directions fit the schemas is watched in every test of the platform.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.world import World
from tests.sandbox import shoplazza_spec
from tests.sandbox.shoplazza_client import Client, world
from tests.stores.platforms.shoplazza import place

__all__ = ["world"]
pytestmark = [pytest.mark.oracles, pytest.mark.vendor_specs("shoplazza"), pytest.mark.usefixtures("vendor_specs")]
HOOK = {"address": "https://desk.example/hooks", "topic": "orders/create"}
# (what is asked, with the order's id as {id} -> path of the description, body)
ANSWERED: dict[str, tuple[str, Any]] = {
    "GET shop": ("shop", None),
    "GET orders": ("orders", None),
    "GET orders/count": ("orders/count", None),
    "GET orders/{id}": ("orders/{id}", None),
    "GET orders/number/{number}": ("orders/number/{number}", None),
    "GET orders/{id}/refund": ("orders/{id}/refund", None),
    "GET orders/{id}/transactions": ("orders/{id}/transactions", None),
    "POST orders/{id}/refund": ("orders/{id}/refund", None),
    "POST orders/{id}/partial_refund": ("orders/{id}/partial_refund", {"is_return": False, "price": "10.00"}),
    "POST orders/{id}/cancel": ("orders/{id}/cancel", {"reason": "test"}),
    "POST webhooks": ("webhooks", HOOK),
    "GET webhooks": ("webhooks", None),
}
REFUSED = (
    "GET orders/{id}", "GET orders/number/{number}", "POST orders/{id}/cancel", "POST orders/{id}/refund",
    "GET orders/{id}/refund", "POST orders/{id}/partial_refund", "DELETE webhooks/{id}",
)  # fmt: skip


def differing(printed: Any, told: Any, where: str = "") -> Iterator[str]:
    """Where a value is of another kind than the printed one; null fits everything, and of a list the first counts."""
    if printed is None or told is None:
        return
    if type(printed) is not type(told):
        yield f"{where}: {told!r:.40} where {printed!r:.40} is printed"
    elif isinstance(told, dict):
        for name in told.keys() & printed.keys():
            yield from differing(printed[name], told[name], f"{where}.{name}")
    elif isinstance(told, list) and told and printed:
        yield from differing(printed[0], told[0], f"{where}[0]")


@pytest.mark.parametrize("asked", ANSWERED)
def test_an_answer_has_the_kinds_of_the_printed_one(world: World, asked: str) -> None:
    method, path = asked.split()
    template, body = ANSWERED[asked]
    made = world.shoplazza.seed("partly refunded" if "refund" in path else "unpaid" if "cancel" in path else "shipped")
    (one,) = made.values()
    client = Client(world, "2022-01")
    client.post("webhooks", HOOK)

    told = client.call(method, path.format(id=one.id, number=one.number), json=body).json()

    assert list(differing(shoplazza_spec.printed(method, template, 200), told)) == []


@pytest.mark.parametrize("asked", REFUSED)
def test_nobody_is_refused_in_the_printed_words(world: World, asked: str) -> None:
    method, path = asked.split()

    answer = Client(world, "2022-01").call(method, path.format(id="17", number="17"), json={})

    assert answer.status_code == 404
    assert answer.json() == shoplazza_spec.printed(method, path, 404)


def test_a_webhook_without_words_is_refused_as_printed(world: World) -> None:
    answer = Client(world, "2022-01").post("webhooks", {})

    assert (answer.status_code, answer.json()) == (422, shoplazza_spec.printed("POST", "webhooks", 422))


@pytest.mark.parametrize("is_wrapped", [True, False], ids=["2025-06 and later", "2022-01"])
def test_the_adapter_reads_what_is_printed(network: Any, is_wrapped: bool) -> None:
    def wrapped(printed: Any) -> Any:
        return {"code": "Success", "message": "success", "data": printed} if is_wrapped else printed

    order = shoplazza_spec.printed("GET", "orders/{id}", 200)
    ident = order["order"]["id"]
    for path, printed in (
        ("", order),
        ("/refund", {"records": []}),
        ("/transactions", shoplazza_spec.printed("GET", "orders/{id}/transactions", 200)),
    ):
        network.get(f"{place.BASE}/orders/{ident}{path}", json=wrapped(printed))

    found = place.on_network().read_order(ident)

    assert (found.external_id, found.number.lstrip("#"), found.currency) == (ident, "00000001", "USD")
    assert [(line.title, line.ordered) for line in found.lines] == [("abc", 10)]
    assert [str(payment.amount.customer.amount) for payment in found.payments] == ["12.00"]


# The fact sheet's own examples, sections 5 and 7.
CANCEL = {"reason": "Customer changed their mind [op 7f3a9c21]"}
REFUND = json.loads("""{"refund":{"refund_total":"19.90","refund_product_total":"19.90","refund_line_items":
[{"line_item_id":"7182105848352794601","refund_item_type":"waiting_ship","quantity":1,"return_inventory":true}],
"note":"Out of stock [op 7f3a9c21]"}}""")


def test_the_printed_cancellation_and_refund_do_what_they_say(world: World) -> None:
    made = world.shoplazza.make_order(lines=[place.Line(price="19.90", quantity=2)])
    client = Client(world)
    REFUND["refund"]["refund_line_items"][0]["line_item_id"] = made.lines[0]

    answer = client.payload(client.post(f"orders/{made.id}/refund", REFUND))
    world.advance(2)
    order = client.payload(client.post(f"orders/{made.id}/cancel", CANCEL))["order"]

    assert set(answer) == {"refund_record_id", "post_sale_id"}
    assert (order["status"], order["cancel_reason"]) == ("cancelled", CANCEL["reason"])
    assert [(one.kind, str(one.amount), one.note) for one in world.effects(made.id) if one.kind != "stock"] == [
        ("refund", "19.90", "Out of stock [op 7f3a9c21]"),
        ("cancel", "0.00", CANCEL["reason"]),
    ]
