"""Each row of the vendor's error table: class, code kept, and words that a person can act on."""

from __future__ import annotations

import pytest

from stores.canonical.commands import VoidPayment
from stores.kernel.errors import InputRejected, OutcomeUnknown, RemoteRefused
from stores.platforms.bigcommerce import BigCommerce, capabilities
from tests.stores.platforms import rig
from tests.stores.platforms.bigcommerce import place, recorded
from tests.stores.platforms.bigcommerce.errors import ROWS
from tests.stores.platforms.contract import outcome_of

VOID = VoidPayment(order_id="1", payment_id="stripe")


def answered(network, method, row, url=place.ANY):
    blank = {"body": "", "content_type": "text/plain"}
    told = blank if row.body is None else {"json": row.body}
    network.add(method, url, status=row.status, headers=row.headers, **told)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_an_effect_that_is_answered_so(row, network):
    answered(network, "POST", row)
    if row.becomes is RemoteRefused:  # then it is looked whether the order was released already
        network.get(place.ANY, json=recorded.order(id=1, payment_status="authorized"))

    caught = outcome_of(lambda: place.on_network().carry_out(VOID, key="k", tag=rig.TAG))

    assert type(caught) is row.becomes, caught
    assert (caught.code, row.says in caught.user_message) == (row.code, True), caught.user_message
    assert len([call for call in network.calls if call.request.method == "POST"]) == 1
    if row.waits is not None:
        assert caught.retry_after == row.waits


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_read_that_is_answered_so(row, network):
    answered(network, "GET", row)

    caught = outcome_of(lambda: place.on_network().read_order("1"))

    assert type(caught) is (row.reads or row.becomes), caught
    assert not isinstance(caught, OutcomeUnknown)
    assert caught.user_message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([{"status": 404, "message": "no"}, {"message": "really"}], "no; really"),
        ({"title": "T", "errors": {"a": "b", "c": 1}}, "T; a b"),
        ({"data": [{"title": "T"}, {"error": "E"}]}, "T; E"),
        ({"errors": ["x", 2]}, "x"),
        ({"data": {"title": "inside"}}, "inside"),
        ("text", ""),
        (None, ""),
        ([None, 3, []], ""),
    ],
)
def test_errors_of_every_shape_become_one_message(body, said):
    assert capabilities.flat(body) == said


def test_a_refusal_that_could_not_be_looked_at_is_unknown(network):
    """A doubled request is refused too; as long as nobody looked, it is open which one this was."""
    network.post(place.ANY, status=422, json={"title": "is not authorized"})
    network.get(place.ANY, status=500)

    with pytest.raises(OutcomeUnknown):
        place.on_network().carry_out(VOID, key="k", tag=rig.TAG)


@pytest.mark.parametrize("order_id", ["", "1/2", "../store", "1?x=1", "1\n", "é", "abc", "9" * 19])
def test_what_is_no_order_id_is_not_asked_for(order_id, network):
    with pytest.raises(RemoteRefused) as caught:
        place.on_network().read_order(order_id)

    assert caught.value.code == "not_found"
    assert not network.calls


def address_of(store_hash):
    settings = {"store_hash": store_hash}
    return BigCommerce(rig.connection(settings, {"token": "t"}, session=None)).api.url


def test_a_store_is_reached_by_its_hash_alone():
    for said in ("demo", " Demo ", "DEMO"):
        assert address_of(said) == "https://api.bigcommerce.com/stores/demo"
    for said in ("", "a", "../x", "demo/v2", "démo", "demo.example.com", "x" * 41, "store-demo"):
        with pytest.raises(InputRejected) as caught:
            address_of(said)
        assert caught.value.field == "store_hash"


def test_the_token_travels_in_its_own_header(network):
    network.get(place.ANY, json=[])
    place.on_network({"token": "secret"}).list_orders(since=None)

    (call,) = network.calls
    assert call.request.headers["X-Auth-Token"] == "secret"
    assert call.request.headers["Accept"] == "application/json"
    assert "Authorization" not in call.request.headers


@pytest.mark.parametrize(
    ("left", "reset", "pace", "available"),
    [
        (100, 20_000, 5.0, None),
        (10, 20_000, 5.0, 1 - 2 * 5.0),
        (0, 12_000, 5.0, 1 - 12 * 5.0),
        (14, 2_000, 5.0, 1 - 5 / 7),
    ],
)
def test_what_is_left_of_a_window_is_spread_over_its_rest(network, left, reset, pace, available):
    told = {"Requests-Quota": "150", "Requests-Left": str(left), "Time-Reset-Ms": str(reset)}
    network.get(place.ANY, json=[], headers={f"X-Rate-Limit-{name}": said for name, said in told.items()})
    shop = place.on_network()
    usage = shop.api.usage(shop.connection.transport.send("GET", f"{place.BASE}/v2/orders", caller=shop.api))

    assert usage.per_second == pace
    assert usage.available == (None if available is None else pytest.approx(available))


def test_an_answer_without_limits_keeps_the_smallest_plan(network):
    network.get(place.ANY, json=[], headers={"X-Rate-Limit-Requests-Quota": "soon"})
    shop = place.on_network()
    usage = shop.api.usage(shop.connection.transport.send("GET", f"{place.BASE}/v2/orders", caller=shop.api))
    assert (usage.per_second, usage.maximum, usage.available) == (5.0, 1.0, None)
