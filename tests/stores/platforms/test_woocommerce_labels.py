"""Labels in an order's own data, in the shapes that the plug-ins write; nobody promises them."""

from __future__ import annotations

import json

import pytest

from stores.platforms.woocommerce import cancellable

BOUGHT = {"label_id": 7, "status": "PURCHASED", "service_name": "USPS Priority", "tracking": "9400"}


@pytest.mark.parametrize("key", cancellable.KEYS)
@pytest.mark.parametrize("as_text", [False, True], ids=["list", "text"])
def test_a_bought_label_is_named(key, as_text):
    value = [BOUGHT, BOUGHT | {"label_id": 8, "tracking": None}]
    order = {"meta_data": [{"id": 1, "key": key, "value": json.dumps(value) if as_text else value}]}

    assert list(cancellable.labels_bought(order)) == ["USPS Priority 9400", "USPS Priority 8"]


@pytest.mark.parametrize(
    "value",
    ["", "{", "[1, 2]", "null", None, {}, 7, [None], [{"status": "PURCHASED"}], [BOUGHT | {"refund": {"status": "p"}}],
     [BOUGHT | {"status": "PURCHASE_ERROR"}], [BOUGHT | {"error": "declined"}], "[" * 500],
)  # fmt: skip
def test_what_is_no_bought_label_is_passed_over(value):
    assert list(cancellable.labels_bought({"meta_data": [{"id": 1, "key": "wcshipping_labels", "value": value}]})) == []


def meta(**values):
    return {"meta_data": [{"id": n, "key": key, "value": value} for n, (key, value) in enumerate(values.items())]}


@pytest.mark.parametrize(
    ("state", "is_paid"),
    [("pending", False), ("complete", False), ("rejected", True), ("unknown", True)],
)
def test_a_label_whose_refund_was_refused_stays_paid(state, is_paid):
    order = meta(wcshipping_labels=[BOUGHT | {"refund": {"status": state, "request_date": 1492165890165}}])

    assert list(cancellable.labels_bought(order)) == (["USPS Priority 9400"] if is_paid else [])


def test_a_label_stays_paid_when_the_customers_data_is_erased_or_the_shop_is_still_told():
    erased = BOUGHT | {"status": "ANONYMIZED", "tracking": ""}
    under_way = BOUGHT | {"label_id": 8, "status": "PURCHASE_IN_PROGRESS", "tracking": None}
    order = meta(wcshipping_labels=[erased, under_way])

    assert list(cancellable.labels_bought(order)) == ["USPS Priority 7", "USPS Priority 8"]


def test_a_label_that_the_newer_plug_in_took_over_is_told_once_as_it_says():
    later = BOUGHT | {"label_id": 8, "tracking": "9401"}
    given_back = later | {"refund": {"status": "complete"}}
    both = meta(wc_connect_labels=[BOUGHT, later], wcshipping_labels=[BOUGHT, given_back])

    assert list(cancellable.labels_bought(both)) == ["USPS Priority 9400"]


def test_labels_whose_text_has_bare_quotes_are_not_passed_over_in_silence():
    """The older plug-in stored package names such as `Boxy "The Box"` so, and mends them when it reads."""
    text = json.dumps([BOUGHT | {"package_name": 'Boxy "The Box"'}]).replace('\\"', '"')

    assert len(list(cancellable.labels_bought(meta(wc_connect_labels=text)))) == 1
