"""How Shoplazza orders and refunds stand, as tables of the pure functions that say it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from stores.connectors import errors
from stores.kernel.errors import OutcomeUnknown, RemoteUnavailable
from stores.kernel.http.responses import Answer
from stores.platforms.shoplazza import api as shoplazza_api
from stores.platforms.shoplazza import cancellable as shoplazza
from stores.platforms.shoplazza import mapping as shoplazza_mapping
from stores.platforms.shoplazza.api import Rates as ShoplazzaRates
from tests import make


def line(units: int, *, shipped: int = 0, cancellable: int | None = None, current: int | None = None) -> Any:
    left = units - shipped
    return make.line(
        units=units, shipped=shipped, unfulfilled=Decimal(left),
        cancellable=Decimal(left if cancellable is None else cancellable),
        current=Decimal(units if current is None else current),
    )  # fmt: skip


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
    assert errors.code_in({"code": "x" * 81}) == "x" * 80
    assert errors.code_in({"code": 7}) == ""
    assert errors.code_in([]) == ""


@pytest.mark.parametrize(("own", "whole", "told"), [
    ("finished", "", "success"), ("pending", "", "pending"), ("failed", "", "failed"), ("brand new", "", "unknown"),
    ("", "finished", "success"), ("failed", "finished", "failed"),
])  # fmt: skip
def test_a_part_of_a_shoplazza_refund_stands_as_it_or_its_refund_says(own, whole, told):
    part = {"id": "p1", "refund_status": own, "payment_channel": "cod", "refund_price": "4.00", "payment_line_id": "L1"}

    found = shoplazza_mapping._part(part, {"refund_status": whole}, ShoplazzaRates("USD", "USD"))

    assert (found.kind, found.status, found.parent_id, found.is_manual) == ("refund", told, "L1", True)
    assert (found.gateway, found.amount) == ("cod", make.pair("4.00"))
