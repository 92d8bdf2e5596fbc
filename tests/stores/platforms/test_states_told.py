"""How much of an order can be stopped and how it stands, as tables of the pure functions that say it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from stores.canonical.commands import CancelLine, CancelRest, Outcome, Receipt
from stores.canonical.order import PaymentKind, PaymentStatus
from stores.canonical.request import Reason
from stores.kernel.answers import Answer
from stores.kernel.errors import InputRejected, JobFailed, OutcomeUnknown, RemoteUnavailable, Unsupported
from stores.kernel.money import Money
from stores.kernel.shapes import Misread
from stores.platforms.bigcommerce import items as bc_items
from stores.platforms.bigcommerce import mapping as bc
from stores.platforms.bigcommerce import moneys as bc_moneys
from stores.platforms.bigcommerce import payments as bc_payments
from stores.platforms.bigcommerce import receipts as bc_receipts
from stores.platforms.bigcommerce import words as bc_words
from stores.platforms.bigcommerce.moneys import Rates as BigCommerceRates
from stores.platforms.magento import shipping as magento_shipping
from stores.platforms.shopify import moneys as shopify_moneys
from stores.platforms.shopify import quoting as shopify_quoting
from stores.platforms.shopify import reading as shopify_reading
from stores.platforms.shopify import receipts as shopify_receipts
from stores.platforms.shoplazza import api as shoplazza_api
from stores.platforms.shoplazza import errors as shoplazza_errors
from stores.platforms.shoplazza import mapping as shoplazza
from stores.platforms.shoplazza import payments as shoplazza_payments
from stores.platforms.shoplazza.rates import Rates as ShoplazzaRates
from stores.platforms.square import moneys as square
from stores.platforms.woocommerce import mapping as woo
from tests import make


def line(units: int, *, shipped: int = 0, cancellable: int | None = None, current: int | None = None) -> Any:
    left = units - shipped
    return make.line(
        units=units, shipped=shipped, unfulfilled=Decimal(left),
        cancellable=Decimal(left if cancellable is None else cancellable),
        current=Decimal(units if current is None else current),
    )  # fmt: skip


def read(*refundable: str | None) -> Any:
    paid = [SimpleNamespace(refundable=None if amount is None else make.money(amount)) for amount in refundable]
    return SimpleNamespace(paid=paid)


# --- BigCommerce ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("status", "lines", "told"), [
    (2, [line(2)], "fulfilled"), (3, [line(2)], "partial"), (10, [line(2)], "fulfilled"), (8, [line(2)], "in_progress"),
    (11, [line(2)], "unfulfilled"), (11, [line(2, shipped=1)], "partial"), (11, [line(2, shipped=2)], "fulfilled"),
    (11, [line(2, shipped=2), line(1)], "partial"), (11, [], "unfulfilled"),
])  # fmt: skip
def test_bigcommerce_is_shipped_by_its_status_and_else_by_its_units(status, lines, told):
    assert bc.to_fulfilment(status, lines) == told


@pytest.mark.parametrize(("word", "taken", "told"), [
    ("captured", None, "paid"), ("authorized", None, "authorised"), ("void", None, "voided"),
    ("brand new", "1", "unknown"), ("", "1.00", "paid"), ("", "0.00", "paid"), ("", None, "pending"),
])  # fmt: skip
def test_bigcommerce_is_paid_by_its_word_and_else_by_what_was_taken(word, taken, told):
    assert bc.to_payment_state({"payment_status": word}, read(taken)) == told


@pytest.mark.parametrize(("status", "lines", "paid", "told"), [
    (5, [line(2)], ["9"], (True, False)), (11, [line(2)], ["0"], (False, False)),
    (4, [line(2)], ["0"], (True, True)), (4, [line(2)], ["0", "1"], (False, False)),
    (4, [line(2)], [None], (False, False)), (4, [line(2, current=0)], ["3"], (True, True)),
    (4, [], ["3"], (False, False)),
    (4, [line(2, shipped=1)], ["0"], (False, False)), (4, [line(2, current=0), line(1)], ["3"], (False, False)),
])  # fmt: skip
def test_bigcommerce_is_over_when_all_went_back_and_nothing_left(status, lines, paid, told):
    assert bc.is_cancelled({}, status, lines, read(*paid)) == told


@pytest.mark.parametrize(("lines", "paid", "is_over", "told"), [
    ([line(2)], ["1"], False, "always"), ([line(2)], ["0"], False, "never"), ([line(2)], ["1"], True, "never"),
    ([line(2, shipped=1)], ["1"], False, "never"), ([line(2)], [None], False, "never"),
])  # fmt: skip
def test_bigcommerce_ends_by_a_refund_of_all_while_nothing_left(lines, paid, is_over, told):
    assert bc.when_it_ends(lines, read(*paid), is_over=is_over).value == told


@pytest.mark.parametrize(("lines", "blockers", "told"), [
    ([line(2)], [], "all"), ([line(2)], ["held"], "part"), ([line(2, shipped=1)], [], "part"),
    ([line(2, shipped=2)], [], "none"), ([], [], "none"), ([line(2, cancellable=0)], ["held"], "none"),
])  # fmt: skip
def test_how_much_of_a_bigcommerce_order_can_be_stopped(lines, blockers, told):
    assert bc.how_much(lines, blockers) == told


@pytest.mark.parametrize(("count", "is_whole"), [("0", True), ("3", True), ("-1", False), ("1.5", False)])
def test_bigcommerce_counts_whole_units(count, is_whole):
    if is_whole:
        assert (bc_items.whole({"n": count}, "n"), bc_items.pieces(Decimal(count))) == (Decimal(count), int(count))
        return
    with pytest.raises(Misread, match="n"):
        bc_items.whole({"n": count}, "n")
    if Decimal(count) % 1:
        with pytest.raises(InputRejected, match="whole units"):
            bc_items.pieces(Decimal(count))


@pytest.mark.parametrize(("word", "seconds", "words"), [
    ("authorized", 60, bc_words.NOT_VOIDED), ("captured", 0, bc_words.CAPTURED), ("refunded", 0, bc_words.CAPTURED),
])  # fmt: skip
def test_a_release_that_failed_says_why(word, seconds, words):
    begun = Receipt(outcome=Outcome.ACCEPTED, ids={}, facts={"asked_at": make.NOW.isoformat()})

    with pytest.raises(JobFailed) as caught:
        bc_receipts.void_state(begun, {"payment_status": word}, make.NOW + timedelta(seconds=seconds))

    assert (caught.value.code, caught.value.user_message) == ("void_failed", str(words))


@pytest.mark.parametrize(("word", "outcome"), [
    ("void", "applied"), ("authorized", "accepted"), ("void pending", "accepted"),
])  # fmt: skip
def test_a_release_under_way_is_asked_after(word, outcome):
    begun = Receipt(outcome=Outcome.ACCEPTED, ids={}, facts={"asked_at": make.NOW.isoformat()})
    receipt = bc_receipts.void_state(begun, {"payment_status": word}, make.NOW + timedelta(seconds=59))

    assert (receipt.outcome, receipt.look_after) == (outcome, 2.0 if outcome == "accepted" else None)


# --- Square ---------------------------------------------------------------------------------------------
def totals(got: str, gone: str, whole: str, held: str = "0") -> Any:
    pair = make.pair
    return SimpleNamespace(received=pair(got), refunded=pair(gone), original=pair(whole), capturable=pair(held))


@pytest.mark.parametrize(("figures", "kinds", "told"), [
    (("10", "0", "10"), (), "paid"), (("11", "0", "10"), (), "paid"), (("9.99", "0", "10"), (), "partly_paid"),
    (("10", "0.01", "10"), (), "partly_refunded"), (("10", "10", "10"), (), "refunded"),
    (("10", "11", "10"), (), "refunded"), (("0", "0", "10", "10"), (), "authorised"),
    (("0", "0", "10"), (PaymentKind.VOID,), "voided"), (("0", "0", "10"), (PaymentKind.SALE,), "pending"),
    (("0", "0", "0"), (), "paid"),
])  # fmt: skip
def test_how_a_square_order_is_paid(figures, kinds, told):
    payments = [make.payment(kind=kind) for kind in kinds]

    assert square.to_state(totals(*figures), payments) == told


def square_listing(*cards: str, total: int = 1000, due: int = 0, state: str = "OPEN") -> dict[str, Any]:
    def usd(n: int) -> dict[str, Any]:
        return {"amount": n, "currency": "USD"}

    tenders = [{"card_details": {"status": card}} if card else {} for card in cards]
    return {"tenders": tenders, "total_money": usd(total), "net_amount_due_money": usd(due), "state": state}


@pytest.mark.parametrize(("listing", "told"), [
    (square_listing("CAPTURED"), "paid"), (square_listing(""), "paid"),
    (square_listing("CAPTURED", due=1), "partly_paid"),
    (square_listing("AUTHORIZED"), "authorised"), (square_listing("CAPTURED", "AUTHORIZED"), "authorised"),
    (square_listing("VOIDED"), "voided"), (square_listing("VOIDED", "CAPTURED"), "paid"), (square_listing(), "pending"),
    (square_listing(total=0), "pending"), (square_listing(total=0, state="COMPLETED"), "paid"),
    (square_listing(state="COMPLETED"), "pending"), (square_listing("FAILED"), "pending"),
])  # fmt: skip
def test_how_a_square_order_is_paid_by_its_listing_alone(listing, told):
    assert square.from_tenders(listing) == told


# --- Shoplazza ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("lines", "blockers", "status", "told"), [
    ([line(2)], [], "placed", "all"), ([line(2)], ["shipped"], "placed", "part"), ([line(2)], ["no"], "opened", "none"),
    ([line(2, cancellable=0)], [], "placed", "none"), ([], [], "placed", "none"),
])  # fmt: skip
def test_how_much_of_a_shoplazza_order_can_be_stopped(lines, blockers, status, told):
    assert shoplazza.how_much({}, lines, blockers, status) == told


@pytest.mark.parametrize(("body", "effect", "error"), [
    ([], True, OutcomeUnknown), ([], False, RemoteUnavailable), ({"code": "Success", "data": []}, True, OutcomeUnknown),
    ({"code": "Success", "data": None}, False, RemoteUnavailable), ({"code": "Wondrous"}, True, OutcomeUnknown),
    ({"code": "Wondrous"}, False, RemoteUnavailable),
])  # fmt: skip
def test_an_answer_of_shoplazza_without_its_payload_proves_nothing_of_an_effect(body, effect, error):
    with pytest.raises(error):
        shoplazza_api.data_of(Answer(200, {}, body, "r1"), effect=effect)


def test_a_code_of_shoplazza_is_kept_at_eighty_characters():
    assert shoplazza_errors.code_of({"code": "x" * 81}) == "x" * 80
    assert shoplazza_errors.code_of({"code": 7}) == ""
    assert shoplazza_errors.code_of([]) == ""


# --- WooCommerce ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("at", "units"), [("09:59:59", 0), ("10:00:00", 2), ("10:00:01", 2)])
def test_units_refunded_from_the_second_of_completion_on_had_left(at, units, monkeypatch):
    share = {"id": 5, "quantity": -2, "product_id": 7, "variation_id": 0, "sku": "A", "meta_data": []}
    told = SimpleNamespace(
        order={"date_completed_gmt": "2026-11-21T10:00:00"},
        has_left=True,
        refunds=[{"date_created_gmt": f"2026-11-21T{at}", "line_items": [share]}],
    )
    item = {"id": 3, "product_id": 7, "variation_id": 0, "sku": "A", "meta_data": []}

    assert woo.returned(told, item) == units  # type: ignore[arg-type]
    told.has_left = False
    assert woo.returned(told, item) == 0  # type: ignore[arg-type]


# --- Shopify --------------------------------------------------------------------------------------------
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
    found = shopify_quoting._to_payment(make.canonical_order(payments=(payment,)), suggested("4.00", maximum))

    assert (found.payment_id, found.amount, found.maximum) == ("T1", Money(Decimal(4), "USD"), make.money(most))
    assert found.is_manual is is_manual
    assert (found.label == "Bank deposit") is is_manual


@pytest.mark.parametrize("command", [
    CancelRest(order_id="1", reason=Reason.OTHER, note=""),
    CancelLine(order_id="1", line_id="2", stock_key="A", keep=Decimal(0), reason=Reason.OTHER, note=""),
])  # fmt: skip
def test_shopify_proves_nothing_of_what_it_does_not_offer(command):
    with pytest.raises(Unsupported):
        shopify_receipts.read(command, Answer(200, {}, {"data": {}}, "r1"))


# --- parts of a refund ------------------------------------------------------------------------------------
@pytest.mark.parametrize(("own", "whole", "told"), [
    ("finished", "", "success"), ("pending", "", "pending"), ("failed", "", "failed"), ("brand new", "", "unknown"),
    ("", "finished", "success"), ("failed", "finished", "failed"),
])  # fmt: skip
def test_a_part_of_a_shoplazza_refund_stands_as_it_or_its_refund_says(own, whole, told):
    part = {"id": "p1", "refund_status": own, "payment_channel": "cod", "refund_price": "4.00", "payment_line_id": "L1"}

    found = shoplazza_payments._part(part, {"refund_status": whole}, ShoplazzaRates("USD", "USD"))

    assert (found.kind, found.status, found.parent_id, found.is_manual) == ("refund", told, "L1", True)
    assert (found.gateway, found.amount) == ("cod", make.pair("4.00"))


@pytest.mark.parametrize(("state", "told"), [
    ({"p1": PaymentStatus.SUCCESS}, "success"), ({"p1": PaymentStatus.FAILED}, "failed"), ({}, "unknown"),
])  # fmt: skip
def test_a_part_of_a_bigcommerce_refund_stands_as_its_transactions_say(state, told):
    part = {"id": "p1", "provider_id": "giftcertificate", "amount": 4, "offline": True, "declined_message": "no"}

    found = bc_payments._part(part, state, ["77"], BigCommerceRates("USD", "USD", "USD", Decimal(1)))

    assert (found.kind, found.status, found.is_manual, found.error) == ("refund", told, True, "no")
    assert (found.gateway, found.label, found.amount) == ("giftcertificate", "Gift certificate", make.pair("4.00"))


# --- Magento: cents of shipping ---------------------------------------------------------------------------
@pytest.mark.parametrize(("plus", "minus", "items", "cents"), [
    ("0.01", "0", 0, "0.01"), ("0", "0.01", 0, "-0.01"), ("0.02", "0", 0, "0"), ("0.02", "0", 1, "0.02"),
    ("0.03", "0.01", 1, "0.02"), ("0", "0.03", 2, "-0.03"), ("0", "0.04", 2, "0"), ("5.00", "0", 2, "0"),
])  # fmt: skip
def test_a_cent_for_each_line_of_a_memo_is_rounding_and_more_is_goodwill(plus, minus, items, cents):
    memo = {"base_adjustment_positive": plus, "base_adjustment_negative": minus, "items": [{}] * items}

    assert magento_shipping.rounding([memo]) == Decimal(cents)


@pytest.mark.parametrize(("shipping", "goodwill"), [("0", "5.00"), ("3.00", "0")])
def test_what_a_memo_without_shipping_gave_extra_may_have_been_shipping(shipping, goodwill):
    memo = {"base_adjustment_positive": "5.00", "base_shipping_amount": shipping}

    assert magento_shipping.adjustments([memo, {}]) == Decimal(goodwill)


# --- numbers of the vendors -------------------------------------------------------------------------------
@pytest.mark.parametrize(("said", "read"), [
    (3, "3"), ("3.50", "3.50"), (Decimal("0.1"), "0.1"), (0, "0"), ("-1.5", "-1.5"),
])  # fmt: skip
def test_bigcommerce_writes_amounts_as_numbers_or_texts(said, read):
    assert str(bc_moneys.decimal({"n": said}, "n")) == read


@pytest.mark.parametrize("said", [True, False, [], {}, "many", "NaN", "Infinity"], ids=str)
def test_what_is_no_number_of_bigcommerce_is_not_read(said):
    with pytest.raises(Misread):
        bc_moneys.decimal({"n": said}, "n")


# --- Shopify: what a payment can still give and what is still held -----------------------------------------
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

    assert shopify_moneys._refundable(payment, children) == (None if left is None else make.money(left))


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

    assert shopify_moneys._capturable(payment, children, raw, order) == make.money(held)
    assert shopify_moneys._capturable(replace(payment, status=PaymentStatus.FAILED), children, raw, order) is None
