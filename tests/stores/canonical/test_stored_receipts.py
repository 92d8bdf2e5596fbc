"""Receipts as steps keep them: what comes back is what was kept, of the earlier version too.

version_1/: receipts as the adapters wrote them then, one of each shape, and what each of them reports.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from stores.canonical import stored_receipts
from stores.canonical.receipts import NOTHING, EffectState, Outcome, Receipt, RefundState, Reported, StockCount
from tests import make

TIMES = {"asked_at", "counted_from", "counted_to"}  # in another spelling of the same moment
OLD = Path(__file__).parent / "version_1"
FULL = Reported(
    state=EffectState.ADJUSTED,
    cancelled_at=make.NOW,
    refunded=make.money("10.50"),
    refund_state=RefundState.PENDING,
    outstanding=make.money("0", "JPY"),
    stock=(
        StockCount(stock_item_id="a", location_id="1", before=Decimal(97), after=Decimal("98.5"), asked=Decimal(-1)),
        StockCount(stock_item_id="b", before=Decimal(-3)),
    ),
    counted_from=make.NOW,
    counted_to=make.NOW + timedelta(microseconds=1),
    asked_at=make.NOW,
    found="Refund of 10.50 USD",
)


def rows() -> list[Any]:
    return [
        pytest.param(row["stored"], row["reported"], id=f"{path.stem} {at}")
        for path in sorted(OLD.glob("*.json"))
        for at, row in enumerate(json.loads(path.read_text()))
    ]


def kept(receipt: Receipt) -> dict[str, Any]:
    """As the database gives it back."""
    found: dict[str, Any] = json.loads(json.dumps(stored_receipts.to_json(receipt)))
    return found


@pytest.mark.parametrize(("stored", "reported"), rows())
def test_a_receipt_of_version_1_is_read(stored, reported):
    receipt = stored_receipts.load(stored)

    assert (receipt.outcome, receipt.ids) == (stored["outcome"], stored["ids"])
    assert kept(receipt) == {"version": 2, "outcome": stored["outcome"], "ids": stored["ids"], "reported": reported}


@pytest.mark.parametrize(("stored", "reported"), rows())
def test_going_back_writes_it_as_version_1_reads_it(stored, reported):
    """What says nothing more than its outcome is left out: that a job was queued, a state of another name."""
    of_version_1 = import_module("cancellations.migrations.0022_receipts_with_a_version").of_version_1
    settled = {"settled": {"evidence": "4711"}}

    written = of_version_1(kept(stored_receipts.load(stored)) | settled)

    assert stored_receipts.load(written) == stored_receipts.load(stored)
    assert written | settled == written
    assert written.keys() - settled.keys() == stored.keys()
    same = {name for name, said in stored["facts"].items() if written["facts"].get(name) == said}
    assert stored["facts"].keys() - same <= {"state", "refund_state", "refunded", "cancelled_at", *TIMES}


def test_every_platform_of_that_version_has_its_receipts_here():
    named = {"shopify", "woocommerce", "bigcommerce", "magento", "modern_dropship", "square", "shoplazza"}
    assert {path.stem for path in OLD.glob("*.json")} == named


@pytest.mark.parametrize("reported", [
    pytest.param(FULL, id="all"), pytest.param(NOTHING, id="nothing"),
    *(pytest.param(Reported(**{f.name: getattr(FULL, f.name)}), id=f.name) for f in fields(Reported)),
])  # fmt: skip
def test_what_was_kept_comes_back(reported):
    receipt = Receipt(outcome=Outcome.ACCEPTED, ids={"refund": "1"}, reported=reported, look_after=2.0)

    assert stored_receipts.load(kept(receipt)) == replace(receipt, look_after=None)


def test_empty_fields_are_not_kept():
    assert kept(Receipt(outcome=Outcome.APPLIED, ids={}))["reported"] == {"is": "Reported"}


@pytest.mark.parametrize(("facts", "expected"), [
    ({"refunded": "12.50"}, NOTHING),  # of a platform that left out the currency
    ({"refunded": "many USD"}, NOTHING),
    ({"refunded": "NaN USD"}, NOTHING),
    ({"cancelled_at": "2026-11-21 09:30:00"}, Reported(cancelled_at=make.NOW)),
    ({"cancelled_at": "yesterday"}, NOTHING),
    ({"cancelled_at": ""}, NOTHING),
    ({"state": "queued"}, NOTHING),
    ({"refund_state": "odd"}, Reported(refund_state=RefundState.PENDING)),
    ({"refunded": 5, "found": ["a"], "asked_at": None, "stock": {}}, NOTHING),  # none of it was ever text
    ({"counts": "rubbish", "found": "Refund"}, Reported(found="Refund")),
    ({"counts": "a@1:97:98:1;b@1:NaN:3:1"}, NOTHING),
    ({"stock_before": "a@1=many", "stock_wanted": "a@1=1"}, NOTHING),
    ([], NOTHING),
    ("lost", NOTHING),
    ({"stock": "1.5 → 2, -3 → -2"}, Reported(stock=(
        StockCount(stock_item_id="", before=Decimal("1.5"), after=Decimal(2)),
        StockCount(stock_item_id="", before=Decimal(-3), after=Decimal(-2)),
    ))),
])  # fmt: skip
def test_words_of_version_1_that_say_less_take_no_receipt_along(facts, expected):
    assert stored_receipts.reported_in({"facts": facts}) == expected


@pytest.mark.parametrize("result", [{}, {"settled": {"evidence": "4711"}}, {"ids": {"refund": "1"}}], ids=str)
def test_a_step_without_a_receipt_reports_nothing(result):
    assert stored_receipts.reported_in(result) == NOTHING


def test_a_version_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="version 3"):
        stored_receipts.load({"version": 3, "outcome": "applied", "ids": {}, "reported": {}})


@pytest.mark.parametrize("result", [{}, {"outcome": "gone"}], ids=str)
def test_what_is_no_receipt_is_refused(result):
    with pytest.raises(ValueError, match="Outcome"):
        stored_receipts.load(result)
