"""The documents themselves: valid for both versions, small enough, and as dear as we announce."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLSchema, parse, validate

from sandbox.platforms.shopify.schema import API
from sandbox.platforms.shopify.spec import Line
from stores.canonical.receipts import Outcome
from stores.canonical.request import CancelRequest
from stores.kernel.http.transport import HttpTransport
from stores.platforms.shopify import Shopify, adapter, documents, finding, reading, writing
from stores.platforms.shopify.documents import Kind
from tests.sandbox import vendor
from tests.stores.platforms import rig

KINDS = [Kind(both=both, full=full) for both in (False, True) for full in (False, True)]
INNER = [("FulfillmentOrder", "lineItems"), ("Fulfillment", "fulfillmentLineItems"), ("Refund", "refundLineItems"),
         ("Refund", "transactions")]  # fmt: skip
VERSIONS = ("2026-07", "2026-10")


def all_documents(version: str) -> Mapping[str, str]:
    plain = {
        name: text
        for module in (adapter, documents, finding, reading, writing)
        for name, text in vars(module).items()
        if name.isupper()
        and isinstance(text, str)
        and "%s" not in text
        and text.lstrip().startswith(("query ", "mutation "))
    }
    made = {f"order {kind}": documents.order(kind) for kind in KINDS}
    made |= {f"lines {kind}": documents.lines(kind) for kind in KINDS}
    made |= {f"inner {owner} {name}": documents.inner(owner, name, True) for owner, name in INNER}
    made |= {"payments": documents.payments(True), "refunds": documents.refunds(True)}
    made |= {"cancel": writing.cancel(with_job_result=version >= "2026-10"), "edit": writing.edit_quantities(3)}
    if version < "2026-10":
        plain.pop("JOB_RESULT")
    return plain | made


ROWS = [(version, name, text) for version in VERSIONS for name, text in all_documents(version).items()]


@pytest.mark.parametrize(("version", "name", "text"), ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS])
def test_a_document_is_valid_for_the_simulator_and_for_the_vendor(version, name, text):
    schemas: list[GraphQLSchema] = [API.schema(version)]
    if vendor.folder():
        schemas.append(vendor.schema_of(version))

    for schema in schemas:
        assert validate(schema, parse(" ".join(text.split()))) == []


@pytest.mark.vendor_specs
def test_the_vendors_schema_was_looked_at():
    if not os.environ.get("VENDOR_SPECS"):
        pytest.skip("VENDOR_SPECS is not set: Shopify's schema was not compared")
    assert vendor.folder()


# --- points -------------------------------------------------------------------------------------------


class Announced:
    """A limiter that remembers what each call said it would ask for, beside what the platform says it asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, float, float]] = []
        self.cost = 0.0

    def reserve(self, cost: float) -> float:
        self.cost = cost
        return 0

    def correct(self, usage: Any) -> None:
        self.calls.append((self.cost, usage.requested, usage.actual or 0))

    def throttled(self, retry_after: float) -> None:
        raise AssertionError("throttled")

    @property
    def points(self) -> float:
        return sum(actual for _, _, actual in self.calls)


@pytest.fixture
def announced():
    return Announced()


@pytest.fixture
def shop(world, announced):
    made = rig.on_world(Shopify, world)
    assert isinstance(made.connection.transport, HttpTransport)
    made.connection.transport.limiter = announced
    return made


def test_no_call_asks_for_more_than_it_announced_nor_for_much_less(world, shop, announced):
    world.add_shop("demo", scopes=world.shop("demo")["scopes"])
    for made in [
        world.make_order(lines=[Line(quantity=2)] * n, pay=pay) for n in (1, 3, 12, 60) for pay in ("paid", "pending")
    ]:
        order = shop.read_order(made.id)
        shop.look_again(order)
        shop.quote(order, rig.everything(order))
    shop.list_orders(since=None)
    shop.check_access()
    shop.list_hooks()

    for said, asked, _ in announced.calls:
        assert asked <= said + 2
        assert asked <= 1000
        assert said <= asked * 1.2 + 30


def test_the_life_of_a_three_line_order_costs_at_most_250_points(world, shop, announced):
    """Confirmation, the guard before the effect, the effect, and looking again: what happens from the click on."""
    made = world.make_order(lines=[Line(quantity=3), Line(quantity=1), Line(quantity=2)])
    seen = shop.read_order(made.id)
    announced.calls.clear()

    order = shop.look_again(seen)
    units = {order.lines[0].id: Decimal(1), order.lines[1].id: Decimal(1)}
    quote = shop.quote(order, CancelRequest(lines=units))
    shop.look_again(seen)
    shop.carry_out(rig.refund(order, quote, units), key=rig.KEY, tag=rig.TAG)
    after = shop.look_again(seen)

    assert after.refunds
    assert announced.points <= 250


def test_the_life_of_a_whole_cancellation_costs_at_most_250_points(world, shop, announced):
    made = world.make_order(lines=[Line(quantity=3), Line(quantity=1), Line(quantity=2)])
    seen = shop.read_order(made.id)
    announced.calls.clear()

    order = shop.look_again(seen)
    shop.quote(order, rig.everything(order))
    shop.look_again(seen)
    receipt = shop.carry_out(rig.cancel(order), key=rig.KEY, tag=rig.TAG)
    while receipt.outcome is not Outcome.APPLIED:
        world.advance(1)
        receipt = shop.poll(rig.cancel(order), receipt)
    shop.look_again(seen)

    assert announced.points <= 250


def test_a_full_read_of_a_small_order_is_one_call(world, shop, announced):
    made = world.make_order(lines=[Line(quantity=2)] * 8)

    shop.read_order(made.id)

    assert len(announced.calls) == 1
