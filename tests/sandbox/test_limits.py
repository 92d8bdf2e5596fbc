"""Cost: what a document is said to cost, what it did cost, the bucket that several processes share."""

from __future__ import annotations

import pytest

from sandbox.platforms.shopify.cost import Meter
from sandbox.platforms.shopify.schema import API
from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from tests.sandbox import documents
from tests.sandbox.conftest import Client

SHEET = {"HEADER": 310, "LINES": 755, "PARCELS": 585, "HISTORY": 800, "SUGGEST": 65}
DEEP = "query { orders(first: 250) { nodes { id lineItems(first: 10) { nodes { id } } } } }"


@pytest.mark.parametrize("name", SHEET)
def test_the_estimate_is_that_of_the_fact_sheet(name: str) -> None:
    document = API.read("2026-10", getattr(documents, name))
    operation = document.operation(None)
    assert document.node is not None
    assert operation is not None

    requested = Meter(API.schema("2026-10"), document.node, {}, 1).requested(operation)

    assert requested == pytest.approx(SHEET[name], rel=0.15)


def test_what_is_given_back_is_the_difference(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(), Line(), Line()])

    cost = client.ask(documents.LINES, id=made.id)["extensions"]["cost"]

    assert cost["requestedQueryCost"] == 753
    assert cost["actualQueryCost"] < 100
    assert cost["throttleStatus"] == {
        "maximumAvailable": 2000.0,
        "currentlyAvailable": 2000 - cost["actualQueryCost"],
        "restoreRate": 100.0,
    }


def test_a_mutation_costs_ten(world: World, client: Client) -> None:
    made = world.make_order()

    answer = client.ask(documents.CANCEL, orderId=made.id, reason="STAFF", restock=True)

    assert answer["extensions"]["cost"]["actualQueryCost"] == 10


def test_an_empty_bucket_throttles_and_refills_with_time(world: World, client: Client) -> None:
    made = world.make_order()
    world.switch("limit", "slow")  # 100 points, 10 a second: a header asks for 309

    empty = client.ask(documents.HEADER, id=made.id)
    world.switch("limit", "standard")
    world.advance(4)

    assert empty["errors"] == [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
    assert "data" not in empty
    assert empty["extensions"]["cost"]["actualQueryCost"] is None
    assert client.data(documents.HEADER, id=made.id)
    assert world.counters()["throttled"] == {"order": 1}


def test_another_process_spends_from_the_same_bucket(world: World, client: Client) -> None:
    made = world.make_order()
    other = World.open(world.store.path, now=world.real_now)

    first = client.ask(documents.HEADER, id=made.id)["extensions"]["cost"]["throttleStatus"]
    second = Client(other).ask(documents.HEADER, id=made.id)["extensions"]["cost"]["throttleStatus"]

    assert second["currentlyAvailable"] < first["currentlyAvailable"]
    other.close()


def test_a_query_beyond_the_limit_is_refused_before_it_runs(client: Client) -> None:
    answer = client.ask(DEEP)

    assert answer["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert "data" not in answer


def test_a_throttled_answer_can_be_forced(world: World, client: Client) -> None:
    made = world.make_order()
    world.fault("throttled", on="order")

    codes = ["errors" in client.ask(documents.HEADER, id=made.id) for _ in range(2)]

    assert codes == [True, False]


def test_cost_and_requests_are_counted_by_operation(world: World, client: Client) -> None:
    made = world.make_order()
    spent = client.ask(documents.HEADER, id=made.id)["extensions"]["cost"]["actualQueryCost"]

    counters = world.counters()

    assert counters["requests"] == {"order": 1}
    assert counters["cost"] == {"order": spent}
