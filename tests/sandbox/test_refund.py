"""refundCreate: shares, checks, keys, gateways, and what NO_RESTOCK does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from sandbox.platforms.shopify.shops import Made
from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from tests.sandbox import documents
from tests.sandbox.conftest import Client

KEY = "6f1c9a52-0000-4000-8000-000000000001"


def suggested(client: Client, made: Made, **words: Any) -> Any:
    return client.data(documents.SUGGEST, id=made.id, **words)["order"]["suggestedRefund"]


def refund(client: Client, made: Made, lines: list[Any], *, key: str = KEY, **words: Any) -> Any:
    """Refunds what the platform suggests for these lines."""
    told = suggested(client, made, items=lines)
    payments = [
        {
            "orderId": made.id,
            "kind": "REFUND",
            "gateway": part["gateway"],
            "parentId": part["parentTransaction"]["id"],
            "amount": part["amountSet"]["presentmentMoney"]["amount"],
        }
        for part in told["suggestedTransactions"]
    ]
    wanted = {"orderId": made.id, "refundLineItems": lines, "transactions": payments, "note": "[op 2]"} | words
    return client.ask(documents.REFUND, input=wanted, key=key)


def taking(made: Made, units: int, kind: str = "CANCEL", line: int = 0) -> dict[str, Any]:
    return {"lineItemId": made.lines[line], "quantity": units, "restockType": kind}


def test_units_leave_and_their_share_goes_back(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=3, price="3.33"), Line(price="20.00")], discount="1.00")

    payload = refund(client, made, [taking(made, 1)])["data"]["refundCreate"]

    assert payload["userErrors"] == []
    assert payload["refund"]["totalRefundedSet"]["shopMoney"]["amount"] == "3.54"  # 3.22 + 0.32 tax
    line = client.data(documents.LINES, id=made.id)["order"]["lineItems"]["nodes"][0]
    assert (line["currentQuantity"], line["refundableQuantity"], line["unfulfilledQuantity"]) == (2, 2, 2)
    header = client.data(documents.HEADER, id=made.id)["order"]
    assert (header["displayFinancialStatus"], header["cancelledAt"]) == ("PARTIALLY_REFUNDED", None)
    assert header["totalOutstandingSet"]["shopMoney"]["amount"] == "0.0"


def test_one_unit_at_a_time_adds_up_exactly(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=7, price="3.33", discount="1.00")], shipping=None, tax="0.0825")

    for unit in range(7):
        answer = refund(client, made, [taking(made, 1)], key=f"key-{unit}")
        assert answer["data"]["refundCreate"]["userErrors"] == []

    paid = world.order(made.id)["original"]["total"]
    assert sum(effect.amount for effect in world.effects(made.id, "refund")) == Decimal(paid) / 100
    assert client.data(documents.HEADER, id=made.id)["order"]["displayFinancialStatus"] == "REFUNDED"


def test_the_same_key_acts_once_and_tells_the_same_refund(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=2)])
    wanted = {"orderId": made.id, "refundLineItems": [taking(made, 1)], "transactions": [], "note": "[op 3]"}

    first = client.data(documents.REFUND, input=wanted, key=KEY)
    again = client.data(documents.REFUND, input=wanted, key=KEY)

    assert first["refundCreate"]["refund"]["id"] == again["refundCreate"]["refund"]["id"]
    assert len(world.effects(made.id, "refund")) == 1


def test_the_same_key_with_other_arguments_is_a_mismatch(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=2)])
    refund(client, made, [taking(made, 1)])

    answer = refund(client, made, [taking(made, 1)], note="[op 4]")

    assert answer["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    assert len(world.effects(made.id, "refund")) == 1


def test_a_key_is_forgotten_after_a_day(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=2)])
    wanted = {"orderId": made.id, "refundLineItems": [taking(made, 1)], "transactions": []}
    client.data(documents.REFUND, input=wanted, key=KEY)

    world.advance(24 * 3_600 + 1)
    client.data(documents.REFUND, input=wanted, key=KEY)

    assert len(world.effects(made.id, "refund")) == 2


def test_without_a_key_nothing_happens(world: World, client: Client) -> None:
    made = world.make_order()
    document = documents.REFUND.replace("@idempotent(key: $key)", "").replace(", $key: String!", "")

    answer = client.ask(document, input={"orderId": made.id, "refundLineItems": [taking(made, 1)]})

    assert answer["data"] == {"refundCreate": None}
    assert "@idempotent" in answer["errors"][0]["message"]
    assert world.effects(made.id) == []


WRONG = {
    "too many units": [{"quantity": 3}],
    "no units": [{"quantity": 0}],
    "more than wait": [{"quantity": 2}],
    "another order's line": [{"quantity": 1, "lineItemId": "gid://shopify/LineItem/1"}],
    "unknown location": [{"quantity": 1, "locationId": "gid://shopify/Location/1"}],
    "closed location": [{"quantity": 1, "locationId": "gid://shopify/Location/61004"}],
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_wrong_lines_are_refused_whole(world: World, client: Client, changes: list[Any]) -> None:
    made = world.make_order(lines=[Line(quantity=2, fulfilled=1)])
    lines = [taking(made, 1) | change for change in changes]

    payload = client.data(documents.REFUND, input={"orderId": made.id, "refundLineItems": lines}, key=KEY)

    assert payload["refundCreate"]["refund"] is None
    assert payload["refundCreate"]["userErrors"]
    assert world.effects(made.id) == []


def test_more_money_than_was_paid_is_refused(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=1, price="10.00")])
    part = suggested(client, made, full=True)["suggestedTransactions"][0]
    payment = {"orderId": made.id, "kind": "REFUND", "gateway": "bogus", "parentId": part["parentTransaction"]["id"]}

    wanted = {"orderId": made.id, "transactions": [payment | {"amount": "16.51"}]}
    payload = client.data(documents.REFUND, input=wanted, key=KEY)["refundCreate"]

    assert payload["userErrors"][0]["field"] == ["transactions", "0", "amount"]
    assert world.effects(made.id) == []


def test_without_restock_shipped_units_go_first(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=3, fulfilled=1)])

    refund(client, made, [taking(made, 1, "NO_RESTOCK")])

    line = client.data(documents.LINES, id=made.id)["order"]["lineItems"]["nodes"][0]
    assert (line["unfulfilledQuantity"], line["refundableQuantity"]) == (2, 2)


def test_cancelled_units_go_back_to_their_location(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(quantity=2, at="North Warehouse")])

    refund(client, made, [taking(made, 2)])

    effect = world.effects(made.id, "stock")[0]
    assert (effect.units, effect.detail["location"]) == (2, 61002)
    assert world.stock(effect.detail["item"], 61002) == {"available": 100, "committed": 0, "on_hand": 100}


def test_a_slow_gateway_is_pending_for_a_minute(world: World, client: Client) -> None:
    made = world.make_order(gateway="bogus_pending")

    payload = refund(client, made, [taking(made, 1)])["data"]["refundCreate"]

    assert payload["refund"]["transactions"]["nodes"][0]["status"] == "PENDING"
    assert client.data(documents.HEADER, id=made.id)["order"]["displayFinancialStatus"] == "PAID"
    world.advance(61)
    assert client.data(documents.HEADER, id=made.id)["order"]["displayFinancialStatus"] == "PARTIALLY_REFUNDED"


def test_a_failing_gateway_moves_nothing(world: World, client: Client) -> None:
    made = world.make_order(gateway="bogus_fail")

    payload = refund(client, made, [taking(made, 1)])["data"]["refundCreate"]

    assert payload["userErrors"] == []
    assert payload["refund"]["transactions"]["nodes"][0]["status"] == "FAILURE"
    assert sum(effect.amount for effect in world.effects(made.id, "refund")) == 0


def test_many_refunds_with_one_key_act_once(world: World) -> None:
    made = world.make_order(lines=[Line(quantity=20)])
    wanted = {"orderId": made.id, "refundLineItems": [taking(made, 1)], "transactions": []}

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: Client(world).data(documents.REFUND, input=wanted, key=KEY), range(16)))

    assert len({payload["refundCreate"]["refund"]["id"] for payload in told}) == 1
    assert len(world.effects(made.id, "refund")) == 1


def test_split_tender_goes_back_through_each_gateway(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(price="100.00")], tax="", shipping=None,
                            tender=[("gift_card", "30.00"), ("bogus", "70.00")])  # fmt: skip

    refund(client, made, [taking(made, 1)])

    moved = {effect.detail["gateway"]: effect.amount for effect in world.effects(made.id, "refund")}
    assert moved == {"gift_card": Decimal("30.0"), "bogus": Decimal("70.0")}


def test_money_without_units_lowers_the_order(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(price="100.00")], tax="", shipping=None)

    refund(client, made, [], transactions=[paying(client, made, "12.34")])

    header = client.data(documents.HEADER, id=made.id)["order"]
    assert header["currentTotalPriceSet"]["shopMoney"]["amount"] == "87.66"
    assert header["totalOutstandingSet"]["shopMoney"]["amount"] == "0.0"


def test_units_without_money_leave_the_shop_owing(world: World, client: Client) -> None:
    made = world.make_order(lines=[Line(price="100.00")], tax="", shipping=None)

    refund(client, made, [taking(made, 1)], transactions=[])

    header = client.data(documents.HEADER, id=made.id)["order"]
    assert (header["displayFinancialStatus"], header["totalOutstandingSet"]["shopMoney"]["amount"]) == (
        "PAID",
        "-100.0",
    )


def test_another_currency_must_be_named(world: World, client: Client) -> None:
    world.add_shop("demo-jp", currency="JPY")
    made = world.make_order("demo-jp", lines=[Line(price="10.00")], presentment=("EUR", "160.00"))
    there = Client(world, "demo-jp")

    unnamed = refund(there, made, [taking(made, 1)])["data"]["refundCreate"]
    named = refund(there, made, [taking(made, 1)], key="k2", currency="EUR")["data"]["refundCreate"]

    assert unnamed["userErrors"][0]["field"] == ["currency"]
    assert named["refund"]["totalRefundedSet"]["shopMoney"] == {"amount": "1760.0", "currencyCode": "JPY"}


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.005"])
def test_an_amount_no_currency_holds_is_refused(world: World, client: Client, amount: str) -> None:
    made = world.make_order()

    payload = refund(client, made, [], transactions=[paying(client, made, amount)])["data"]["refundCreate"]

    assert payload["userErrors"][0]["field"] == ["transactions", "0", "amount"]


def paying(client: Client, made: Made, amount: str) -> dict[str, str]:
    parent = client.data(documents.HEADER, id=made.id)["order"]["transactions"][0]
    return {
        "orderId": made.id,
        "kind": "REFUND",
        "gateway": parent["gateway"],
        "parentId": parent["id"],
        "amount": amount,
    }


@pytest.mark.parametrize("units", [1, 2, 3])
def test_duties_go_back_in_proportion_or_whole(world: World, client: Client, units: int) -> None:
    made = world.make_order(lines=[Line(quantity=3, duties=["9.00"])])
    duty = client.data(documents.LINES, id=made.id)["order"]["lineItems"]["nodes"][0]["duties"][0]["id"]

    told = [
        suggested(client, made, items=[taking(made, units)], duties=[{"dutyId": duty, "refundType": kind}])
        for kind in ("PROPORTIONAL", "FULL")
    ]

    amounts = [part["totalDutiesSet"]["shopMoney"]["amount"] for part in told]
    assert amounts == [f"{3.0 * units}", "9.0"]
