"""Labels in an order's own data, in the shapes that the plug-ins write; nobody promises them."""

from __future__ import annotations

import json

import pytest

from stores.platforms.woocommerce import labels

BOUGHT = {"label_id": 7, "status": "PURCHASED", "service_name": "USPS Priority", "tracking": "9400"}


@pytest.mark.parametrize("key", labels.KEYS)
@pytest.mark.parametrize("as_text", [False, True], ids=["list", "text"])
def test_a_bought_label_is_named(key, as_text):
    value = [BOUGHT, BOUGHT | {"label_id": 8, "tracking": None}]
    order = {"meta_data": [{"id": 1, "key": key, "value": json.dumps(value) if as_text else value}]}

    assert list(labels.bought(order)) == ["USPS Priority 9400", "USPS Priority 8"]


@pytest.mark.parametrize(
    "value",
    ["", "{", "[1, 2]", "null", None, {}, 7, [None], [{"status": "PURCHASED"}], [BOUGHT | {"refund": {"status": "p"}}],
     [BOUGHT | {"status": "PURCHASE_ERROR"}], [BOUGHT | {"status": "PURCHASE_IN_PROGRESS"}], "[" * 500],
)  # fmt: skip
def test_what_is_no_bought_label_is_passed_over(value):
    assert list(labels.bought({"meta_data": [{"id": 1, "key": "wcshipping_labels", "value": value}]})) == []
