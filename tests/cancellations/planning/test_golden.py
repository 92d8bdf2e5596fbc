"""The whole preview as text, for sixteen situations: every word somebody reads before the click, and what is promised.

A changed word is a changed file in golden/: look at the difference, then write it there by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cancellations.pages import plan as plan_page
from cancellations.planning.plan import Plan
from stores.canonical.capabilities import assisted
from stores.canonical.order import EndsWhenRepaid, Order, PaymentState, Readiness, Refund, Remark
from stores.canonical.request import CancelRequest, QuotedLine, RefundChoice
from stores.kernel.i18n import money as said
from stores.kernel.i18n import units as counted
from tests import make
from tests.cancellations.planning import cases
from tests.cancellations.planning.cases import able, everything, plan, take
from tests.cancellations.planning.test_recipes import BY_ITEM, MONEY_FIRST
from tests.cancellations.planning.test_ways import BY_HAND, BY_INVOICE, ONE_SWITCH
from tests.cancellations.services.test_plan_words import foreign

GOLDEN = Path(__file__).parent / "golden"


def lamp(**fields: Any) -> Any:
    return make.line(**{"id": "LAMP", "title": "Amber lamp", "sku": "LAMP", "price": "20.00", **fields})


def bulb(**fields: Any) -> Any:
    words: dict[str, Any] = {"id": "BULB", "title": "Bulb", "sku": "BULB", "units": 2, "price": "4.50"}
    return make.line(**words | fields)


def card(amount: str, **fields: Any) -> Any:
    return make.payment(amount, **({"id": "CARD"} | fields))


def order(*lines: Any, **fields: Any) -> Order:
    return make.canonical_order(lines=list(lines) or [lamp(), bulb()], number="#1047", **fields)


def own(amount: str, payment: str = "CARD") -> dict[str, Any]:
    return {"refund": RefundChoice.PART, "part": {payment: make.money(amount)}}


def kept_earlier() -> Plan:
    earlier = (Refund(id="R1", created_at=make.NOW, amount=make.pair("19.00")),)
    facts = order(lamp(cancelled=1), bulb(), payments=(card("29.00", refundable=make.money("10.00")),), refunds=earlier)
    return plan(facts, everything(facts))


def quoted_above() -> Plan:
    earlier = (Refund(id="R1", created_at=make.NOW, amount=make.pair("19.00")),)
    facts = order(lamp(cancelled=1), bulb(), payments=(card("29.00", refundable=make.money("10.00")),), refunds=earlier)
    share = QuotedLine(line_id="BULB", units=Decimal(2), amount=make.money("9.00"), tax=make.money())
    figures = cases.quote(facts, everything(facts))
    all_of_it = (replace(figures.payments[0], amount=make.money("10.00")),)
    return plan(
        facts, everything(facts), quoted=replace(figures, lines=(share,), payments=all_of_it), recipe=ONE_SWITCH
    )


def uses_up_the_money() -> Plan:
    paid = (card("29.00", refundable=make.money("20.00")),)
    facts = order(payments=paid, ends_when_repaid=EndsWhenRepaid.ALWAYS)
    return plan(facts, take(1, order=facts), recipe=ONE_SWITCH)


def with_shipped_units() -> Plan:
    facts = order(lamp(units=3, shipped=1), bulb(), payments=(card("69.00"),))
    return plan(facts, everything(facts))


def being_packed() -> Plan:
    line = lamp(units=2)
    packed = replace(line, placements=tuple(replace(p, readiness=Readiness.BEING_PACKED) for p in line.placements))
    remark = Remark(kind="dispute", text="A dispute of US$40.00 is open.", is_open=True)
    facts = order(packed, payments=(card("40.00"),), remarks=(remark,))
    return plan(facts, take(1, order=facts, notify=True))


def whole(recipe: Any = cases.RECIPE, **fields: Any) -> Plan:
    facts = order(payments=(card("29.00"),))
    return plan(facts, everything(facts, **fields), recipe=recipe)


def two_tenders() -> Plan:
    bank = make.payment("9.00", id="BANK", label="Bank transfer", is_manual=True)
    facts = order(payments=(card("20.00"), bank))
    return plan(facts, everything(facts), recipe=BY_INVOICE)


def authorised() -> Plan:
    held = card("29.00", refundable=None, capturable=make.money("29.00"))
    facts = order(payments=(held,), payment=PaymentState.AUTHORISED)
    return plan(facts, everything(facts))


def unpaid_part() -> Plan:
    facts = order(payments=())
    facts = replace(facts, totals=replace(facts.totals, received=make.pair("0")))
    return plan(facts, take(0, 1, order=facts))


def wholesale() -> Plan:
    facts = order(payments=(), platform="modern_dropship")
    by_hand = able(restock=assisted("Correct the count in the other desk."))
    return plan(facts, take(1, 1, order=facts), recipe=BY_ITEM, capabilities=by_hand)


def in_yen() -> Plan:
    facts = foreign()
    named = replace(facts, number="#1047", lines=(replace(facts.lines[0], title="Bulb"),))
    return plan(named, everything(named))


def refused() -> Plan:
    facts = order(lamp(units=3, shipped=1), payments=(card("60.00"),))
    wish = CancelRequest(lines={"LAMP": Decimal(3), "GONE": Decimal(1)}, **own("70.00"))
    return plan(facts, wish, quoted=cases.quote(facts, everything(facts)))


SITUATIONS = {
    "whole_by_card": lambda: whole(),
    "whole_own_amount": lambda: whole(**own("12.34")),
    "whole_no_refund": lambda: whole(refund=RefundChoice.NONE),
    "whole_money_first_kept_stock": lambda: whole(MONEY_FIRST, keep_stock=frozenset({"BULB"})),
    "part_stock_by_adjustment": lambda: plan(facts := order(payments=(card("29.00"),)), take(0, 1, order=facts),
                                             recipe=BY_HAND),
    "kept_earlier": kept_earlier,
    "quoted_above": quoted_above,
    "uses_up_the_money": uses_up_the_money,
    "rest_of_a_shipped_order": with_shipped_units,
    "being_packed_and_disputed": being_packed,
    "card_and_bank_transfer": two_tenders,
    "authorised": authorised,
    "unpaid_part": unpaid_part,
    "by_item_and_by_hand": wholesale,
    "two_currencies": in_yen,
    "refused": refused,
}  # fmt: skip


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_preview_reads_as_it_was_agreed(name: str) -> None:
    text = "\n".join(lines_of(SITUATIONS[name]())) + "\n"

    assert text == (GOLDEN / f"{name}.txt").read_text()


def test_every_agreed_text_is_still_read() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(SITUATIONS)


def lines_of(made: Plan) -> Iterator[str]:
    yield f"[{plan_page.deed(made)}]{'' if made.can_run else ' (cannot be pressed)'}"
    for blocker in made.blockers:
        yield f"stop {blocker.code} at {blocker.field or 'the whole'}: {blocker.text} {blocker.advice}".rstrip()
    for row in plan_page.effect_rows(made):
        yield f"- {row['title']}{' ' + said(row['amount']) if row['amount'] else ''}. {row['text']}".rstrip()
    for label, amount in plan_page.sum_rows(made) if made.sums.total else ():
        yield f"= {label} {said(amount)}"
    if made.sums.total:
        yield f"= Refund {said(made.sums.total)}, limits see {said(made.limit_amount)}"
    for number, call in enumerate(plan_page.calls(made), start=1):
        yield f"{number}. {call}"
    for caution in made.warnings:
        yield f"! {caution.code}: {caution.text}"
    yield from _promised(made)


def _promised(made: Plan) -> Iterator[str]:
    end = made.expected
    yield f"> order {'cancelled' if end.is_cancelled else 'open'}, can be cancelled then: {end.cancellable}"
    for line in end.lines:
        yield f"> {line.title} {counted(line.before)} → {counted(line.after)}"
    for payment in end.payments:
        yield f"> {payment.label} {said(payment.refund)}{', by hand' if payment.is_manual else ''}"
    for stock in end.stock:
        yield f"> {stock.title} {counted(stock.units)} back at {stock.location or 'a place of the platform'}"
    if end.voided:
        yield f"> released: {len(end.voided)}"
