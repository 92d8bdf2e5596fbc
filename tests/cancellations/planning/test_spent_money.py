"""Orders whose money has gone back, or cannot: no word of a plan may say that none was ever captured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cancellations.planning import amounts
from cancellations.planning.plan import Plan
from cancellations.services import preview
from sandbox import colleagues, connections
from sandbox.benches import money as bench
from sandbox.world import World
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, RefundChoice
from tests import make

NEVER = "Nothing was captured on this order."
GONE = "No money is left on this order: it has gone back already, or is on its way."
STUCK = "This order was paid, and the platform offers no way for the money that is left to go back."


@pytest.mark.parametrize(("received", "refunded", "words"), [
    ("0", "0", NEVER),
    ("20.00", "20.00", GONE),
    ("20.00", "0", STUCK),
    ("20.00", "5.00", STUCK),
    ("0", "20.00", GONE),
], ids=["never paid", "all back", "too old to go back", "the rest too old", "nothing told as received"])  # fmt: skip
def test_why_no_money_can_go_back(received: str, refunded: str, words: str) -> None:
    totals = make.totals("20.00", received=make.pair(received), refunded=make.pair(refunded))
    order = make.canonical_order(totals=totals, payments=(make.payment("20.00", refundable=make.money("0")),))

    assert amounts.why_nothing(order) == words
    assert amounts.why_nothing(replace(order, payments=(make.payment("20.00"),))) == ""


# --- on every platform, all of it given back by the shop's own people, who leave the units on -----------------
ALL_OF_IT: dict[str, Callable[[Any], None]] = {
    "shopify": lambda staff: staff.refund("20.00"),
    "shoplazza": lambda staff: staff.refund("20.00"),
    "woocommerce": lambda staff: staff.refund("20.00"),
    "magento": lambda staff: staff.refund(amount="20.00"),
    "square": lambda staff: staff.refund("20.00"),
    "bigcommerce": lambda staff: staff.refund(2),
}
WORDS: dict[str, dict[str, Any]] = {
    "shopify": {"tax": "", "shipping": None},
    "square": {"tax_rate": "0", "charge": "0"},
}
ASKS = [
    {"units": 1},
    {"units": 1, "refund": RefundChoice.NONE},
    {"units": 1, "refund": RefundChoice.PART, "own": "1.00"},
    {"units": 2},
    {"units": 2, "refund": RefundChoice.NONE},
]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path / "world.sqlite3")
    for name, value in bench.WIDE.items():
        made.switch(name, value)
    yield made
    made.close()


def spent(world: World, platform: str) -> tuple[bench.Shop, Order]:
    shop = bench._open(world, platform, "USD", 2)
    line = connections.line(platform, price="10.00", quantity=2, sku="MUG-0")
    words = WORDS.get(platform, {"tax_rate": "0", "shipping": "0"})
    ident = connections.make_order(world, platform, shop.name, lines=[line], **words)
    ALL_OF_IT[platform](colleagues.of(world, platform, ident, shop.name))
    return shop, shop.read(ident)


def wish(order: Order, ask: dict[str, Any]) -> CancelRequest:
    part = {order.payments[0].id: make.money(ask["own"])} if "own" in ask else {}
    lines = {order.lines[0].id: Decimal(ask["units"])}
    return CancelRequest(lines=lines, refund=ask.get("refund", RefundChoice.FULL), part=part)


def planned(shop: bench.Shop, order: Order, request: CancelRequest) -> Plan:
    return preview.plan_on(shop.store, order, request, None, "")


def said(plan: Plan) -> str:
    blockers = [f"{one.text} {one.advice}" for one in plan.blockers]
    effects = [f"{one.title} {one.detail}" for one in plan.effects]
    return " ".join([plan.method_words, *blockers, *effects, *(one.text for one in plan.warnings)])


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: " ".join(map(str, ask.values())))
@pytest.mark.parametrize("platform", ALL_OF_IT)
def test_no_word_says_that_money_which_went_back_was_never_there(world: World, platform: str, ask: Any) -> None:
    shop, order = spent(world, platform)

    plan = planned(shop, order, wish(order, ask))

    assert not amounts.has_captured(order)
    assert amounts.why_nothing(order) == GONE
    for wrong in ("othing was captured", "othing was paid", "ever captured", "owes less", "until this is settled"):
        assert wrong not in said(plan)
    assert plan.can_run or plan.blockers
    assert plan.sums.total.amount == 0


def test_a_total_in_another_currency_is_not_compared() -> None:
    """Found at random: received in yen, given back in dollars."""
    order = make.canonical_order(payments=())
    mixed = replace(order.totals, received=make.pair("500", "JPY"), refunded=make.pair("5.00"))

    assert "no way for the money" in amounts.why_nothing(replace(order, totals=mixed))
