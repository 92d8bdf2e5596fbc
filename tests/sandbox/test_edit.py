"""Order edits: nothing before the commit, absolute quantities, what is owed afterwards, and who may not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.platforms.shopify.shops import Made
from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from tests.sandbox import documents
from tests.sandbox.conftest import Client

BEGIN = """mutation($id: ID!) { orderEditBegin(id: $id) { userErrors { field message } calculatedOrder { id
 totalOutstandingSet { shopMoney { amount } }
 lineItems(first: 20) { nodes { id sku quantity editableQuantity restockable } } } } }"""
SET = """mutation($id: ID!, $line: ID!, $keep: Int!, $restock: Boolean) {
 orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $keep, restock: $restock) {
  userErrors { field message } calculatedLineItem { id quantity restocking }
  calculatedOrder { id totalOutstandingSet { shopMoney { amount } } } } }"""
COMMIT = """mutation($id: ID!, $note: String) { orderEditCommit(id: $id, notifyCustomer: false, staffNote: $note) {
 userErrors { field message } successMessages order { id edited totalOutstandingSet { shopMoney { amount } } } } }"""


def begin(client: Client, made: Made) -> Any:
    return client.data(BEGIN, id=made.id)["orderEditBegin"]


def keep(client: Client, opened: Any, units: int, *, line: int = 0, restock: bool = True) -> Any:
    calculated = opened["calculatedOrder"]
    words = {"id": calculated["id"], "line": calculated["lineItems"]["nodes"][line]["id"], "keep": units}
    return client.data(SET, **words, restock=restock)["orderEditSetQuantity"]


def commit(client: Client, opened: Any, note: str = "[op 5]") -> Any:
    return client.data(COMMIT, id=opened["calculatedOrder"]["id"], note=note)["orderEditCommit"]


def line_of(client: Client, made: Made) -> Any:
    return client.data(documents.LINES, id=made.id)["order"]["lineItems"]["nodes"][0]


def test_calculated_lines_carry_the_same_digits(world: World, client: Client) -> None:
    made = world.make_order(pay="pending", lines=[Line(sku="A"), Line(sku="B")])

    nodes = begin(client, made)["calculatedOrder"]["lineItems"]["nodes"]

    assert [node["id"].rsplit("/", 1)[1] for node in nodes] == [line.rsplit("/", 1)[1] for line in made.lines]
    assert [node["sku"] for node in nodes] == ["A", "B"]


def test_nothing_is_saved_before_the_commit(world: World, client: Client) -> None:
    made = world.make_order(pay="pending", lines=[Line(quantity=3, price="10.00")], shipping=None)

    staged = keep(client, begin(client, made), 1)

    assert staged["calculatedOrder"]["totalOutstandingSet"]["shopMoney"]["amount"] == "11.0"
    assert line_of(client, made)["currentQuantity"] == 3
    assert world.effects(made.id) == []


def test_a_commit_takes_units_off_and_puts_stock_back(world: World, client: Client) -> None:
    made = world.make_order(pay="pending", lines=[Line(quantity=3, price="10.00")], shipping=None)
    opened = begin(client, made)
    keep(client, opened, 1)

    payload = commit(client, opened)

    assert payload["userErrors"] == []
    assert payload["order"]["edited"] is True
    assert payload["order"]["totalOutstandingSet"]["shopMoney"]["amount"] == "11.0"
    assert (line_of(client, made)["quantity"], line_of(client, made)["currentQuantity"]) == (3, 1)
    assert [(effect.kind, effect.units, effect.note) for effect in world.effects(made.id)] == [
        ("stock", 2, "[op 5]"),
        ("edit", 0, "[op 5]"),
    ]


def test_without_restock_no_stock_comes_back(world: World, client: Client) -> None:
    made = world.make_order(pay="pending", lines=[Line(quantity=2)])
    opened = begin(client, made)
    keep(client, opened, 0, restock=False)

    commit(client, opened)

    assert [effect.kind for effect in world.effects(made.id)] == ["edit"]


def test_after_an_edit_of_a_paid_order_the_shop_owes_and_pays(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=2, price="10.00")], shipping=None)
    opened = begin(client, made)
    keep(client, opened, 1)
    payload = commit(client, opened)
    parent = client.data(documents.HEADER, id=made.id)["order"]["transactions"][0]["id"]

    payment = {"orderId": made.id, "kind": "REFUND", "gateway": "bogus", "parentId": parent, "amount": "11.00"}
    client.data(documents.REFUND, input={"orderId": made.id, "transactions": [payment]}, key="k")

    assert payload["order"]["totalOutstandingSet"]["shopMoney"]["amount"] == "-11.0"
    assert world.effects(made.id, "refund")[0].amount == Decimal("11.0")
    header = client.data(documents.HEADER, id=made.id)["order"]
    assert header["totalOutstandingSet"]["shopMoney"]["amount"] == "0.0"
    assert header["currentTotalPriceSet"]["shopMoney"]["amount"] == "11.0"


@pytest.mark.parametrize(("units", "why"), [(-1, "negative"), (4, "more than ordered"), (0, "less than was shipped")])
def test_a_quantity_out_of_range_is_refused(world: World, client: Client, units: int, why: str) -> None:
    made = world.make_order(lines=[Line(quantity=3, fulfilled=1)])

    assert keep(client, begin(client, made), units)["userErrors"][0]["field"] == ["quantity"]


REFUSED = {
    "cancelled": {"cancelled": "STAFF"},
    "another app's": {"app": "other"},
    "pending payment": {"pay": "processing"},
    "other currency": {"presentment": ("EUR", "1.10")},
}


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_what_must_not_be_edited_says_why(world: World, client: Client, words: dict[str, Any]) -> None:
    made = world.make_order(**words)

    payload = begin(client, made)
    header = client.data(documents.HEADER, id=made.id)["order"]

    assert payload["calculatedOrder"] is None
    assert header["merchantEditable"] is False
    assert header["merchantEditableErrors"] == [payload["userErrors"][0]["message"]]


def test_a_commit_notices_what_was_shipped_meanwhile(world: World, client: Client) -> None:
    made = world.make_order(pay="authorised", lines=[Line(quantity=2)])
    opened = begin(client, made)
    keep(client, opened, 0)
    world.staff(made.id).ship()

    assert commit(client, opened)["userErrors"]
    assert world.effects(made.id, "edit") == []


def test_a_session_is_spent_by_its_commit(world: World, client: Client) -> None:
    made = world.make_order(pay="pending", lines=[Line(quantity=2)])
    opened = begin(client, made)
    keep(client, opened, 1)
    commit(client, opened)

    assert commit(client, opened)["userErrors"][0]["field"] == ["id"]
    assert len(world.effects(made.id, "edit")) == 1
