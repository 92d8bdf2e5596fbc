"""Each row of the vendor's error table: class, code kept, and words that a person can act on."""

from __future__ import annotations

import json

import pytest

from stores.canonical.commands import CancelOrder
from stores.canonical.request import Reason
from stores.kernel.errors import OutcomeUnknown, RemoteRefused
from tests.stores.platforms import rig
from tests.stores.platforms.woocommerce import place, recorded
from tests.stores.platforms.woocommerce.errors import ROWS

CANCEL = CancelOrder(order_id="727", reason=Reason.CUSTOMER, refund=False, restock=True, notify=False)


def told(row):
    kind = "text/html" if isinstance(row.body, str) else "application/json"
    return {"status": row.status, "content_type": kind, "body": row.body if isinstance(row.body, str) else
            json.dumps(row.body)}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_an_effect_that_is_answered_so(row, network):
    network.get(place.ANY, json=recorded.order(refunds=[]))
    network.put(place.ANY, **told(row))

    with pytest.raises(row.becomes) as caught:
        place.on_network().carry_out(CANCEL, key="k", tag=rig.TAG)

    assert type(caught.value) is row.becomes
    assert caught.value.code == row.code
    assert row.says in caught.value.user_message
    assert [call.request.method for call in network.calls] == ["GET", "PUT"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_read_that_is_answered_so(row, network):
    network.get(place.ANY, **told(row))

    with pytest.raises(row.reads or row.becomes) as caught:
        place.on_network().read_order("727")

    assert type(caught.value) is (row.reads or row.becomes)
    assert not isinstance(caught.value, OutcomeUnknown)
    assert caught.value.user_message


def test_a_shop_that_speaks_another_language_is_sorted_by_code_alone(network):
    """Messages are translated; nothing but words for people depends on them."""
    network.get(place.ANY, json=recorded.order(refunds=[]))
    body = {"code": "woocommerce_rest_cannot_create_order_refund", "message": "Ungültiger Betrag.", "data": 500}
    network.put(place.ANY, json=body, status=500)

    with pytest.raises(RemoteRefused) as caught:
        place.on_network().carry_out(CANCEL, key="k", tag=rig.TAG)

    assert "Ungültiger Betrag." in caught.value.user_message


@pytest.mark.parametrize("order_id", ["", "1/2", "../shop", "1?x=1", "1\n", "é", "x", "9" * 20])
def test_what_is_no_order_id_is_not_asked_for(order_id, network):
    with pytest.raises(RemoteRefused) as caught:
        place.on_network().read_order(order_id)

    assert caught.value.code == "not_found"
    assert not network.calls


def test_a_page_of_the_host_never_makes_an_order_forgotten(network):
    """Only WooCommerce's own word says that an order is gone."""
    network.get(place.ANY, status=404, body="<html>no</html>")

    with pytest.raises(RemoteRefused) as caught:
        place.on_network().read_order("727")

    assert caught.value.code != "not_found"
