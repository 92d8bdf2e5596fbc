"""Each row of the vendor's error table, in both shapes: class, words for a person, and no more than one send."""

from __future__ import annotations

from decimal import Decimal

import pytest
import requests

from stores.canonical.commands import CancelLine, CancelOrder, CancelRest
from stores.canonical.request import Reason
from stores.kernel.errors import (
    CredentialsRejected,
    InputRejected,
    OutcomeUnknown,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.platforms.modern_dropship import capabilities
from tests.stores.platforms.modern_dropship import place
from tests.stores.platforms.modern_dropship.place import BASE
from tests.stores.platforms.rig import KEY, TAG

ORDER = "65f1c0ffee0000000000a001"
CANCEL = CancelOrder(order_id=ORDER, reason=Reason.OUT_OF_STOCK, refund=False, restock=False, notify=False)
REST = CancelRest(order_id=ORDER, reason=Reason.OUT_OF_STOCK)
LINE = CancelLine(
    order_id=ORDER,
    line_id="65f1c0ffee0000000000b002",
    stock_key="TEA-100",
    keep=Decimal(0),
    reason=Reason.CUSTOMER,
    note="bye",
)
URL = f"{BASE}/orders/{ORDER}/cancel"
ITEM_URL = f"{BASE}/orders/{ORDER}/items/{LINE.line_id}/cancel"
PLAIN = {"error": "order is already cancelled"}
LISTED = {"data": None, "error": [{"message": "newQuantity must be less"}, {"message": "than the quantity"}]}


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (400, PLAIN, RemoteRefused, "order is already cancelled"),
        (400, LISTED, RemoteRefused, "newQuantity must be less; than the quantity"),
        (400, {"error": "not found"}, RemoteRefused, "not found"),
        (400, {}, RemoteRefused, "cancelled or shipped meanwhile"),
        (400, {"error": {"message": 3}}, RemoteRefused, "cancelled or shipped meanwhile"),
        (401, {"error": "unauthorized"}, CredentialsRejected, "API key"),
        (404, {"error": "order not found"}, RemoteRefused, "order not found"),
        (415, {"error": "unsupported"}, RemoteRefused, "report it"),
        (429, {"error": "slow"}, RemoteThrottled, "slow down"),
        (500, {"error": "boom"}, OutcomeUnknown, "not known"),
        (502, {"error": "boom"}, OutcomeUnknown, "not known"),
    ],
)
@pytest.mark.parametrize("command", [CANCEL, REST], ids=["whole", "rest"])
def test_an_effect_that_is_answered_so(network, command, status, body, kind, said):
    network.post(URL, status=status, json=body)

    with pytest.raises(kind) as caught:
        place.on_network().carry_out(command, key=KEY, tag=TAG)

    assert type(caught.value) is kind
    assert said in caught.value.user_message
    assert len(network.calls) == 1


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, {"error": "not found"}, RemoteRefused, "not_found"),
        (400, {"error": "bad id"}, RemoteRefused, "400"),
        (401, {"error": "unauthorized"}, CredentialsRejected, "401"),
        (404, {"error": "order not found"}, RemoteRefused, "not_found"),
        (415, {"error": "unsupported"}, RemoteRefused, "415"),
        (429, {"error": "slow"}, RemoteThrottled, "429"),
        (500, {"error": "boom"}, RemoteUnavailable, "500"),
        (200, {"data": None, "error": [{"message": "boom"}]}, RemoteUnavailable, "error_in_200"),
        (200, [], RemoteUnavailable, "bad_shape"),
        (200, {"data": []}, RemoteUnavailable, "bad_shape"),
        (200, {"_id": ORDER}, RemoteUnavailable, "bad_shape"),
        (200, {"_id": ORDER, "updated": "yesterday"}, RemoteUnavailable, "bad_shape"),
        (200, {"_id": ORDER, "updated": "2026-11-19T09:00:00"}, RemoteUnavailable, "bad_shape"),
        (200, {"_id": ORDER, "updated": "2026-11-19T09:00:00Z", "items": [3]}, RemoteUnavailable, "bad_shape"),
    ],
)
def test_a_read_that_is_answered_so(network, status, body, kind, code):
    network.get(f"{BASE}/orders/{ORDER}", status=status, json=body)

    with pytest.raises(kind) as caught:
        place.on_network().read_order(ORDER)

    assert (type(caught.value), caught.value.code) == (kind, code)
    assert caught.value.user_message
    if code in ("error_in_200", "bad_shape"):
        assert caught.value.user_message == str(capabilities.UNREADABLE)


@pytest.mark.parametrize("retry_after", ["7", None])
def test_being_told_to_slow_down_names_its_time(network, retry_after):
    network.post(URL, status=429, json={}, headers={"Retry-After": retry_after} if retry_after else {})

    with pytest.raises(RemoteThrottled) as caught:
        place.on_network().carry_out(CANCEL, key=KEY, tag=TAG)

    assert caught.value.retry_after == float(retry_after or 5)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"data": None, "error": [{"message": "boom"}]},
        {"error": "boom"},
        {"_id": "another", "items": []},
        {"_id": ORDER, "items": []},
        {"_id": ORDER, "items": [{"_id": "1", "quantity": 2, "cancelled": False}]},
        {"_id": ORDER, "items": [{"_id": "1", "quantity": "two", "cancelled": True}]},
        {"_id": ORDER, "items": [{"_id": "1", "quantity": 2, "cancelled": True, "cancelledReason": "not ours"}]},
    ],
)
@pytest.mark.parametrize("command", [CANCEL, REST], ids=["whole", "rest"])
def test_a_200_that_does_not_show_the_effect_proves_nothing(network, command, body):
    network.post(URL, json=body)

    with pytest.raises(OutcomeUnknown):
        place.on_network().carry_out(command, key=KEY, tag=TAG)


@pytest.mark.parametrize("is_boxed", [False, True])
def test_a_recorded_answer_to_a_cancelled_line_is_applied(network, is_boxed):
    network.get(f"{BASE}/orders/{ORDER}", json=place.recorded("order_2022"))
    answer = place.recorded("item_cancelled")
    network.post(ITEM_URL, json={"data": answer} if is_boxed else answer)

    receipt = place.on_network().carry_out(LINE, key=KEY, tag=TAG)

    assert receipt.ids == {"item": LINE.line_id}
    sent = network.calls[1].request
    assert sent.headers["Authorization"] == "a-key-of-the-test"
    assert sent.headers["Accept"] == "application/vnd.convictional.2022-03-03"
    assert sent.body == b'{"reason":"bye [op 7f3a9c21]"}'


@pytest.mark.parametrize(
    "changes",
    [
        {"cancelled": False},
        {"_id": "another"},
        {"cancelledReason": "somebody else's"},
        {"_id": "another", "cancelled": False, "quantity": 1},
    ],
)
def test_an_answer_about_another_line_proves_nothing(network, changes):
    network.get(f"{BASE}/orders/{ORDER}", json=place.recorded("order_2022"))
    network.post(ITEM_URL, json=place.recorded("item_cancelled", **changes))

    with pytest.raises(OutcomeUnknown):
        place.on_network().carry_out(LINE, key=KEY, tag=TAG)


def test_when_the_look_before_a_line_fails_nothing_is_sent(network):
    network.get(f"{BASE}/orders/{ORDER}", body=requests.ConnectionError())

    with pytest.raises(RemoteUnavailable):
        place.on_network().carry_out(LINE, key=KEY, tag=TAG)


@pytest.mark.parametrize("order_id", ["../auth/me", "a/b", "", "a" * 65, "1?x=2", "é"])
def test_an_id_that_is_none_goes_nowhere(order_id):
    shop = place.on_network()
    for act in (lambda: shop.read_order(order_id), lambda: shop.find(REST_OF(order_id), tag=TAG, before=None)):
        with pytest.raises(RemoteRefused) as caught:
            act()
        assert caught.value.code == "not_found"
    with pytest.raises(RemoteRefused):
        shop.carry_out(REST_OF(order_id), key=KEY, tag=TAG)


def REST_OF(order_id):  # noqa: N802  reads like the commands above
    return CancelRest(order_id=order_id, reason=Reason.OTHER)


# --- who may enter -----------------------------------------------------------------------------------
def test_a_suppliers_key_is_accepted(network):
    company = {"_id": "1", "name": "Demo Supply", "commerceType": "seller"}
    network.get(f"{BASE}/auth/me", json={"user": {}, "company": company})

    access = place.on_network().check_access()

    assert (access.shop_name, access.missing, access.api_version) == ("Demo Supply", (), "2022-03-03")


@pytest.mark.parametrize("kind", ["buyer", "", "SELLER"])
def test_a_retailers_key_is_refused_in_words(network, kind):
    network.get(f"{BASE}/auth/me", json={"data": {"company": {"name": "Fern & Field", "commerceType": kind}}})

    with pytest.raises(RemoteRefused) as caught:
        place.on_network().check_access()

    assert "belongs to a retailer" in caught.value.user_message


def test_the_address_can_be_changed(network):
    network.get("https://api.moderndropship.example/auth/me", json={"company": {"commerceType": "seller"}})

    assert place.on_network(base_url="https://api.moderndropship.example/").check_access()


@pytest.mark.parametrize(
    "cursor", ["x", "all|1||", "all|-1||0", "all|１||0", "evil|1||0", "all|999999999||0", "all|1|&x=1|0"]
)
def test_a_strange_cursor_is_refused(cursor):
    with pytest.raises(InputRejected):
        place.on_network().list_orders(since=None, cursor=cursor)
