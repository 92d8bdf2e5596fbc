"""What Shopify payments, lists and quotes hold, as tables of the pure functions that say it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from stores.canonical.commands import CancelLine, CancelRest
from stores.canonical.order import PaymentKind, PaymentStatus
from stores.canonical.request import Reason
from stores.kernel.errors import Unsupported
from stores.kernel.http.json_readers import Misread
from stores.kernel.http.responses import Answer
from stores.kernel.money import Money
from stores.platforms.shopify import Shopify
from stores.platforms.shopify import money as shopify_money
from stores.platforms.shopify import reading as shopify_reading
from tests import make
from tests.stores.platforms import rig


@pytest.mark.parametrize(("name", "most"), [("transactions", 100), ("refunds", 24), ("fulfillments", 50)])
@pytest.mark.parametrize("short", [0, 1])
def test_a_list_of_shopify_without_pages_is_refused_when_it_may_be_cut(name, most, short):
    rows = [{"id": str(number)} for number in range(most - short)]
    asked: list[tuple[Any, int]] = []

    class Api:
        def read(self, document: str, variables: dict[str, Any], *, cost: int) -> dict[str, Any]:
            asked.append((variables, cost))
            return {"order": {name: rows}}

    sizes = SimpleNamespace(payments=3, refunds=3, shipments=3)
    raw: dict[str, Any] = {"id": "gid://shopify/Order/1", "transactions": [], "refunds": [], "fulfillments": []}
    raw[name] = [{"id": str(number)} for number in range(3)]
    lengthen = shopify_reading._lengthen
    if short:
        lengthen(Api(), raw, sizes, SimpleNamespace(both=False))  # type: ignore[arg-type]
        assert raw[name] == rows
    else:
        with pytest.raises(Misread, match=f"more than {most} {name}"):
            lengthen(Api(), raw, sizes, SimpleNamespace(both=False))  # type: ignore[arg-type]
    (variables, cost) = asked[0]
    assert variables == {"id": "gid://shopify/Order/1"} | ({} if name == "transactions" else {"units": 4})
    assert 0 < cost <= 1000, "no single query of Shopify may cost more"


def test_a_shopify_list_that_was_not_full_is_not_asked_for_again():
    raw = {"id": "1", "transactions": [{}, {}], "refunds": [], "fulfillments": []}
    sizes = SimpleNamespace(payments=3, refunds=3, shipments=3)

    shopify_reading._lengthen(None, raw, sizes, SimpleNamespace(both=False))  # type: ignore[arg-type]

    assert raw["transactions"] == [{}, {}]


def suggested(amount: str, maximum: str | None) -> dict[str, Any]:
    def both(text: str) -> dict[str, Any]:
        one = {"amount": text, "currencyCode": "USD"}
        return {"shopMoney": one, "presentmentMoney": one}

    more = {"maximumRefundableSet": both(maximum)} if maximum else {}
    return {"parentTransaction": {"id": "T1"}, "gateway": "manual", "amountSet": both(amount), **more}


@pytest.mark.parametrize(("known", "is_manual"), [("T1", True), ("T2", False)])
@pytest.mark.parametrize(("maximum", "most"), [("9.00", "9.00"), (None, "4.00")])
def test_a_payment_of_a_shopify_quote_is_the_orders_own_where_it_is_known(known, is_manual, maximum, most):
    payment = make.payment("9.00", id=known, is_manual=True, label="Bank deposit")
    found = shopify_money._to_quoted_payment(make.canonical_order(payments=(payment,)), suggested("4.00", maximum))

    assert (found.payment_id, found.amount, found.maximum) == ("T1", Money(Decimal(4), "USD"), make.money(most))
    assert found.is_manual is is_manual
    assert (found.label == "Bank deposit") is is_manual


@pytest.mark.parametrize("command", [
    CancelRest(order_id="1", reason=Reason.OTHER, note=""),
    CancelLine(order_id="1", line_id="2", stock_key="A", keep=Decimal(0), reason=Reason.OTHER, note=""),
])  # fmt: skip
def test_shopify_proves_nothing_of_what_it_does_not_offer(command):
    shop = Shopify(rig.connection({"shop": "demo"}, {"token": "t"}, session=None))
    with pytest.raises(Unsupported):
        shop.read_answer(command, Answer(200, {}, {"data": {}}, "r1"))


def child(kind: str, amount: str, status: str = "success") -> Any:
    return make.payment(amount, kind=PaymentKind(kind), status=PaymentStatus(status))


@pytest.mark.parametrize(("kind", "status", "children", "left"), [
    ("sale", "success", [], "10"), ("capture", "success", [], "10"), ("authorisation", "success", [], None),
    ("sale", "pending", [], None), ("sale", "failed", [], None),
    ("sale", "success", [child("refund", "4")], "6"), ("sale", "success", [child("refund", "4", "pending")], "6"),
    ("sale", "success", [child("refund", "4", "failed")], "10"), ("sale", "success", [child("void", "4")], "10"),
    ("sale", "success", [child("refund", "4"), child("refund", "7")], "0"),
])  # fmt: skip
def test_what_a_shopify_payment_can_still_give(kind, status, children, left):
    payment = make.payment("10.00", kind=PaymentKind(kind), status=PaymentStatus(status))

    assert shopify_money._refundable(payment, children) == (None if left is None else make.money(left))


@pytest.mark.parametrize(("children", "in_all", "unsettled", "held"), [
    ([], "10", None, "10"), ([child("capture", "4")], "10", None, "6"),
    ([child("capture", "4", "pending")], "10", None, "6"),
    ([child("capture", "4", "failed")], "10", None, "10"), ([child("capture", "12")], "10", None, "0"),
    ([child("void", "10")], "10", None, "0"), ([child("void", "10", "failed")], "10", None, "10"),
    ([], "0", None, "0"), ([], "0", "3", "0"), ([child("capture", "4")], "10", "3", "3"),
    ([child("refund", "4")], "10", None, "10"),
])  # fmt: skip
def test_what_a_shopify_authorisation_still_holds(children, in_all, unsettled, held):
    def both(text: str) -> dict[str, Any]:
        return {name: {"amount": text, "currencyCode": "USD"} for name in ("shopMoney", "presentmentMoney")}

    payment = make.payment("10.00", kind=PaymentKind.AUTHORISATION)
    order = make.canonical_order()
    order = replace(order, totals=replace(order.totals, capturable=make.pair(in_all)))
    raw = {"totalUnsettledSet": both(unsettled)} if unsettled else {}

    assert shopify_money._capturable(payment, children, raw, order) == make.money(held)
    assert shopify_money._capturable(replace(payment, status=PaymentStatus.FAILED), children, raw, order) is None
