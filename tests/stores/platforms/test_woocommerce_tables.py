"""What WooCommerce orders hold beside their lines, as tables of the pure functions that say it."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from stores.canonical.commands import RefundOrder, UnitsBack
from stores.kernel.errors import RemoteRefused
from stores.platforms.woocommerce import cancellable as woo_cancellable
from stores.platforms.woocommerce import capabilities as woo_words
from stores.platforms.woocommerce import mapping as woo
from stores.platforms.woocommerce import writing as woo_writing
from stores.platforms.woocommerce.money import Books


@pytest.mark.parametrize(("at", "units"), [("09:59:59", 0), ("10:00:00", 2), ("10:00:01", 2)])
def test_units_refunded_from_the_second_of_completion_on_had_left(at, units, monkeypatch):
    share = {"id": 5, "quantity": -2, "product_id": 7, "variation_id": 0, "sku": "A", "meta_data": []}
    told = SimpleNamespace(
        order={"date_completed_gmt": "2026-11-21T10:00:00"},
        has_left=True,
        refunds=[{"date_created_gmt": f"2026-11-21T{at}", "line_items": [share]}],
    )
    item = {"id": 3, "product_id": 7, "variation_id": 0, "sku": "A", "meta_data": []}

    assert woo_cancellable.returned(told, item) == units  # type: ignore[arg-type]
    told.has_left = False
    assert woo_cancellable.returned(told, item) == 0  # type: ignore[arg-type]


def woo_kept(*, unlisted: str = "0", fees: Any = ()) -> Any:
    kept = SimpleNamespace(
        unlisted=Decimal(unlisted), rounding=Decimal("0.02"), step=Decimal("0.01"), currency="USD", of=lambda kind: fees
    )
    kept.said = lambda amount: Books.said(cast(Books, kept), amount)
    return kept


@pytest.mark.parametrize(("cards", "kept", "said"), [
    ([], woo_kept(), []), ([], woo_kept(unlisted="-0.02"), []),
    ([], woo_kept(unlisted="-0.03"), ["0.03 USD of the price was not paid through this payment"]),
    ([], woo_kept(unlisted="5"), []),
    (["4.00", "1.50"], woo_kept(), ["5.50 USD of the price was paid by gift card"]),
    (["4.00"], woo_kept(unlisted="-4"), ["4.00 USD of the price was paid by gift card"]),
    ([], woo_kept(fees=[SimpleNamespace(net=Decimal(-3), gross=Decimal("-3.30"), title="Gift voucher")]),
     ["3.30 USD of the price was paid by gift card"]),
    ([], woo_kept(fees=[SimpleNamespace(net=Decimal(-3), gross=Decimal("-3.30"), title="Rebate")]), []),
    ([], woo_kept(fees=[SimpleNamespace(net=Decimal(3), gross=Decimal("3.30"), title="Gift wrap")]), []),
])  # fmt: skip
def test_what_paid_beside_the_payment_is_said_with_its_amount(cards, kept, said):
    order = {"gift_cards": [{"amount": amount} for amount in cards]}

    found = list(woo.tenders(order, kept))

    assert [text[: len(wanted)] for text, wanted in zip(found, said, strict=True)] == said


@pytest.mark.parametrize(("wishes", "told"), [
    ({"a": True}, True), ({"a": False}, False), ({"a": True, "b": True}, True), ({"a": True, "b": False}, None),
    ({"a": True, "free": False}, True), ({"a": False, "free": True}, False), ({"free": True}, False), ({}, False),
])  # fmt: skip
def test_a_woocommerce_refund_puts_back_all_of_its_counted_units_or_none(wishes, told):
    items = {"a": Decimal(2), "b": Decimal(1), "free": Decimal(0)}
    kept: Any = SimpleNamespace(of=lambda kind: [SimpleNamespace(id=one, taken=taken) for one, taken in items.items()])
    lines = tuple(UnitsBack(line_id=one, units=Decimal(1), restock=back) for one, back in wishes.items())
    command = RefundOrder(order_id="1", currency="USD", lines=lines, payments=(), shipping=None)
    if told is None:
        with pytest.raises(RemoteRefused) as caught:
            woo_writing.restocks(command, kept)
        assert (caught.value.code, caught.value.user_message) == ("mixed_stock", str(woo_words.MIXED_STOCK))
    else:
        assert woo_writing.restocks(command, kept) is told
