"""Receipts word for word: each row with its kind, what was promised, reported and seen, the verdict and the note."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cancellations.planning.comparison import compare
from cancellations.planning.plan import ReceiptSheet
from stores.canonical.order import PaymentState, PaymentStatus, Refund, RefundedLine
from stores.canonical.receipts import EffectState, RefundState
from tests import make
from tests.cancellations.planning.cases import everything, plan, take
from tests.cancellations.planning.test_comparison import refunded
from tests.cancellations.planning.test_ways import BY_HAND, BY_INVOICE

CARD = "Refund to Visa •••• 4242"
IN_ALL = "Refunded on this order in all"
STATE = "Payment state of the order"
SAME_UNITS = "units | Mug | 3 → 2 | — | 3 → 2 | same |"
ORDER = make.canonical_order(number="#7", lines=[make.line(id="A", title="Mug", units=3), make.line(id="B", units=2)])
PLAN = plan(ORDER, take(1, order=ORDER))


def rows(sheet: ReceiptSheet) -> list[str]:
    return [
        f"{r.kind} | {r.what} | {r.promised} | {r.reported} | {r.seen} | {r.verdict} | {r.note}".strip()
        for r in sheet.lines
    ]


def after(**words):
    """One refund through the payment of ORDER."""
    made = refunded(order=ORDER, **words)
    (refund,) = made.refunds
    parts = tuple(replace(part, parent_id=ORDER.payments[0].id) for part in refund.transactions)
    return replace(made, refunds=(replace(refund, transactions=parts),))


@pytest.mark.parametrize(("words", "told", "expected"), [
    pytest.param({}, {"refunded": make.money("10.00")}, [
        "units | Mug | 3 → 2 | accepted | 3 → 2 | same |",
        f"refund | {CARD} | US$10.00 | US$10.00 | US$10.00 | same |",
        f"refund | {IN_ALL} | US$10.00 | US$10.00 | US$10.00 | same |",
        "stock | Mug back in stock at Warehouse | 1 unit | accepted | 1 unit | same |",
    ], id="as promised"),
    pytest.param(
        {"status": PaymentStatus.PENDING, "payment": PaymentState.PAID},
        {"refunded": make.money("10.00"), "refund_state": RefundState.PENDING}, [
        "units | Mug | 3 → 2 | accepted | 3 → 2 | same |",
        f"refund | {CARD} | US$10.00 | US$10.00, pending | US$10.00 | pending | "
        "On its way: the payment provider has not finished.",
        f"refund | {IN_ALL} | US$10.00 | US$10.00, pending | US$0.00 | pending |",
        f"refund | {STATE} | partly refunded or refunded | — | paid | pending |",
        "stock | Mug back in stock at Warehouse | 1 unit | accepted | 1 unit | same |",
    ], id="on its way"),
    pytest.param({"status": PaymentStatus.FAILED, "total": "0"}, {}, [
        SAME_UNITS,
        f"refund | {CARD} | US$10.00 | — | US$0.00 | differs | US$10.00 failed at the payment provider.",
        f"refund | {IN_ALL} | US$10.00 | — | US$0.00 | differs |",
        "stock | Mug back in stock at Warehouse | 1 unit | — | 1 unit | same |",
    ], id="failed"),
    pytest.param({"amount": "9.00"}, {}, [
        SAME_UNITS,
        f"refund | {CARD} | US$10.00 | — | US$9.00 | differs |",
        f"refund | {IN_ALL} | US$10.00 | — | US$9.00 | differs |",
        "stock | Mug back in stock at Warehouse | 1 unit | — | 1 unit | same |",
    ], id="less"),
    pytest.param({"location": "elsewhere"}, {}, [
        SAME_UNITS,
        f"refund | {CARD} | US$10.00 | — | US$10.00 | same |",
        f"refund | {IN_ALL} | US$10.00 | — | US$10.00 | same |",
        "stock | Mug back in stock at Warehouse | 1 unit | — | 0 units | differs | Put back at another location.",
    ], id="elsewhere"),
    pytest.param({"restocked": False}, {}, [
        SAME_UNITS,
        f"refund | {CARD} | US$10.00 | — | US$10.00 | same |",
        f"refund | {IN_ALL} | US$10.00 | — | US$10.00 | same |",
        "stock | Mug back in stock at Warehouse | 1 unit | — | 0 units | differs | "
        "The platform recorded these units without putting them back.",
    ], id="not put back"),
])  # fmt: skip
def test_a_refund_of_one_unit(words, told, expected):
    assert rows(compare(PLAN, ORDER, after(**words), {1: make.answer(**told)} if told else {})) == expected


NOTHING = [
    f"refund | {CARD} | US$10.00 | — | US$0.00 | differs | No refund is on the order.",
    f"refund | {IN_ALL} | US$10.00 | — | US$0.00 | differs |",
    f"refund | {STATE} | partly refunded or refunded | — | paid | differs |",
]


def test_nothing_of_it_is_there():
    assert rows(compare(PLAN, ORDER, make.changed(ORDER), {})) == [
        "units | Mug | 3 → 2 | — | 3 → 3 | differs |",
        *NOTHING,
        "stock | Mug back in stock at Warehouse | 1 unit | — | — | unseen |",
    ]


@pytest.mark.parametrize(("moved", "verdict"), [
    (1, "unseen | The order does not show this; the platform's answer is all that is known."),
    (2, "differs | 1 unit more went back than was asked; no cancellation here explains it. Compare with the shelf."),
    (3, "differs | 2 units more went back than was asked; no cancellation here explains them. Compare with the shelf."),
    (0, "differs | These units did not move: the count says 97 → 97."),
])  # fmt: skip
def test_stock_that_was_counted_around_an_adjustment(moved, verdict):
    line = make.line(id="A", title="Mug", units=2, stock_item_id="S")
    facts = make.canonical_order(lines=[line, make.line(id="B")])
    made = plan(facts, take(1, order=facts), recipe=BY_HAND)
    now = 97 + moved
    told = make.answer(stock=make.counts(f"S@L:97:{now}:1"))

    assert rows(compare(made, facts, make.changed(facts), {2: told})) == [
        "units | Mug | 2 → 1 | — | 2 → 2 | differs |",
        *NOTHING,
        f"stock | Units back in stock | 1 unit | 97 → {now} | — | {verdict}",
    ]


def test_kept_units_that_are_taken_out_again():
    line = make.line(id="A", title="Mug", units=4, shipped=1, stock_item_id="S", is_editable=False)
    facts = make.canonical_order(lines=[line])
    made = plan(facts, take(2, order=facts, keep_stock=frozenset({"A"})))

    assert rows(compare(made, facts, make.changed(facts), {2: make.answer(stock=make.counts("S@L:9:7"))}))[-1] == (
        "keep_stock | Kept units taken out of stock again | 2 units | 9 → 7 | — | unseen | "
        "The order does not show this; the platform's answer is all that is known."
    )


@pytest.mark.parametrize("is_done", [True, False])
def test_an_authorisation_that_the_cancel_releases(is_done):
    held = make.payment("20.00", refundable=None, capturable=make.money("20.00"), label="Visa")
    facts = make.canonical_order(
        number="#7", lines=[make.line(id="A", title="Mug", units=2)], payments=(held,), payment=PaymentState.AUTHORISED
    )
    made = plan(facts, everything(facts), recipe=BY_INVOICE)
    lines = tuple(replace(line, current=Decimal(0), cancelled=line.ordered) for line in facts.lines)
    ended = make.changed(facts, lines=lines, payments=(), cancelled_at=make.NOW, payment=PaymentState.VOIDED)

    sheet = compare(
        made,
        facts,
        ended if is_done else make.changed(facts),
        {1: make.answer(state=EffectState.VOIDED)} if is_done else {},
    )

    assert rows(sheet) == ([
        "close | Order #7 | cancelled | accepted | cancelled | same |",
        "units | Mug | 2 → 0 | accepted | 2 → 0 | same |",
        "void | Authorisation on Visa | released | released | released | same |",
        "stock | Mug back in stock at Warehouse | 2 units | accepted | — | unseen |",
    ] if is_done else [
        "close | Order #7 | cancelled | — | open | differs |",
        "units | Mug | 2 → 0 | — | 2 → 2 | differs |",
        f"refund | {STATE} | voided or expired | — | authorised | differs |",
        "void | Authorisation on Visa | released | — | still held | differs |",
        "stock | Mug back in stock at Warehouse | 2 units | — | — | unseen |",
    ])  # fmt: skip


def test_stock_records_of_another_line_say_nothing_of_this_one():
    made = after()
    (refund,) = made.refunds
    moved = RefundedLine(
        line_id="B", units=Decimal(1), restock="none", was_restocked=False, location_id=make.WAREHOUSE.id
    )
    elsewhere = replace(moved, restock="cancel", was_restocked=True, location_id="elsewhere")
    untold = replace(made, refunds=(replace(refund, lines=(moved, elsewhere)),))

    assert rows(compare(PLAN, ORDER, untold, {}))[-1].startswith(
        "stock | Mug back in stock at Warehouse | 1 unit | — |"
    )
    assert "another location" not in rows(compare(PLAN, ORDER, untold, {}))[-1]
    assert "without putting" not in rows(compare(PLAN, ORDER, untold, {}))[-1]


def test_kept_units_that_went_back_are_told_at_their_line():
    facts = make.canonical_order(lines=[make.line(id="A", title="Mug", units=2), make.line(id="B", units=2)])
    made = plan(facts, take(1, 1, order=facts, keep_stock=frozenset({"A"})), recipe=BY_INVOICE)
    back = RefundedLine(
        line_id="A", units=Decimal(1), restock="cancel", was_restocked=True, location_id=make.WAREHOUSE.id
    )
    seen = make.changed(
        facts, refunds=(Refund(id="r1", created_at=make.NOW, amount=make.pair("20.00"), lines=(back,)),)
    )

    told = [row for row in rows(compare(made, facts, seen, {})) if row.startswith("keep_stock")]

    assert told == [
        "keep_stock | Mug kept out of stock | 0 units | — | 1 unit | differs | The platform put these units back."
    ]


def test_units_that_nobody_asked_to_put_back_and_that_went_back_differ():
    facts = make.canonical_order(lines=[make.line(id="A", title="Mug", units=2, stock_item_id="S")])
    made = plan(facts, take(1, order=facts, keep_stock=frozenset({"A"})), recipe=BY_HAND)
    told = make.answer(stock=make.counts("S@L:97:98:0"))

    (row,) = [row for row in rows(compare(made, facts, make.changed(facts), {1: told})) if "stay as it is" in row]

    assert row == (
        "keep_stock | Stock that was to stay as it is | 0 units | 97 → 98 | 1 unit | differs | "
        "More units are counted than before, and no cancellation here put them back."
    )
