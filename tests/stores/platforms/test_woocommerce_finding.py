"""What a look proves: our refund, somebody else's, none, or nothing at all because the answer is not whole."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import pytest

from stores.canonical.commands import Absent, Found, FoundForeign, PaymentBack, RefundOrder, Unclear, UnitsBack
from stores.connectors.records import Standing
from stores.kernel.errors import OutcomeUnknown
from stores.kernel.money import Money
from stores.platforms.woocommerce import finding, mapping
from stores.platforms.woocommerce.cancellable import Told
from tests.stores.platforms.rig import OTHER_TAG, TAG
from tests.stores.platforms.woocommerce import place, recorded

BEFORE = mapping.to_order(Told(recorded.order(), recorded.refunds()))
OURS = recorded.refunds()[0] | {"id": 801, "reason": f"Items cancelled {TAG}", "amount": "17.26"}


@pytest.fixture
def world(world):
    world.switch("woocommerce_limit", "none")
    return world


def command(amount="17.26", units="1", **changes):
    back = PaymentBack(payment_id="payment-727", gateway="stripe", amount=Money(Decimal(amount), "EUR"))
    line = UnitsBack(line_id="315", units=Decimal(units), restock=True)
    words = {"lines": (line,), "payments": (back,), "shipping": None}
    return RefundOrder(order_id="727", currency="EUR", **(words | changes))


def cancel():
    return place.cancel(BEFORE)


def look(network, rows, wanted=None, *, order=None, headers=None):
    network.get(f"{place.BASE}/orders/727", json=recorded.order() if order is None else order)
    if rows is not None:
        network.get(f"{place.BASE}/orders/727/refunds", json=rows, headers=headers)
    return place.on_network().find(wanted or command(), tag=TAG, before=BEFORE)


# --- refunds -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({}, Found),
        ({"reason": "", "meta_data": [{"id": 1, "key": "_rescind_refund", "value": TAG}]}, Found),
        ({"amount": "17.25"}, Unclear),
        ({"reason": "Items cancelled"}, FoundForeign),
        ({"reason": f"Items cancelled {OTHER_TAG}"}, FoundForeign),
        ({"reason": "by hand", "refunded_payment": False}, FoundForeign),  # recorded, the money handed over somewhere
        ({"reason": "goodwill", "amount": "5.00"}, Absent),
        ({"reason": "the other half", "line_items": []}, FoundForeign),  # the same money, and no units are named
    ],
    ids=lambda value: str(value)[:60],
)
def test_one_new_refund(network, changes, seen):
    assert isinstance(look(network, [OURS | changes, *recorded.refunds()]), seen)


def test_the_same_money_for_other_units_is_another_refund(network):
    share = OURS["line_items"][0] | {"quantity": -2}
    found = look(network, [OURS | {"reason": "two of them", "line_items": [share]}, *recorded.refunds()])
    assert isinstance(found, Absent)


def test_a_refund_that_stood_there_before_the_plan_is_nobodys_answer(network):
    assert isinstance(look(network, recorded.refunds()), Absent)


@pytest.mark.parametrize(("tag", "by_hand", "is_failed"), [(TAG, False, True), (TAG, True, False)])
def test_our_record_that_the_gateway_did_not_pay_is_failed(network, tag, by_hand, is_failed):
    paid = tuple(dataclasses.replace(p, is_manual=by_hand) for p in command().payments)
    found = look(
        network, [OURS | {"refunded_payment": False}], command(payments=paid), order=recorded.order(refunds=[])
    )
    assert isinstance(found, Found)
    assert found.is_failed is is_failed
    assert ("payment provider" in found.detail) is is_failed


def test_units_are_told_by_line_where_the_shares_name_one():
    told = finding.refund(OURS, command(), BEFORE)
    assert (told.units, told.standing) == ({"315": Decimal(1)}, Standing.DONE)
    share = {name: value for name, value in OURS["line_items"][0].items() if name != "meta_data"}
    by_product = finding.refund(OURS | {"line_items": [share]}, command(), BEFORE)
    assert by_product.units == {"315": Decimal(1)}
    nameless = finding.refund(OURS | {"line_items": [share | {"product_id": 5}]}, command(), BEFORE)
    assert nameless.units is None


# --- what is not whole ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "rows",
    [
        {},
        {"code": "x"},
        None,
        "text",
        [1],
        [{}],
        [{key: value for key, value in OURS.items() if key != "id"}],
        [{key: value for key, value in OURS.items() if key != "amount"}],
        [OURS | {"amount": None}],
        [OURS | {"id": None}],
        [OURS | {"amount": "much"}],
    ],
    ids=lambda rows: str(rows)[:40],
)
def test_half_an_answer_about_refunds_is_unreadable_and_never_absent(network, rows):
    network.get(f"{place.BASE}/orders/727", json=recorded.order(refunds=[]))
    network.get(f"{place.BASE}/orders/727/refunds", body=json.dumps(rows), content_type="application/json")
    with pytest.raises(OutcomeUnknown) as caught:
        place.on_network().find(command(), tag=TAG, before=BEFORE)
    assert caught.value.user_message


@pytest.mark.parametrize("order", [{}, {"id": 727}, {"id": 727, "status": ""}, {"id": 1, "status": "cancelled"}, []])
@pytest.mark.parametrize("wanted", [cancel(), command()], ids=["cancel", "refund"])
def test_half_an_order_is_unreadable_and_never_absent(network, order, wanted):
    with pytest.raises(OutcomeUnknown):
        look(network, None, wanted, order=order)


def test_a_list_that_leaves_out_what_the_order_names_is_no_proof_of_absence(network):
    """A cache in front of the shop, or a page that was cut."""
    named = [{"id": 801, "reason": "", "total": "-17.26"}]
    assert isinstance(look(network, [], order=recorded.order(refunds=named)), Unclear)


def test_refunds_go_on_as_far_as_the_headers_say(network):
    """A host may give fewer rows a page than were asked for: ours is the oldest, on the second page."""
    other = OURS | {"id": 900, "reason": "goodwill", "amount": "1.00"}
    network.get(f"{place.BASE}/orders/727", json=recorded.order(refunds=[]))
    for page, row in (("1", other), ("2", OURS)):
        network.get(f"{place.BASE}/orders/727/refunds?per_page=100&page={page}", json=[row],
                    headers={"X-WP-TotalPages": "2"})  # fmt: skip
    assert isinstance(place.on_network().find(command(), tag=TAG, before=BEFORE), Found)


# --- cancels -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "note", "seen"),
    [
        ("processing", "", Absent),
        ("completed", "", Absent),
        ("cancelled", f"bye {TAG}", Found),
        ("cancelled", "", FoundForeign),
        ("cancelled", f"bye {OTHER_TAG}", FoundForeign),
        ("processing", f"bye {TAG}", Unclear),  # somebody opened it again
        ("processing", f"bye {OTHER_TAG}", Absent),
    ],
)
def test_a_cancel_is_the_orders_own_state_and_our_mark(network, status, note, seen):
    meta = [{"id": 1, "key": "_rescind_cancel", "value": note}] if note else []
    order = recorded.order(status=status, meta_data=meta)
    assert isinstance(look(network, None, cancel(), order=order), seen)
