"""Each row of the vendor's error table: class, code kept, and words that a person can act on."""

from __future__ import annotations

import re
from typing import Any

import pytest

from stores.canonical.commands import CancelOrder, RefundOrder, VoidPayment
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.request import Reason
from stores.kernel.errors import (
    JobFailed,
    OutcomeUnknown,
    RemoteConflict,
    RemoteError,
    RemoteRefused,
    RemoteUnavailable,
)
from stores.kernel.http import network as ways
from stores.kernel.http.responses import Answer
from stores.platforms.shopify import Shopify
from tests import make
from tests.stores.platforms import rig
from tests.stores.platforms.shopify.errors import EFFECTS, READS, cancel_error
from tests.stores.platforms.test_shopify import URL

ORDER = "gid://shopify/Order/1"
JOB = "gid://shopify/OrderCancelJobResult/1"
CANCEL = CancelOrder(order_id=ORDER, reason=Reason.CUSTOMER, refund=True, restock=True, notify=False)
REFUND = RefundOrder(order_id=ORDER, currency="USD", lines=(), payments=(), shipping=None)
VOID = VoidPayment(order_id=ORDER, payment_id="gid://shopify/OrderTransaction/1")


@pytest.fixture
def shop():
    session = ways.open_session(ways.Egress())
    return Shopify(rig.connection({"shop": "demo"}, {"token": "t"}, session=session))


def said(body: Any) -> Answer:
    return Answer(200, {}, body)


@pytest.mark.parametrize("row", EFFECTS, ids=lambda row: row.id)
def test_an_effect_that_is_answered_so(row, shop, network):
    network.post(URL, status=row.status, json=row.body if row.body is not None else {})

    with pytest.raises(row.becomes) as caught:
        shop.carry_out(CANCEL, key="k", tag=rig.TAG)

    assert type(caught.value) is row.becomes
    assert caught.value.code == row.code
    assert row.says in caught.value.user_message
    assert len(network.calls) == 1


@pytest.mark.parametrize("row", READS, ids=lambda row: row.id)
def test_a_read_that_is_answered_so(row, shop, network):
    network.post(URL, status=row.status, json=row.body if row.body is not None else {})

    with pytest.raises(row.reads or row.becomes) as caught:
        shop.read_order(ORDER)

    assert type(caught.value) is (row.reads or row.becomes)
    assert not isinstance(caught.value, OutcomeUnknown)
    assert caught.value.user_message


def test_an_order_that_is_not_there_explains_both_causes(shop, network):
    network.post(URL, json={"data": {"order": None}})

    with pytest.raises(RemoteRefused) as caught:
        shop.read_order(ORDER)

    assert caught.value.code == "not_found"
    assert "deleted" in caught.value.user_message
    assert "60 days" in caught.value.user_message
    assert "read_all_orders" in caught.value.user_message


@pytest.mark.parametrize(
    "order_id", ["", "1", "gid://shopify/Product/1", "gid://shopify/Order/1\n", "gid://shopify/Order/x"]
)
def test_what_is_no_order_id_is_not_asked_for(order_id, shop):
    with pytest.raises(RemoteRefused) as caught:
        shop.read_order(order_id)

    assert caught.value.code == "not_found"


@pytest.mark.parametrize("asked", ["7", "Order/7", "gid://shopify/Product/7"])
def test_a_strange_id_is_not_found_and_claims_nothing(asked, world):
    """The simulator says so at the top, as Shopify does: there is no null to read."""
    api = rig.on_world(Shopify, world).api

    with pytest.raises(RemoteRefused) as caught:
        api.read("query One($id: ID!) { order(id: $id) { id } }", {"id": asked}, cost=1)

    assert caught.value.code == "not_found"
    assert not re.search(r"\b(nothing|sent|done|changed)\b", caught.value.user_message.lower())
    assert world.effects() == []


def test_a_throttled_read_waits_a_second_and_is_made_again(shop, network, waited):
    network.post(URL, json=_throttled(available=300))
    network.post(URL, json={"data": {"order": None}})

    with pytest.raises(RemoteRefused, match="no such order"):
        shop.read_order(ORDER)

    assert waited == [1.0]


def test_a_throttled_read_that_must_wait_longer_says_how_long(shop, network):
    network.post(URL, json=_throttled(available=12))

    with pytest.raises(RemoteUnavailable) as caught:
        shop.read_order(ORDER)

    assert caught.value.retry_after == pytest.approx(2.98)


def test_a_bucket_that_can_never_hold_the_read_is_said_so(shop, network):
    network.post(URL, json=_throttled(available=100, maximum=100))

    with pytest.raises(RemoteUnavailable) as caught:
        shop.read_order(ORDER)

    assert caught.value.retry_after == 300
    assert "few calls" in caught.value.user_message


def _throttled(available: int, maximum: int = 2000) -> Any:
    bucket = {"maximumAvailable": maximum, "currentlyAvailable": available, "restoreRate": 100.0}
    cost = {"requestedQueryCost": 310, "actualQueryCost": None, "throttleStatus": bucket}
    return {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": {"cost": cost}}


# --- jobs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["INVALID", "NO_REFUND_PERMISSION"])
def test_a_job_that_failed_is_a_refusal_with_its_code(code, shop, network):
    error = cancel_error(code)["data"]["orderCancel"]["orderCancelUserErrors"][0]
    order = {"id": ORDER, "cancelledAt": None}
    job = {
        "id": "gid://shopify/OrderCancelJobResult/1",
        "done": True,
        "status": "FAILED",
        "errors": [error],
        "order": order,
    }
    network.post(URL, json={"data": {"node": job}})

    with pytest.raises(JobFailed) as caught:
        shop.poll(CANCEL, _accepted(job_result=JOB))

    assert caught.value.code == code


def test_a_job_that_is_done_without_cancelling_has_failed(shop, network):
    job = {"id": JOB, "done": True, "status": "SUCCEEDED", "errors": [],
           "order": {"id": ORDER, "cancelledAt": None}}  # fmt: skip
    network.post(URL, json={"data": {"node": job}})

    with pytest.raises(JobFailed) as caught:
        shop.poll(CANCEL, _accepted(job_result=JOB))

    assert caught.value.code == "not_cancelled"


def test_the_older_version_confirms_a_job_by_the_order(shop, network):
    done = {
        "job": {"id": "j", "done": True},
        "order": {"id": ORDER, "cancelledAt": "2026-11-21T09:30:00Z", "cancelReason": "CUSTOMER"},
    }
    network.post(URL, json={"data": done})

    assert shop.poll(CANCEL, _accepted(job="gid://shopify/Job/1")).outcome is Outcome.APPLIED


def test_a_job_nobody_remembers_is_unknown(shop, network):
    network.post(URL, json={"data": {"node": None}})

    with pytest.raises(OutcomeUnknown):
        shop.poll(CANCEL, _accepted(job_result=JOB))


@pytest.mark.parametrize("row", READS, ids=lambda row: row.id)
@pytest.mark.parametrize(
    "ids", [{"job_result": JOB}, {"job": "gid://shopify/Job/1"}, {"refund": "gid://shopify/Refund/1"}]
)
def test_a_read_that_fails_while_we_ask_after_a_job_is_no_failed_job(ids, row, shop, network):
    network.post(URL, status=row.status, json=row.body if row.body is not None else {})

    with pytest.raises(RemoteError) as caught:
        shop.poll(REFUND if "refund" in ids else CANCEL, _accepted(**ids))

    assert not isinstance(caught.value, JobFailed)


@pytest.mark.parametrize(("command", "name"), [(REFUND, "refund"), (VOID, "transaction")])
def test_a_provider_that_says_no_later_is_a_failed_job(command, name, shop, network):
    payment = {"id": "gid://shopify/OrderTransaction/2", "kind": "REFUND", "status": "FAILURE", "errorCode": None}
    refund = {"id": "gid://shopify/Refund/1", "totalRefundedSet": {}, "transactions": {"nodes": [payment]}}
    network.post(URL, json={"data": {"node": refund if name == "refund" else payment}})

    with pytest.raises(JobFailed):
        shop.poll(command, _accepted(**{name: "gid://shopify/Refund/1"}))


def _accepted(**ids: str) -> Any:
    return Receipt(outcome=Outcome.ACCEPTED, ids=ids)


# --- refunds and voids --------------------------------------------------------------------------------


def refunded(*states: str, amount: str = "10.00", code: str | None = None) -> Any:
    transactions = [{"id": f"gid://shopify/OrderTransaction/{n}", "kind": "REFUND", "status": state, "errorCode": code}
                    for n, state in enumerate(states, start=2)]  # fmt: skip
    refund = {
        "id": "gid://shopify/Refund/1",
        "createdAt": "2026-11-21T09:30:00Z",
        "totalRefundedSet": {"presentmentMoney": {"amount": amount, "currencyCode": "USD"}},
        "transactions": {"nodes": transactions},
    }
    return {"data": {"refundCreate": {"refund": refund, "userErrors": []}}}


@pytest.mark.parametrize("state", ["PENDING", "AWAITING_RESPONSE"])
def test_a_refund_the_provider_has_not_finished_is_polled(state, shop):
    receipt = shop.read_answer(REFUND, said(refunded("SUCCESS", state)))

    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.reported.refund_state == "pending"


@pytest.mark.parametrize("state", ["FAILURE", "ERROR"])
def test_a_refund_the_provider_refused_is_not_paid(state, shop):
    with pytest.raises(RemoteRefused) as caught:
        shop.read_answer(REFUND, said(refunded(state, code="PAYMENT_PROVIDER_ERROR")))

    assert caught.value.code == "PAYMENT_PROVIDER_ERROR"
    assert "Pay back in Shopify" in caught.value.user_message


def test_a_refund_that_moved_nothing_says_so(shop):
    receipt = shop.read_answer(REFUND, said(refunded(amount="0.00")))

    assert receipt.reported.refunded == make.money("0.00")


def test_a_refused_refund_shows_shopifys_own_words(shop):
    error = {
        "field": ["refundLineItems", "0", "quantity"],
        "message": "Quantity cannot exceed the unfulfilled quantity",
    }

    with pytest.raises(RemoteRefused) as caught:
        shop.read_answer(REFUND, said({"data": {"refundCreate": {"refund": None, "userErrors": [error]}}}))

    assert "Quantity cannot exceed the unfulfilled quantity" in caught.value.user_message


def test_a_key_still_running_is_a_conflict_also_as_a_user_error(shop):
    error = {"field": None, "message": "IDEMPOTENCY_CONCURRENT_REQUEST: still running"}

    with pytest.raises(RemoteConflict):
        shop.read_answer(REFUND, said({"data": {"refundCreate": {"refund": None, "userErrors": [error]}}}))


@pytest.mark.parametrize("code", ["AUTH_NOT_SUCCESSFUL", "AUTH_NOT_VOIDABLE", "TRANSACTION_NOT_FOUND", "GENERIC_ERROR"])
def test_a_refused_void_keeps_its_code(code, shop):
    error = {"field": ["parentTransactionId"], "message": "No.", "code": code}

    with pytest.raises(RemoteRefused) as caught:
        shop.read_answer(VOID, said({"data": {"transactionVoid": {"transaction": None, "userErrors": [error]}}}))

    assert caught.value.code == code
    assert "No." not in caught.value.user_message


# --- tokens -------------------------------------------------------------------------------------------


def with_app(shop: str = "demo") -> Shopify:
    settings = {"shop": shop, "client_id": "client-1"}
    return Shopify(rig.connection(settings, {"client_secret": "hush"}, session=ways.open_session(ways.Egress())))


TOKEN_URL = "https://demo.myshopify.com/admin/oauth/access_token"


def test_a_refused_token_is_fetched_anew_once(network):
    network.post(TOKEN_URL, json={"access_token": "first", "expires_in": 86399})
    network.post(URL, status=401, json={"errors": "[API] Invalid API key or access token"})
    network.post(TOKEN_URL, json={"access_token": "second", "expires_in": 86399})
    network.post(URL, json={"data": {"order": None}})

    with pytest.raises(RemoteRefused, match="no such order"):
        with_app().read_order(ORDER)

    tokens = [call.request.headers.get("X-Shopify-Access-Token") for call in network.calls]
    assert tokens == [None, "first", None, "second"]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_wrong_client_credentials_ask_for_a_reconnection(status, network):
    network.post(TOKEN_URL, status=status, json={"error": "invalid_client"})

    with pytest.raises(Exception, match=r".") as caught:
        with_app().read_order(ORDER)

    assert type(caught.value).__name__ == "CredentialsRejected"


@pytest.mark.parametrize("body", [{}, [], {"access_token": 3}, {"access_token": ""}, {"access_token": "a\nb"}])
def test_an_answer_without_a_usable_token_is_no_token(body, network):
    for _ in range(3):
        network.post(TOKEN_URL, json=body)

    with pytest.raises(RemoteUnavailable):
        with_app().read_order(ORDER)
