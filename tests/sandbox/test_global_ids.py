"""An id that is none is an error at the top, in the vendor's shape, and runs nothing."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.world import World
from tests.sandbox import documents
from tests.sandbox.conftest import Client

READ = "query One($id: ID!) { order(id: $id) { id } }"


def test_a_variable_that_is_no_global_id_has_no_data_and_names_the_id(client: Client) -> None:
    answer = client.ask(READ, id="520")

    assert "data" not in answer
    (error,) = answer["errors"]
    assert error["message"] == "Variable $id of type ID! was provided invalid value"
    assert error["extensions"]["problems"] == [
        {"path": [], "explanation": "Invalid global id '520'", "message": "Invalid global id '520'"}
    ]


def test_one_deep_in_an_input_names_its_place_and_nothing_is_done(world: World, client: Client) -> None:
    made = world.make_order()
    wanted: dict[str, Any] = {"orderId": made.id, "refundLineItems": [{"lineItemId": "7", "quantity": 1}]}

    (error,) = client.ask(documents.REFUND, input=wanted, key="k")["errors"]

    assert "for refundLineItems.0.lineItemId (Invalid global id '7')" in error["message"]
    assert world.effects() == []


@pytest.mark.parametrize(
    ("asked", "errors"), [("gid://shopify/Order/999", 0), ("gid://shopify/Product/999", 1)], ids=["absent", "a product"]
)
def test_an_order_that_is_not_there_is_null_and_the_id_of_something_else_an_error(
    client: Client, asked: str, errors: int
) -> None:
    answer = client.ask(READ, id=asked)

    assert answer["data"] == {"order": None}
    assert [error["message"] for error in answer.get("errors", [])] == ["invalid id"] * errors
