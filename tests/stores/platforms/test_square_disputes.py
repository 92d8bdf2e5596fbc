"""Which payments a bank disputes: told of the seller, read with the order."""

from __future__ import annotations

import pytest

from sandbox.platforms.square.payments import PAGE, STATES
from stores.platforms.square import mapping, reading
from tests.stores.platforms.square import place
from tests.stores.platforms.square.place import world as world  # the fixture


def told(order):
    return [(r.is_open, r.stops_refund) for r in order.remarks if r.kind == "dispute"]


@pytest.mark.parametrize("state", sorted(STATES))
def test_a_state_says_whether_it_runs_and_whether_money_may_go_back(world, state):
    order = place.made(world, place.on_world(world), disputed=state)

    is_over = state in ("WON", "INQUIRY_CLOSED")
    assert told(order) == ([] if is_over else [(state not in ("LOST", "ACCEPTED"), True)])


def test_of_many_disputes_those_of_the_order_are_told(world):
    shop = place.on_world(world)
    first = place.home(world).make_order(disputed="EVIDENCE_REQUIRED").id
    for _ in range(PAGE):
        place.home(world).make_order(disputed="EVIDENCE_REQUIRED")

    assert told(shop.read_order(first)) == [(True, True)]
    assert told(place.made(world, shop)) == []


def test_without_the_right_it_is_unknown_and_said(world):
    home = place.home(world)
    home.add_shop("demo", scopes=[s for s in home.fresh("demo")["scopes"] if s != "DISPUTES_READ"])

    order = place.made(world, place.on_world(world), disputed="EVIDENCE_REQUIRED")

    assert [r.kind for r in order.remarks] == ["payment"]
    assert "does not tell" in order.remarks[0].text


def test_cash_is_disputed_by_nobody_and_costs_no_call(world):
    place.made(world, place.on_world(world), source="CASH")

    assert "disputes" not in world.counters()["requests"]


def test_a_list_without_end_is_unknown_instead_of_empty(network):
    network.get(f"{place.BASE}/disputes", json={"disputes": [], "cursor": "a"})
    for letter in "bcdefghijklmnopqrstu":
        network.get(f"{place.BASE}/disputes", json={"disputes": [], "cursor": letter})

    assert reading.disputes_of(place.on_network().api, [{"id": "p", "source_type": "CARD"}]) is None
    network.assert_all_requests_are_fired = False


CARD = [{"id": "p", "source_type": "CARD"}]


def listed(network, *states, **page):
    found = [{"id": f"D{n}", "state": state, "disputed_payment": {"payment_id": "p"}} for n, state in enumerate(states)]
    network.get(f"{place.BASE}/disputes", json={"disputes": found, **page})
    return reading.disputes_of(place.on_network().api, CARD)


def test_a_second_dispute_of_one_payment_is_not_hidden_by_the_first(network):
    """As in the example of Square's own description of the list."""
    assert listed(network, "ACCEPTED", "EVIDENCE_REQUIRED") == (("p", "ACCEPTED"), ("p", "EVIDENCE_REQUIRED"))


@pytest.mark.parametrize("state", ["WAITING_THIRD_PARTY", "UNKNOWN_STATE", "", None])
def test_a_state_that_nobody_knows_stands_against_a_refund(network, state):
    (remark,) = mapping.dispute_remarks(listed(network, state))

    assert (remark.is_open, remark.stops_refund) == (True, True)


def test_a_list_that_leads_back_to_itself_is_unknown_instead_of_short(network):
    network.get(f"{place.BASE}/disputes", json={"disputes": [], "cursor": "a"})

    assert listed(network, cursor="a") is None
