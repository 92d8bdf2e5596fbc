"""How often one cancellation asks the shop, from the preview to the receipt; each call with its reason.

Never saved: the comparison at confirm, the guard before the send, asking after a job, and the look at the end.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cancellations.services import submit
from sandbox.platforms.shopify.answer import Exchange
from sandbox.platforms.shopify.spec import Line
from stores.canonical.request import CancelRequest
from stores.models import OrderRecord
from tests.rigs.desk import Desk

PREVIEW = CONFIRM = ("Order", "SuggestRefund")
GUARD, LOOK = ("Order",), ("Order",)
WISHES: dict[str, tuple[Callable[[Desk, OrderRecord], CancelRequest], tuple[str, ...]]] = {
    "whole": (lambda desk, record: desk.everything(record), (*GUARD, "CancelOrder", "JobResult", *LOOK)),
    "partial": (lambda desk, record: desk.some(record, 1), (*GUARD, "Refund", *LOOK)),
}


@pytest.mark.parametrize(("wish", "work"), WISHES.values(), ids=WISHES)
def test_a_cancellation_asks_shopify_for_what_it_needs_and_once(desk, wish, work):
    record = desk.order(lines=[Line(quantity=2, price="12.00"), Line(quantity=1, price="8.00")])
    request = wish(desk, record)
    calls: list[str] = []
    desk.world.on_exchange(lambda exchange: calls.append(name_of(exchange)))

    seen = desk.preview(record, request)
    previewed = taken(calls)
    held = desk.patiently(lambda: submit.confirm(actor=desk.staff, seen=seen))
    confirmed = taken(calls)
    done = desk.work(held)

    assert (done.state, done.differs) == ("done", False)
    assert (previewed, confirmed, taken(calls)) == (PREVIEW, CONFIRM, work)


def name_of(exchange: Exchange) -> str:
    """query Order(…) → Order"""
    return exchange.query.split("(", 1)[0].split()[1]


def taken(calls: list[str]) -> tuple[str, ...]:
    found = tuple(calls)
    calls.clear()
    return found
