"""orderCancel: refused at once or in the job, carried out by a job, counted in the ledger."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from sandbox.platforms.shopify.shops import Made
from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from tests.sandbox import documents
from tests.sandbox.conftest import Client

ORIGINAL = {"originalPaymentMethodsRefund": True}
KEEP = {"originalPaymentMethodsRefund": False}
RESULT = """query($id: ID!) { node(id: $id) { ... on OrderCancelJobResult {
 done status errors { code field message } order { cancelledAt cancelReason cancellation { staffNote } } } } }"""


def cancel(client: Client, made: Made, **words: Any) -> Any:
    asked = {"reason": "CUSTOMER", "restock": True, "notify": False, "note": "[op 1]", "method": ORIGINAL} | words
    return client.data(documents.CANCEL, orderId=made.id, **asked)["orderCancel"]


def result(client: Client, payload: Any) -> Any:
    return client.data(RESULT, id=payload["jobResult"]["id"])["node"]


def test_a_paid_order_is_cancelled_by_a_job_and_refunded(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=2, price="10.00")], shipping="5.00")

    payload = cancel(client, made)
    before = result(client, payload)
    world.advance(4)
    after = result(client, payload)

    assert (before["status"], before["order"]["cancelledAt"]) == ("STARTED", None)
    assert (after["done"], after["status"], after["errors"]) == (True, "SUCCEEDED", [])
    assert after["order"]["cancellation"] == {"staffNote": "[op 1]"}
    assert [effect.kind for effect in world.effects(made.id)] == ["cancel", "stock", "refund"]
    assert world.effects(made.id, "refund")[0].amount == Decimal("27.5")
    header = client.data(documents.HEADER, id=made.id)["order"]
    assert header["displayFinancialStatus"] == "REFUNDED"
    assert header["totalOutstandingSet"]["shopMoney"]["amount"] == "0.0"


def test_a_cancel_with_a_refund_gives_back_everything_that_is_left(world: World, client: Client) -> None:
    """Also what was kept on purpose when other units went back: the mutation knows no amount."""
    made = world.make_order(lines=[Line(price="20.00"), Line(price="50.00")], shipping=None, tax="0")
    order = client.data(documents.HEADER, id=made.id)["order"]
    paid = order["transactions"][0]
    first = client.data(documents.LINES, id=made.id)["order"]["lineItems"]["nodes"][0]["id"]
    back = {"orderId": made.id, "kind": "REFUND", "gateway": paid["gateway"], "parentId": paid["id"], "amount": "19.00"}
    units = [{"lineItemId": first, "quantity": 1, "restockType": "NO_RESTOCK"}]
    wanted = {"orderId": made.id, "refundLineItems": units, "transactions": [back]}
    client.data(documents.REFUND, input=wanted, key="k1")

    cancel(client, made)
    world.advance(4)

    assert [effect.amount for effect in world.effects(made.id, "refund")] == [Decimal(19), Decimal(51)]


def test_an_authorised_order_is_voided_whatever_the_method_says(world: World, client: Client) -> None:
    made = world.make_order(pay="authorised")

    cancel(client, made, method=KEEP)
    world.advance(4)

    assert [effect.kind for effect in world.effects(made.id)] == ["cancel", "stock", "void"]
    assert client.data(documents.HEADER, id=made.id)["order"]["displayFinancialStatus"] == "VOIDED"


def test_cancelled_without_refund_keeps_the_money(world: World, client: Client) -> None:
    made = world.make_order()

    cancel(client, made, method=KEEP, restock=False)
    world.advance(4)

    assert [effect.kind for effect in world.effects(made.id)] == ["cancel"]
    assert client.data(documents.HEADER, id=made.id)["order"]["displayFinancialStatus"] == "PAID"


REFUSED = {
    "already cancelled": {"cancelled": "STAFF"},
    "shipped": {"lines": [Line(quantity=2, fulfilled=1)]},
    "pending payment": {"pay": "processing"},
    "active return": {"lines": [Line(fulfilled=1)], "returned": "REQUESTED"},
    "with a service": {"lines": [Line(at="Swift Logistics")], "request": "ACCEPTED"},
}


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_cancelled_is_refused_at_once(world: World, client: Client, words: dict[str, Any]) -> None:
    made = world.make_order(**words)

    payload = cancel(client, made)

    assert (payload["job"], payload["jobResult"]) == (None, None)
    assert [error["code"] for error in payload["orderCancelUserErrors"]] == ["INVALID"]
    assert world.effects(made.id) == []


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_or_in_the_job_when_the_switch_says_so(world: World, client: Client, words: dict[str, Any]) -> None:
    world.switch("cancel_refusals", "job")
    made = world.make_order(**words)

    payload = cancel(client, made)
    world.advance(4)
    after = result(client, payload)

    assert (after["done"], after["status"]) == (True, "FAILED")
    assert after["errors"][0]["code"] == "INVALID"
    assert world.effects(made.id) == []


def test_an_unknown_order_is_not_found(client: Client) -> None:
    payload = cancel(client, Made(id="gid://shopify/Order/1", name="", shop="demo", lines=()))

    assert payload["orderCancelUserErrors"][0]["code"] == "NOT_FOUND"


def test_a_second_queued_cancel_fails_and_acts_once(world: World, client: Client) -> None:
    made = world.make_order()

    first, second = cancel(client, made), cancel(client, made)
    world.advance(5)

    assert result(client, first)["status"] == "SUCCEEDED"
    assert result(client, second)["status"] == "FAILED"
    assert len(world.effects(made.id, "cancel")) == 1


def test_a_closed_location_stops_a_paid_cancel_with_restock(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(at="Old Mill (closed)")])

    payload = cancel(client, made)
    world.advance(5)

    assert result(client, payload)["status"] == "FAILED"


def test_a_closed_location_silently_keeps_the_stock_of_an_unpaid_one(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(at="Old Mill (closed)")], pay="pending")

    payload = cancel(client, made)
    world.advance(5)

    assert result(client, payload)["status"] == "SUCCEEDED"
    assert world.effects(made.id, "stock") == []


def test_version_2026_07_has_no_job_result(world: World) -> None:
    client = Client(world, version="2026-07")
    made = world.make_order()

    answer = client.ask(documents.CANCEL, orderId=made.id, reason="CUSTOMER", restock=True)

    assert answer["errors"][0]["extensions"]["code"] == "undefinedField"


def test_a_job_that_is_stuck_never_finishes(world: World, client: Client) -> None:
    world.fault("stuck_job", on="orderCancel")
    made = world.make_order()

    payload = cancel(client, made)
    world.advance(3_600)

    assert result(client, payload)["status"] == "STARTED"
    assert world.effects(made.id) == []


def test_a_job_can_be_made_to_fail(world: World, client: Client) -> None:
    world.fault("job_fails", on="orderCancel", message="Try later")
    made = world.make_order()

    payload = cancel(client, made)
    world.advance(4)

    assert result(client, payload)["errors"] == [{"code": "INTERNAL_ERROR", "field": None, "message": "Try later"}]
    assert world.effects(made.id) == []


def test_a_user_error_can_be_forced(world: World, client: Client) -> None:
    world.fault("user_error", on="orderCancel", code="NO_REFUND_PERMISSION")
    made = world.make_order()

    assert cancel(client, made)["orderCancelUserErrors"][0]["code"] == "NO_REFUND_PERMISSION"


CREDIT = {
    "company": ({"is_company": True}, {}, "STORE_CREDIT_REFUND_B2B_NOT_SUPPORTED"),
    "no customer": ({"person": None}, {}, "STORE_CREDIT_REFUND_MISSING_CUSTOMER"),
    "expired": ({}, {"expiresAt": "2026-11-01T00:00:00Z"}, "STORE_CREDIT_REFUND_EXPIRATION_IN_PAST"),
}


@pytest.mark.parametrize(("words", "credit", "code"), CREDIT.values(), ids=CREDIT)
def test_store_credit_is_refused_by_code(
    world: World, client: Client, words: dict[str, Any], credit: dict[str, str], code: str
) -> None:
    made = world.make_order(**words)

    payload = cancel(client, made, method={"storeCreditRefund": credit})

    assert payload["orderCancelUserErrors"][0]["code"] == code


def test_store_credit_is_given_instead_of_the_card(world: World, client: Client) -> None:
    made = world.make_order()

    cancel(client, made, method={"storeCreditRefund": {}})
    world.advance(4)

    assert world.effects(made.id, "refund")[0].detail["gateway"] == "store_credit"


def test_a_partly_captured_order_is_refunded_and_voided(world: World, client: Client) -> None:
    made = world.make_order(pay="partly_captured", captured="4.00", shipping=None)  # of 11.00

    cancel(client, made)
    world.advance(4)

    moved = {effect.kind: effect.amount for effect in world.effects(made.id) if effect.amount}
    assert moved == {"refund": Decimal("4.0"), "void": Decimal("7.0")}


def test_many_cancels_at_once_act_once(world: World) -> None:
    made = world.make_order()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: cancel(Client(world), made), range(16)))
    world.advance(10)

    assert len(world.effects(made.id, "cancel")) == 1
    assert len(world.effects(made.id, "refund")) == 1


def test_two_refund_methods_are_refused_by_the_schema(world: World, client: Client) -> None:
    made = world.make_order()
    both = {"originalPaymentMethodsRefund": True, "storeCreditRefund": {}}

    answer = client.ask(documents.CANCEL, orderId=made.id, reason="STAFF", restock=True, method=both)

    assert answer["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"
    assert world.effects(made.id) == []
