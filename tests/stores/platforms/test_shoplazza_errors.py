"""Each row of the vendor's error table: class, code kept, and words that a person can act on."""

from __future__ import annotations

import pytest

from stores.canonical.commands import CancelOrder
from stores.canonical.request import Reason
from stores.kernel.errors import InputRejected, OutcomeUnknown, RemoteRefused
from stores.platforms.shoplazza import Shoplazza, api
from tests.stores.platforms import rig
from tests.stores.platforms.shoplazza import place, recorded
from tests.stores.platforms.shoplazza.errors import ROWS

CANCEL = CancelOrder(order_id="1", reason=Reason.CUSTOMER, refund=False, restock=False, notify=False)


def answered(network, method, row):
    blank = {"body": "", "content_type": "text/plain"}
    network.add(method, place.ANY, status=row.status, **(blank if row.body is None else {"json": row.body}))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_an_effect_that_is_answered_so(row, network):
    answered(network, "POST", row)

    with pytest.raises(row.becomes) as caught:
        place.on_network().carry_out(CANCEL, key="k", tag=rig.TAG)

    assert type(caught.value) is row.becomes
    assert caught.value.code == row.code
    assert row.says in caught.value.user_message
    assert len(network.calls) == 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_read_that_is_answered_so(row, network):
    answered(network, "GET", row)

    with pytest.raises(row.reads or row.becomes) as caught:
        place.on_network().read_order("1")

    assert type(caught.value) is (row.reads or row.becomes)
    assert not isinstance(caught.value, OutcomeUnknown)
    assert caught.value.user_message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errors": ["a", "b"]}, "a; b"),
        ({"errors": {"x": ["a", "b"], "y": "c"}}, "x a; x b; y c"),
        ({"errors": {"refund": {"total": ["bad"]}}}, "refund total bad"),
        ({"error": "alone"}, "alone"),
        ({"message": "only this"}, "only this"),
        ({"errors": [], "error": "second"}, "second"),
        ({"errors": [1, None, {"x": 2}]}, ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_errors_of_every_shape_become_one_message(body, said):
    assert api.flat(body) == said


def test_the_name_of_an_exchange_is_kept(network):
    network.get(place.ANY, status=406, headers={"Request-Id": "abc-123"})

    with pytest.raises(RemoteRefused) as caught:
        place.on_network().read_order("1")

    assert caught.value.request_id == "abc-123"


@pytest.mark.parametrize("order_id", ["", "1/2", "../shop", "1?x=1", "1\n", "é", "x" * 65])
def test_what_is_no_order_id_is_not_asked_for(order_id, network):
    with pytest.raises(RemoteRefused) as caught:
        place.on_network().read_order(order_id)

    assert caught.value.code == "not_found"
    assert not network.calls


def address_of(shop):
    return Shoplazza(rig.connection({"shop": shop}, {"token": "t"}, session=None)).base_url()


@pytest.mark.parametrize("shop", ["demo", "Demo", "demo.myshoplaza.com", " demo "])
def test_a_shop_is_reached_at_its_own_host(shop):
    assert address_of(shop) == "https://demo.myshoplaza.com"


@pytest.mark.parametrize(
    "shop",
    [
        "demo.myshoplazza.com", "demo.myshoplaza.com.evil.example", "-x", "a.b", "",
        "evil.example/.myshoplaza.com", "demo.myshoplaza.com:8080", "démo", "demo.myshoplazaXcom",
    ],
)  # fmt: skip
def test_a_look_alike_host_is_refused(shop):
    with pytest.raises(InputRejected) as caught:
        address_of(shop)
    assert caught.value.field == "shop"


def test_the_token_travels_in_its_own_header(network):
    network.get(place.ANY, json=recorded.order())
    network.get(place.ANY, json=recorded.refunds())
    network.get(place.ANY, json=recorded.transactions())
    place.on_network({"token": "secret"}).read_order(recorded.bare_order()["id"])

    assert {call.request.headers["Access-Token"] for call in network.calls} == {"secret"}
    assert not any("Authorization" in call.request.headers for call in network.calls)
