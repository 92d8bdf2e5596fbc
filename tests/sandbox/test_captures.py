"""Authorised money: voided once, captured in part, refused with the vendor's codes; stock changed by a delta."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.platforms.shopify.shops import Made
from sandbox.world import World
from tests.sandbox import documents
from tests.sandbox.conftest import Client

VOID = """mutation($id: ID!) { transactionVoid(parentTransactionId: $id) { transaction { id kind status }
 userErrors { field message code } } }"""
CAPTURE = """mutation($input: OrderCaptureInput!) { orderCapture(input: $input) { transaction { id kind }
 userErrors { field message } } }"""
ADJUST = """mutation($input: InventoryAdjustQuantitiesInput!, $key: String!) {
 inventoryAdjustQuantities(input: $input) @idempotent(key: $key) { userErrors { field message code }
 inventoryAdjustmentGroup { id changes { name delta quantityAfterChange item { id } location { id } } } } }"""
LEVEL = """query($id: ID!, $place: ID!) { inventoryItem(id: $id) { tracked inventoryLevel(locationId: $place) {
 quantities(names: ["available", "committed"]) { name quantity } } } }"""
ITEM, PLACE = "gid://shopify/InventoryItem/77", "gid://shopify/Location/61001"


def first_payment(client: Client, made: Made) -> str:
    return str(client.data(documents.HEADER, id=made.id)["order"]["transactions"][0]["id"])


def test_an_authorisation_is_voided_once(world: World, client: Client) -> None:
    made = world.make_order(pay="authorised")
    payment = first_payment(client, made)

    first = client.data(VOID, id=payment)["transactionVoid"]
    second = client.data(VOID, id=payment)["transactionVoid"]

    assert first["transaction"]["kind"] == "VOID"
    assert second["userErrors"][0]["code"] == "AUTH_NOT_VOIDABLE"
    assert len(world.effects(made.id, "void")) == 1
    assert client.data(documents.HEADER, id=made.id)["order"]["displayFinancialStatus"] == "VOIDED"


def test_what_is_no_authorisation_cannot_be_voided(world: World, client: Client) -> None:
    made = world.make_order(pay="paid")

    paid = client.data(VOID, id=first_payment(client, made))["transactionVoid"]
    unknown = client.data(VOID, id="gid://shopify/OrderTransaction/1")["transactionVoid"]

    codes = [payload["userErrors"][0]["code"] for payload in (paid, unknown)]
    assert codes == ["AUTH_NOT_SUCCESSFUL", "TRANSACTION_NOT_FOUND"]


def test_a_capture_takes_no_more_than_was_authorised(world: World, client: Client) -> None:
    made = world.make_order(pay="authorised", shipping=None)  # 11.00
    words = {"id": made.id, "parentTransactionId": first_payment(client, made)}

    some = client.data(CAPTURE, input=words | {"amount": "4.00"})["orderCapture"]
    more = client.data(CAPTURE, input=words | {"amount": "7.01"})["orderCapture"]

    assert some["userErrors"] == []
    assert more["userErrors"]
    assert client.data(documents.HEADER, id=made.id)["order"]["totalCapturableSet"]["shopMoney"]["amount"] == "7.0"
    assert [effect.amount for effect in world.effects(made.id, "capture")] == [Decimal("4.0")]


def adjust(client: Client, *, key: str = "k", **changes: Any) -> Any:
    change = {"delta": -2, "inventoryItemId": ITEM, "locationId": PLACE} | changes
    wanted = {"name": "available", "reason": "correction", "changes": [change]}
    return client.data(ADJUST, input=wanted, key=key)["inventoryAdjustQuantities"]


def test_stock_is_changed_once_a_key(world: World, client: Client) -> None:
    first, again = adjust(client), adjust(client)

    assert first == again
    assert first["inventoryAdjustmentGroup"]["changes"][0]["quantityAfterChange"] == 98
    assert [effect.units for effect in world.effects(kind="stock")] == [-2]
    level = client.data(LEVEL, id=ITEM, place=PLACE)["inventoryItem"]["inventoryLevel"]["quantities"]
    assert level == [{"name": "available", "quantity": 98}, {"name": "committed", "quantity": 0}]


def test_a_key_used_otherwise_is_told_by_code(client: Client) -> None:
    adjust(client)

    assert adjust(client, delta=-3)["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"


def test_a_failed_attempt_burns_its_key(client: Client) -> None:
    wrong = {"locationId": "gid://shopify/Location/1"}

    first, again = adjust(client, **wrong), adjust(client, **wrong)

    assert first["userErrors"][0]["code"] == "INVALID_LOCATION"
    assert again["userErrors"][0]["code"] == "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"


def test_a_forced_error_has_a_code_of_its_mutation(world: World, client: Client) -> None:
    made = world.make_order(pay="authorised")
    payment = first_payment(client, made)
    world.fault("user_error", on="transactionVoid")

    payload = client.data(VOID, id=payment)["transactionVoid"]

    assert payload["userErrors"][0]["code"] == "GENERIC_ERROR"
    assert world.effects(made.id) == []
