"""What an answer says of a platform's rate limit, and what is assumed where it says nothing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from stores.kernel.http.contracts import Usage
from stores.kernel.http.responses import Answer
from stores.platforms.bigcommerce.api import Api as BigCommerceApi
from stores.platforms.shopify.api import Api as ShopifyApi


@pytest.mark.parametrize(("platform", "maximum", "per_second"), [
    ("square", 10, 10), ("magento", 8, 4), ("shoplazza", 40, 2), ("woocommerce", 10, 5), ("bigcommerce", 1, 5),
])  # fmt: skip
def test_where_nothing_is_said_one_request_costs_one(platform, maximum, per_second):
    caller = import_module(f"stores.platforms.{platform}.api").Api

    assert caller.usage(caller.__new__(caller), Answer(200, {}, {})) == Usage(
        requested=1, actual=1, available=None, maximum=maximum, per_second=per_second
    )


@pytest.mark.parametrize(("quota", "left", "reset", "available", "per_second"), [
    (150, 150, 30_000, None, 5), (150, 10, 30_000, -14, 5), (150, 0, 30_000, -149, 5), (450, 10, 2_000, -2, 15),
    (150, 10, 90_000, -14, 5),
])  # fmt: skip
def test_bigcommerce_shares_out_what_is_left_of_its_window(quota, left, reset, available, per_second):
    headers = {"x-rate-limit-requests-quota": str(quota), "x-rate-limit-requests-left": str(left)}
    answer = Answer(200, headers | {"x-rate-limit-time-reset-ms": str(reset)}, {})

    assert BigCommerceApi.__new__(BigCommerceApi).usage(answer) == Usage(
        requested=1, actual=1, available=available, maximum=1, per_second=per_second
    )


def cost(**changes: Any) -> dict[str, Any]:
    bucket = {"currentlyAvailable": 990, "maximumAvailable": 2000.0, "restoreRate": 100.0}
    said = {"requestedQueryCost": 12, "actualQueryCost": 10, "throttleStatus": bucket}
    return {"extensions": {"cost": said | changes}}


@pytest.mark.parametrize(("body", "usage"), [
    (cost(), Usage(requested=12, actual=10, available=990, maximum=2000, per_second=100)),
    (cost(actualQueryCost=None), Usage(requested=12, actual=None, available=990, maximum=2000, per_second=100)),
    (cost(throttleStatus={}), None), (cost(requestedQueryCost="many"), None), ({}, None), ([], None),
])  # fmt: skip
def test_shopify_tells_the_price_of_each_query(body, usage):
    assert ShopifyApi.usage(None, Answer(200, {}, body)) == usage  # type: ignore[arg-type]
