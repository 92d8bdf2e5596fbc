"""Fulfilment orders: taken back, asked back from a service, held and released; stock follows the location."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.platforms.shopify.shops import MAIN, NORTH, Made
from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from tests.sandbox import documents
from tests.sandbox.conftest import Client
from tests.sandbox.test_cancel import cancel, result
from tests.sandbox.test_refund import refund, taking

TAKE_BACK = """mutation($id: ID!) { fulfillmentOrderCancel(id: $id) { userErrors { field message code }
 fulfillmentOrder { id status } replacementFulfillmentOrder { id status requestStatus } } }"""
ASK_BACK = """mutation($id: ID!) { fulfillmentOrderSubmitCancellationRequest(id: $id, message: "please") {
 userErrors { field message } fulfillmentOrder { id requestStatus } } }"""
RELEASE = """mutation($id: ID!) { fulfillmentOrderReleaseHold(id: $id) { userErrors { field message code }
 fulfillmentOrder { id status } } }"""
HOLD = """mutation($id: ID!, $hold: FulfillmentOrderHoldInput!) {
 fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) {
 userErrors { field message code } fulfillmentOrder { id status fulfillmentHolds { reason heldByRequestingApp } } } }"""
SERVICE: dict[str, Any] = {"lines": [Line(quantity=2, at="Swift Logistics")]}


def parcels(client: Client, made: Made) -> Any:
    return client.data(documents.PARCELS, id=made.id)["order"]["fulfillmentOrders"]["nodes"]


def test_an_unanswered_request_is_taken_back_and_replaced(world: World, client: Client) -> None:
    made = world.make_order(**SERVICE, request="SUBMITTED")

    payload = client.data(TAKE_BACK, id=made.fulfilment_orders[0])["fulfillmentOrderCancel"]

    assert payload["replacementFulfillmentOrder"]["requestStatus"] == "UNSUBMITTED"
    remaining = [sum(i["remainingQuantity"] for i in p["lineItems"]["nodes"]) for p in parcels(client, made)]
    assert remaining == [0, 2]
    assert cancel(client, made)["orderCancelUserErrors"] == []


def test_what_was_accepted_cannot_simply_be_taken_back(world: World, client: Client) -> None:
    made = world.make_order(**SERVICE, request="ACCEPTED")

    payload = client.data(TAKE_BACK, id=made.fulfilment_orders[0])["fulfillmentOrderCancel"]

    assert payload["userErrors"]
    assert payload["replacementFulfillmentOrder"] is None


@pytest.mark.parametrize(
    ("answer", "status", "is_cancellable"),
    [("accepts", "CANCELLATION_ACCEPTED", True), ("rejects", "CANCELLATION_REJECTED", False),
     ("waits", "CANCELLATION_REQUESTED", False)],
)  # fmt: skip
def test_a_service_is_asked_to_let_go(
    world: World, client: Client, answer: str, status: str, is_cancellable: bool
) -> None:
    world.switch("service_answers", answer)
    made = world.make_order(**SERVICE, request="ACCEPTED")

    asked = client.data(ASK_BACK, id=made.fulfilment_orders[0])["fulfillmentOrderSubmitCancellationRequest"]
    world.advance(31)

    assert asked["fulfillmentOrder"]["requestStatus"] == "CANCELLATION_REQUESTED"
    assert parcels(client, made)[0]["requestStatus"] == status
    assert (cancel(client, made)["orderCancelUserErrors"] == []) is is_cancellable


def test_a_hold_is_placed_and_released(world: World, client: Client) -> None:
    made = world.make_order()
    parcel = made.fulfilment_orders[0]

    held = client.data(HOLD, id=parcel, hold={"reason": "INCORRECT_ADDRESS"})["fulfillmentOrderHold"]
    header = client.data(documents.HEADER, id=made.id)["order"]["displayFulfillmentStatus"]
    free = client.data(RELEASE, id=parcel)["fulfillmentOrderReleaseHold"]

    assert held["fulfillmentOrder"]["fulfillmentHolds"] == [
        {"reason": "INCORRECT_ADDRESS", "heldByRequestingApp": True}
    ]
    assert header == "ON_HOLD"
    assert free["fulfillmentOrder"]["status"] == "OPEN"


def test_an_order_on_hold_is_cancelled_unless_the_switch_says_no(world: World, client: Client) -> None:
    made = world.make_order(hold="HIGH_RISK_OF_FRAUD")

    payload = cancel(client, made)
    world.advance(4)

    assert result(client, payload)["status"] == "SUCCEEDED"


def test_units_leave_from_the_location_that_was_named(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=4, at={"Main Street": 2, "North Warehouse": 2})])
    item = world.order(made.id)["lines"][0]["item"]

    refund(client, made, [taking(made, 1) | {"locationId": f"gid://shopify/Location/{NORTH}"}])

    assert world.stock(item, MAIN) == {"available": 98, "committed": 2, "on_hand": 100}
    assert world.stock(item, NORTH) == {"available": 99, "committed": 1, "on_hand": 100}
    remaining = [parcel["lineItems"]["nodes"][0]["remainingQuantity"] for parcel in parcels(client, made)]
    assert remaining == [2, 1]


def test_what_staff_ship_can_no_longer_be_cancelled(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=2)])
    world.staff(made.id).ship({made.lines[0]: 1})

    header = client.data(documents.HEADER, id=made.id)["order"]
    answer = refund(client, made, [taking(made, 2)])["data"]["refundCreate"]

    assert header["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert answer["userErrors"][0]["message"] == "Quantity cannot exceed the unfulfilled quantity"
    assert cancel(client, made)["orderCancelUserErrors"]


def test_staff_cancel_refund_and_delete_behind_our_back(world: World, client: Client) -> None:
    first, second, third = (world.make_order() for _ in range(3))

    world.staff(first.id).cancel("FRAUD", "by hand")
    world.staff(second.id).refund("3.00", "goodwill")
    world.staff(third.id).delete()

    told = client.data(documents.HEADER, id=first.id)["order"]
    assert (told["cancelReason"], told["cancellation"]["staffNote"]) == ("FRAUD", "by hand")
    assert client.data(documents.HEADER, id=second.id)["order"]["refunds"][0]["note"] == "goodwill"
    assert client.data(documents.HEADER, id=third.id)["order"] is None


def test_staff_open_returns_disputes_and_holds(world: World, client: Client) -> None:
    made = world.make_order()
    staff = world.staff(made.id)

    staff.open_return("REQUESTED")
    staff.dispute()
    staff.hold("INVENTORY_OUT_OF_STOCK", "two left")

    header = client.data(documents.HEADER, id=made.id)["order"]
    assert header["returnStatus"] == "RETURN_REQUESTED"
    assert [dispute["status"] for dispute in header["disputes"]] == ["NEEDS_RESPONSE"]
    assert parcels(client, made)[0]["fulfillmentHolds"][0]["reasonNotes"] == "two left"


@pytest.mark.parametrize("document", [TAKE_BACK, ASK_BACK, RELEASE], ids=["take back", "ask back", "release"])
def test_a_fulfilment_order_that_is_not_there_is_told(client: Client, document: str) -> None:
    ((_, payload),) = client.data(document, id="gid://shopify/FulfillmentOrder/1").items()

    assert payload["userErrors"][0]["message"] == "Fulfillment order does not exist."


def test_what_is_closed_cannot_be_held(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(fulfilled=1)])

    held = client.data(HOLD, id=made.fulfilment_orders[0], hold={"reason": "OTHER"})["fulfillmentOrderHold"]

    assert held["userErrors"][0]["code"] == "TAKEN"
