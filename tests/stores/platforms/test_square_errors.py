"""Each row of the vendor's error table: class, code kept, and words that a person can act on."""

from __future__ import annotations

import pytest

from stores.canonical.commands import CancelOrder, EditOrder, RefundOrder, VoidPayment
from stores.kernel.errors import OutcomeUnknown, RemoteConflict, RemoteRefused, RemoteUnavailable
from tests.stores.platforms.rig import KEY, TAG
from tests.stores.platforms.square import place, recorded
from tests.stores.platforms.square.errors import ROWS

VOID = f"{place.BASE}/payments/{recorded.PAYMENT}/cancel"


def test_each_row_of_the_table_when_an_effect_is_answered_so(network):
    for row in ROWS:
        network.post(VOID, status=row.status, json=row.body)

        with pytest.raises(row.becomes) as caught:
            place.on_network().carry_out(recorded.COMMANDS[VoidPayment], key=KEY, tag=TAG)

        assert type(caught.value) is row.becomes, row
        assert caught.value.code == (row.kept or (row.code if row.status != 429 else caught.value.code)), row
        assert caught.value.answer == row.body, row
        assert row.says in caught.value.user_message, (row, caught.value.user_message)
        assert len(network.calls) == 1, row
        network.reset()


def test_each_row_of_the_table_when_a_read_is_answered_so(network):
    for row in ROWS:
        network.get(place.ANY, status=row.status, json=row.body)

        with pytest.raises(row.reads or row.becomes) as caught:
            place.on_network().read_order(recorded.ORDER)

        assert type(caught.value) is (row.reads or row.becomes), row
        assert caught.value.user_message, row
        network.reset()


def test_a_code_never_makes_a_known_outcome_of_a_status_that_leaves_it_open(network):
    """A 500 that names an inner conflict, or a time-out that names a token, may have acted all the same."""
    for status in (302, 408, 499, 500, 502, 503, 504):
        for code in ("CONFLICT", "VERSION_MISMATCH", "REFUND_ALREADY_PENDING", "UNAUTHORIZED", "NOT_FOUND"):
            network.post(VOID, status=status, json={"errors": [{"category": "API_ERROR", "code": code}]})
            with pytest.raises(OutcomeUnknown) as caught:
                place.on_network().carry_out(recorded.COMMANDS[VoidPayment], key=KEY, tag=TAG)
            assert caught.value.code == code
            network.reset()


def test_a_pending_refund_is_waited_for(network):
    network.assert_all_requests_are_fired = False
    recorded.serve(network, recorded.COMMANDS[RefundOrder])
    network.post(f"{place.BASE}/refunds", status=400,
                 json=next(row.body for row in ROWS if row.code == "REFUND_ALREADY_PENDING"))  # fmt: skip

    with pytest.raises(RemoteConflict) as caught:
        place.on_network().carry_out(recorded.COMMANDS[RefundOrder], key=KEY, tag=TAG)

    assert caught.value.retry_after == 60


# --- 200 that proves nothing ---------------------------------------------------------------------
WRONG = {
    "the state is not what was asked for": (CancelOrder, recorded.unpaid()),
    "another order": (CancelOrder, {"order": recorded.unpaid()["order"] | {"id": "other", "state": "CANCELED"}}),
    "no order": (CancelOrder, {}),
    "an error inside": (CancelOrder, {"errors": [{"category": "API_ERROR", "code": "INTERNAL_SERVER_ERROR"}]}),
    "the line still holds three": (EditOrder, recorded.unpaid()),
    "no refund": (RefundOrder, {"errors": []}),
    "another payment's refund": (RefundOrder, recorded.refund(payment_id="other")),
    "another amount": (RefundOrder, recorded.refund(amount_money={"amount": 1, "currency": "USD"})),
    "a refund in a state nobody knows": (RefundOrder, recorded.refund(status="MAYBE")),
    "a payment that still stands": (VoidPayment, recorded.payment(status="APPROVED")),
    "a list": (VoidPayment, []),
}


def test_a_200_that_does_not_show_the_effect_is_unknown(network):
    network.assert_all_requests_are_fired = False
    for said, (kind, answer) in WRONG.items():
        command = recorded.COMMANDS[kind]
        recorded.serve(network, command)
        method = "PUT" if kind in (CancelOrder, EditOrder) else "POST"
        network.add(method, recorded.EFFECTS[kind], json=answer)

        with pytest.raises(OutcomeUnknown):
            place.on_network().carry_out(command, key=KEY, tag=TAG)
        assert [call for call in network.calls if call.request.method == method], said
        network.reset()


def test_an_answer_in_another_version_is_not_used(network):
    network.assert_all_requests_are_fired = False
    newer = {"Square-Version": "2026-09-16"}
    network.get(place.ANY, json=recorded.order(), headers=newer)
    with pytest.raises(RemoteUnavailable) as read:
        place.on_network().read_order(recorded.ORDER)
    assert "2026-09-16" in read.value.user_message

    network.post(VOID, json=recorded.payment(status="CANCELED"), headers=newer)
    with pytest.raises(OutcomeUnknown):
        place.on_network().carry_out(recorded.COMMANDS[VoidPayment], key=KEY, tag=TAG)


def test_what_is_no_id_is_not_asked_for(network):
    for order_id in ("", "1/2", "../locations", "1?x=1", "1\n", "é", "x" * 193):
        with pytest.raises(RemoteRefused) as caught:
            place.on_network().read_order(order_id)
        assert caught.value.code == "not_found"
    assert not network.calls


def test_every_request_names_the_version_and_bears_the_token(network):
    recorded.serve_all(network)
    place.on_network({"token": "secret"}).read_order(recorded.ORDER)

    for call in network.calls:
        assert call.request.headers["Square-Version"] == "2025-08-20"
        assert call.request.headers["Authorization"] == "Bearer secret"
        assert "secret" not in call.request.url


def test_each_environment_has_its_own_host():
    real, trial = "https://connect.squareup.com", "https://connect.squareupsandbox.com"
    for said, host in (("", real), ("production", real), ("sandbox", trial), ("evil.example", real)):
        assert place.on_network(environment=said).base_url() == host
