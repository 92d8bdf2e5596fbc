"""A person's word beside the order: found by the whole id or its tail, and never by something else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cancellations.planning import claims
from stores.canonical.order import Refund
from tests import make

REFUND = Refund(
    id="gid://shopify/Refund/4711",
    created_at=datetime(2026, 11, 20, tzinfo=UTC),
    amount=make.pair("10.00"),
    transactions=(make.payment("10.00", id="gid://shopify/OrderTransaction/99", label="Visa •••• 4242"),),
)
ORDER = replace(make.canonical_order(number="#1047"), refunds=(REFUND,), external_id="gid://shopify/Order/7")


@pytest.mark.parametrize("evidence", ["gid://shopify/Refund/4711", "4711", "#4711", "refund 4711", "  4711 ",
                                      "https://admin.shopify.com/store/x/refunds/4711?tab=1"])  # fmt: skip
def test_a_refund_is_found_however_its_id_is_copied(evidence):
    assert claims.seen(ORDER, evidence) == "Refund of US$10.00 on 2026-11-20"


def test_its_transaction_and_the_order_are_found_too():
    assert claims.seen(ORDER, "99") == "Refund to Visa •••• 4242: US$10.00, success"
    assert "not cancelled" in claims.seen(ORDER, "#1047")
    assert "it is cancelled" in claims.seen(replace(ORDER, cancelled_at=make.NOW), "gid://shopify/Order/7")


@pytest.mark.parametrize("evidence", ["", " ", "/", "471", "47110", "gid://shopify/Refund/4712", "paid by bank"])
def test_what_is_not_there_is_not_found(evidence):
    assert claims.seen(ORDER, evidence) == ""
