"""Was it us? What BigCommerce shows after a lost answer, and what the judge makes of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from stores.canonical.commands import (
    Absent,
    CancelOrder,
    Finding,
    Found,
    FoundForeign,
    PaymentBack,
    RefundOrder,
    Unclear,
    UnitsBack,
    VoidPayment,
)
from stores.canonical.order import Order, Refund
from stores.canonical.request import Reason
from stores.connectors.records import IN_ALL, Standing
from stores.kernel.errors import OutcomeUnknown, RemoteUnavailable
from stores.kernel.money import Money
from stores.platforms.bigcommerce import mapping, money
from stores.platforms.bigcommerce.cancellable import Read
from stores.platforms.bigcommerce.money import Rates
from tests.stores.platforms.bigcommerce import place, recorded
from tests.stores.platforms.bigcommerce.place import BASE
from tests.stores.platforms.rig import KEY, OTHER_TAG, TAG

CANCEL = CancelOrder(order_id="900001", reason=Reason.OTHER, refund=False, restock=False, notify=False)
VOID = VoidPayment(order_id="900001", payment_id="stripe")
REFUNDS = f"{BASE}/v3/orders/900001/payment_actions/refunds"
ROWS = f"{BASE}/v3/orders/900001/transactions"


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def back(*amounts: tuple[str, str]) -> RefundOrder:
    """One mug, through these payments."""
    return RefundOrder(
        order_id="900001",
        currency="USD",
        lines=(UnitsBack(line_id="900006", units=Decimal(1), restock=False),),
        payments=tuple(PaymentBack(payment_id=p, gateway=p, amount=usd(amount)) for p, amount in amounts),
        shipping=None,
    )


def record(ident: int, *paid: tuple[str, float], reason: str = f"bye {TAG}", **words: Any) -> dict[str, Any]:
    return {
        "id": ident, "order_id": 900001, "created": "2026-11-21T12:00:00+00:00", "reason": reason,
        "items": [{"item_type": "PRODUCT", "item_id": 900006, "quantity": 1, "reason": reason}],
        "payments": [
            {"id": ident * 10 + place, "provider_id": provider, "amount": amount, "offline": False,
             "is_declined": False, "declined_message": "", "transaction_id": ""} | words
            for place, (provider, amount) in enumerate(paid)
        ],
    }  # fmt: skip


def row(ident: int, event: str, gateway: str, amount: float, **words: Any) -> dict[str, Any]:
    return {"id": ident, "event": event, "gateway": gateway, "amount": amount, "currency": "USD", "status": "ok",
            "gateway_transaction_id": f"gw-{ident}", "date_created": "2026-11-21T12:00:05+00:00"} | words  # fmt: skip


BOUGHT = [row(1, "purchase", "stripe", 40.0), row(2, "purchase", "braintree", 35.22)]


@pytest.fixture
def before() -> Order:
    """As the plan saw it: paid by two cards, nothing refunded."""
    raw = recorded.order(status_id=11, payment_status="captured")
    rows = [one | {"amount": Decimal(str(one["amount"]))} for one in BOUGHT]
    return mapping.to_order(Read(raw, paid=money.to_payments(raw, rows, [], Rates.of(raw))))


def look(network, before: Order, command: RefundOrder, records: Any, rows: Any = ()) -> Finding:
    network.get(REFUNDS, json=records if isinstance(records, dict) else {"data": records, "meta": {}})
    network.get(ROWS, json={"data": [*BOUGHT, *rows]})
    network.assert_all_requests_are_fired = False
    return place.on_network().find(command, tag=TAG, before=before)


# --- refunds -------------------------------------------------------------------------------------------
ONE = back(("stripe", "11.00"))
TWO = back(("stripe", "7.00"), ("braintree", "4.00"))
PAID = row(9, "refund", "stripe", 11.0)


@pytest.mark.parametrize(
    ("command", "records", "rows", "expected"),
    [
        pytest.param(ONE, [], [], Absent, id="nothing"),
        pytest.param(ONE, [record(6, ("stripe", 11.0))], [PAID], Found, id="ours, paid"),
        pytest.param(ONE, [record(6, ("stripe", 11.0), reason="by hand")], [PAID], FoundForeign, id="a twin by hand"),
        pytest.param(ONE, [record(6, ("stripe", 11.0), reason=f"x {OTHER_TAG}")], [PAID], FoundForeign, id="another"),
        pytest.param(ONE, [record(6, ("stripe", 11.0), reason="")], [], FoundForeign, id="a twin still on its way"),
        pytest.param(ONE, [record(6, ("stripe", 12.0), reason="by hand")], [], Absent, id="by hand, another amount"),
        pytest.param(ONE, [record(6, ("stripe", 12.0))], [], Unclear, id="our mark, another amount"),
        pytest.param(ONE, [record(6, ("storecredit", 11.0), reason="")], [], FoundForeign, id="the same as credit"),
        pytest.param(TWO, [record(6, ("stripe", 7.0), ("braintree", 4.0))],
                     [row(8, "refund", "stripe", 7.0), row(9, "refund", "braintree", 4.0)], Found, id="two cards"),
        pytest.param(TWO, [record(6, ("stripe", 4.0), ("braintree", 7.0), reason="")], [], Absent, id="other split"),
        pytest.param(TWO, [record(6, ("stripe", 4.0), ("braintree", 7.0))], [], Unclear, id="our mark, other split"),
        pytest.param(ONE, [record(6, ("stripe", 11.0), reason="", is_declined=True)], [], Absent, id="declined"),
    ],
)  # fmt: skip
def test_whose_refund_it_is(network, before, command, records, rows, expected):
    assert type(look(network, before, command, records, rows)) is expected


def test_how_far_our_own_refund_got(network, before):
    """Recorded is not paid: pending until a transaction says so, failed where the provider declined."""
    pending = look(network, before, ONE, [record(6, ("stripe", 11.0))])
    assert pending == Found(ids={"refund": "6"}, detail="It is there, with our mark.", is_pending=True)
    network.reset()
    said = {"is_declined": True, "declined_message": "Card expired."}
    failed = look(network, before, ONE, [record(6, ("stripe", 11.0), **said)])
    assert isinstance(failed, Found)
    assert (failed.is_failed, "Card expired." in failed.detail) == (True, True)


def test_a_refund_declined_in_part_is_failed_when_ours_and_unclear_when_not(network, before):
    for mark, expected in ((f"bye {TAG}", Found), ("by hand", Unclear)):
        told = record(6, ("stripe", 7.0), ("braintree", 4.0), reason=mark)
        told["payments"][1] |= {"is_declined": True}
        found = look(network, before, TWO, [told], [row(8, "refund", "stripe", 7.0)])
        assert type(found) is expected
        assert getattr(found, "is_failed", True)
        network.reset()


@pytest.mark.parametrize(
    ("rows", "is_pending"),
    [
        pytest.param([row(9, "void", "braintree", 4.0)], False, id="the same payment and amount"),
        pytest.param([row(9, "void", "braintree", 4.0), row(7, "refund", "braintree", 4.0, status="error")], False,
                     id="after a refund that failed"),
        pytest.param([row(9, "void", "braintree", 3.0)], True, id="another amount"),
        pytest.param([row(9, "void", "stripe", 4.0)], True, id="another payment"),
        pytest.param([row(9, "void", "braintree", 4.0, date_created="2026-11-21T11:59:59+00:00")], True,
                     id="a hold that was released before"),
    ],
)  # fmt: skip
def test_a_refund_that_fell_back_to_a_void_is_ours(network, before, rows, is_pending):
    """Changelog of 2026-10-02: Braintree's history shows an unsettled refund as a void."""
    found = look(network, before, back(("braintree", "4.00")), [record(6, ("braintree", 4.0))], rows)

    assert isinstance(found, Found)
    assert (found.ids, found.is_pending, found.is_failed) == ({"refund": "6"}, is_pending, False)


def test_money_and_units_are_told_by_payment_and_line(network, before):
    shop = place.on_network()
    parts = [record(6, ("stripe", 7.0), ("braintree", 4.0)), record(7, ("custom", 2.5))]
    parts[0]["items"].append({"item_type": "SHIPPING", "item_id": 900002, "requested_amount": "3.00"})
    network.get(REFUNDS, json={"data": parts})
    network.get(ROWS, json={"data": BOUGHT})

    first, second = shop.records(TWO, before=before).records

    assert first.money == {"stripe": usd("7.00"), "braintree": usd("4.00")}
    assert (first.units, first.ids, first.standing) == ({"900006": Decimal(1)}, {"refund": "6"}, Standing.PENDING)
    assert second.money == {IN_ALL: usd("2.50")}


# --- half an answer ------------------------------------------------------------------------------------
HALF: dict[str, Any] = {
    "an empty object": {},
    "no data": {"data": None, "meta": {}},
    "a refund without items": {"data": [{name: said for name, said in record(6).items() if name != "items"}]},
    "a refund without payments": {"data": [record(6) | {"payments": None}]},
    "a refund without an id": {"data": [record(6) | {"id": None}]},
}


@pytest.mark.parametrize("body", HALF.values(), ids=HALF.keys())
def test_half_a_list_of_refunds_is_unreadable_not_absent(network, before, body):
    with pytest.raises(OutcomeUnknown):
        look(network, before, ONE, body)


def test_a_list_of_several_pages_is_read_to_its_end(network, before):
    """A refund on the second page is no absent one."""
    for page in (1, 2):
        meta = {"pagination": {"total_pages": 2, "current_page": page}}
        told = [record(6, ("stripe", 11.0))] if page == 2 else [record(5, ("stripe", 1.0), reason="")]
        network.get(REFUNDS, json={"data": told, "meta": meta})
    network.get(ROWS, json={"data": BOUGHT})

    assert isinstance(place.on_network().find(ONE, tag=TAG, before=before), Found)


@pytest.mark.parametrize("command", [CANCEL, VOID], ids=["cancel", "void"])
@pytest.mark.parametrize("lacks", ["id", "status_id", "staff_notes", "payment_status", "everything", "another order"])
def test_half_an_order_is_unreadable_not_absent(network, before, command, lacks):
    told = recorded.order(status_id=11, payment_status="authorized")
    told.pop(lacks, None)
    told = {} if lacks == "everything" else told | {"id": 2} if lacks == "another order" else told
    network.get(f"{BASE}/v2/orders/900001", json=told)
    needed = {"id", "everything", "another order"} | ({"status_id", "staff_notes"} if command is CANCEL else {
        "payment_status"})  # fmt: skip

    if lacks in needed:
        with pytest.raises(OutcomeUnknown):
            place.on_network().find(command, tag=TAG, before=before)
    else:
        assert isinstance(place.on_network().find(command, tag=TAG, before=before), Absent)


@pytest.mark.parametrize("told", [{}, {"consignments": None}, {"consignments": []}, {"consignments": {}},
                                  {"consignments": {"shipping": [{"id": 1}]}}])  # fmt: skip
def test_an_order_whose_lines_are_left_out_is_no_empty_order(network, told):
    """Read once, it would say that the lines no longer stand."""
    raw = recorded.order() | {"consignments": None} | told
    network.get(f"{BASE}/v2/orders/900001", json=raw)
    network.get(place.ANY, json={"data": []})
    network.assert_all_requests_are_fired = False

    with pytest.raises(RemoteUnavailable) as caught:
        place.on_network().read_order("900001")
    assert caught.value.code == "bad_shape"


# --- the status and the hold ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "notes", "expected"),
    [
        (5, f"bye {TAG}", Found), (5, "called", FoundForeign), (5, f"bye {OTHER_TAG}", FoundForeign),
        (5, None, FoundForeign), (11, "called", Absent), (11, None, Absent), (11, f"bye {TAG}", Unclear),
        (11, f"bye {OTHER_TAG}", Absent), (4, f"bye {TAG}", Unclear),
    ],
)  # fmt: skip
def test_whose_cancellation_it_is(network, before, status, notes, expected):
    network.get(f"{BASE}/v2/orders/900001", json=recorded.order(status_id=status, staff_notes=notes))

    assert type(place.on_network().find(CANCEL, tag=TAG, before=before)) is expected


def test_a_refund_with_the_number_of_the_order_hides_no_cancellation(network, before):
    known = replace(
        before, refunds=(Refund(id="900001", created_at=before.placed_at, note="", amount=before.totals.refunded),)
    )
    network.get(f"{BASE}/v2/orders/900001", json=recorded.order(status_id=5, staff_notes=""))

    assert isinstance(place.on_network().find(CANCEL, tag=TAG, before=known), FoundForeign)


VOIDS = {
    "void": Found, "void pending": Found, "authorized": Absent, "captured": FoundForeign, "paid": FoundForeign,
    "refunded": FoundForeign, "declined": FoundForeign, "capture pending": Unclear, "held for review": Unclear,
    "": Unclear, "something new": Unclear,
}  # fmt: skip


@pytest.mark.parametrize("word", VOIDS)
def test_what_became_of_a_hold(network, before, word):
    network.get(f"{BASE}/v2/orders/900001", json=recorded.order(payment_status=word))

    found = place.on_network().find(VOID, tag=TAG, before=before)

    assert type(found) is VOIDS[word]
    assert getattr(found, "is_pending", False) is (word == "void pending")


def test_nothing_tells_who_moved_stock(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    assert isinstance(shop.find(place.stock(order), tag=TAG, before=order), Unclear)


# --- on the simulator: a lost request and a colleague ----------------------------------------------------
def test_the_reading_of_a_refund_asks_for_transactions_only_where_one_may_be_unpaid(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    asked = world.counters()["requests"]["transactions"]
    shop.find(command, tag=TAG, before=order)
    assert world.counters()["requests"]["transactions"] == asked
    shop.carry_out(command, key=KEY, tag=TAG)
    shop.find(command, tag=TAG, before=order)
    assert world.counters()["requests"]["transactions"] == asked + 1
