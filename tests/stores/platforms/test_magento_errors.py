"""Each row of the vendor's error table: class, code kept, and words that a person can act on. And what 200 may hold."""

from __future__ import annotations

from decimal import Decimal

import pytest

from stores.canonical.commands import CancelOrder, PaymentBack, RefundOrder
from stores.canonical.request import Reason
from stores.kernel.errors import CredentialsRejected, InputRejected, OutcomeUnknown, RemoteRefused, RemoteUnavailable
from stores.kernel.money import Money
from stores.platforms.magento import api, writing
from tests.stores.platforms import rig
from tests.stores.platforms.magento import place, recorded
from tests.stores.platforms.magento.errors import REPORT, RIGHT, ROWS, body_of

CANCEL = CancelOrder(order_id="17", reason=Reason.CUSTOMER, refund=False, restock=True, notify=False)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_an_effect_that_is_answered_so(row, network):
    network.get(f"{place.BASE}/orders/17", json=recorded.unpaid())
    network.add("POST", place.ANY, status=row.status, **body_of(row))

    with pytest.raises(row.becomes) as caught:
        place.on_network().carry_out(CANCEL, key="k", tag=rig.TAG)

    assert type(caught.value) is row.becomes
    assert caught.value.code == row.code
    assert row.says in caught.value.user_message
    assert caught.value.status == row.status
    assert [call.request.method for call in network.calls] == ["GET", "POST"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_read_that_is_answered_so(row, network):
    network.add("GET", place.ANY, status=row.status, **body_of(row))

    with pytest.raises(row.reads or row.becomes) as caught:
        place.on_network().read_order("17")

    assert type(caught.value) is (row.reads or row.becomes)
    assert caught.value.user_message


def test_of_a_credit_memo_only_known_refusals_are_believed(network, monkeypatch):
    """A mail that cannot leave fails after the commit, with 400; and texts are translated, also the one of two truths.

    The table above is for cancel; here its rows of status 400, and others.
    """
    monkeypatch.setattr(writing, "guard_refund", lambda *_args: None)
    monkeypatch.setattr(writing, "refund_body", lambda *_args: {"items": []})
    payment = PaymentBack(payment_id=str(recorded.invoice()["entity_id"]), gateway="", amount=Money(Decimal(1), "EUR"))
    command = RefundOrder(order_id="17", currency="EUR", lines=(), payments=(payment,), shipping=None)
    rows = [row for row in ROWS if row.status == 400 and row.id != "several errors"]
    said = [(body_of(row), row.becomes) for row in rows] + [
        ({"json": {"message": text}}, OutcomeUnknown)
        for text in ("Unable to send mail. Please try again later.", "Die Gutschrift konnte nicht gespeichert werden.")
    ]
    network.get(f"{place.BASE}/orders/17", json=recorded.order())
    network.get(f"{place.BASE}/invoices", json=recorded.found(recorded.invoice()))
    for body, becomes in said:
        answer = network.add("POST", place.ANY, status=400, **body)
        with pytest.raises(becomes) as caught:
            place.on_network().carry_out(command, key="k", tag=rig.TAG)
        assert type(caught.value) is becomes, body
        assert "othing was" not in caught.value.user_message
        network.remove(answer)


def test_a_right_is_told_from_an_ended_token_by_what_was_answered_before(network):
    """One text for both: where this very connection was let in a moment ago, it is the right that lacks."""
    network.get(f"{place.BASE}/orders/17", json=recorded.order())
    body = {"message": RIGHT, "parameters": {"resources": "a::b"}}
    network.get(f"{place.BASE}/invoices", status=401, json=body)

    with pytest.raises(RemoteRefused) as caught:
        place.on_network().read_order("17")

    assert caught.value.code == "acl"
    assert "a::b" in caught.value.user_message


def test_the_report_id_is_kept_for_their_support(network):
    network.get(place.ANY, status=500, json={"message": REPORT})

    with pytest.raises(RemoteUnavailable) as caught:
        place.on_network().read_order("17")

    assert caught.value.request_id == "webapi-65f0c1a2b3d4e"


def test_a_used_nonce_is_tried_once_more_where_nothing_can_happen(network):
    network.get(f"{place.BASE}/orders/17", status=401, json={"message": "oauth_problem=nonce_used"})
    network.get(f"{place.BASE}/orders/17", json=recorded.unpaid())

    assert place.on_network().read_order("17").number
    nonces = {call.request.headers["Authorization"].split("oauth_nonce=")[1][:34] for call in network.calls}
    assert len(nonces) == 2


def test_a_used_nonce_that_stays_used_is_told(network):
    network.get(place.ANY, status=401, json={"message": "The nonce is already being used by the consumer"})

    with pytest.raises(CredentialsRejected):
        place.on_network().read_order("17")
    assert len(network.calls) == 2


@pytest.mark.parametrize("body", ["", "null", '"yes"', "1", "{}", "[]", "True", "<html></html>"])
def test_an_answer_to_cancel_that_is_neither_true_nor_false_proves_nothing(body, network):
    network.get(f"{place.BASE}/orders/17", json=recorded.unpaid())
    network.post(place.ANY, body=body, content_type="application/json")

    with pytest.raises(OutcomeUnknown):
        place.on_network().carry_out(CANCEL, key="k", tag=rig.TAG)


def test_false_is_a_refusal_that_names_the_rule(network):
    network.get(f"{place.BASE}/orders/17", json=recorded.unpaid())
    network.post(place.ANY, json=False)

    with pytest.raises(RemoteRefused) as caught:
        place.on_network().carry_out(CANCEL, key="k", tag=rig.TAG)

    assert caught.value.code == "not_cancelled"
    assert "something is not invoiced" in caught.value.user_message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "%1 of %2", "parameters": ["a", 2]}, "a of 2"),
        ({"message": "%1 of %2", "parameters": ["a"]}, "a of %2"),
        ({"message": "%name!", "parameters": {"name": "x"}}, "x!"),
        ({"message": "100 % sure", "parameters": ["x"]}, "100 % sure"),
        ({"message": None, "errors": [{"message": "b"}, "c"]}, "b"),
        ({"message": "a", "errors": "b", "trace": "secret"}, "a"),
        ({"parameters": []}, ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_parameters_are_put_in_before_anybody_reads_it(body, said):
    assert api.message(body) == said


@pytest.mark.parametrize("order_id", ["", "1/2", "../store", "1?x=1", "1\n", "é", "9" * 19, "-1"])
def test_what_is_no_order_id_is_not_asked_for(order_id, network):
    with pytest.raises(RemoteRefused) as caught:
        place.on_network().read_order(order_id)

    assert caught.value.code == "not_found"
    assert not network.calls


@pytest.mark.parametrize(
    ("shop", "base"),
    [
        ("shop.example.com", "https://shop.example.com"),
        (" Shop.Example.com/ ", "https://shop.example.com"),
        ("https://shop.example.com/store/eu", "https://shop.example.com/store/eu"),
        ("shop.example.com:8443", "https://shop.example.com:8443"),
    ],
)
def test_a_shop_is_reached_at_its_own_address(shop, base, network):
    assert place.on_network(shop=shop).base_url() == base


@pytest.mark.parametrize(
    "shop",
    ["", "shop", "http://shop.example.com", "user@shop.example.com", "shop.example.com?x=1", "shop.example.com/#a",
     "shop.example.com/../x", "-a.example", "shop..example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(shop):
    with pytest.raises(InputRejected) as caught:
        place.on_network(shop=shop).base_url()
    assert caught.value.field == "shop"


def test_another_store_code_stands_in_the_address(network):
    network.get("https://demo.magento.example/rest/all/V1/orders/17", json=recorded.unpaid())
    assert place.on_network(store_code="all").read_order("17")
    with pytest.raises(InputRejected):
        place.on_network(store_code="../x")
