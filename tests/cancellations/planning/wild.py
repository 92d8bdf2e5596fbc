"""Orders, wishes and quotes as nobody would send them, for the property tests."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from stores.canonical.order import (
    Cancellable,
    Location,
    MoneyPair,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Placement,
    Readiness,
    Remark,
)
from stores.canonical.request import CancelRequest, Quote, QuotedLine, QuotedPayment, Reason, RefundChoice
from stores.kernel.money import Money
from tests import make

CURRENCIES = st.sampled_from(["USD", "USD", "USD", "JPY", "KWD"])
NUMBERS = st.one_of(
    st.integers(-3, 12).map(Decimal),
    st.decimals(-100, 10**9, places=3, allow_nan=False, allow_infinity=False),
)
ODD_NUMBERS = st.one_of(NUMBERS, st.sampled_from([Decimal("NaN"), Decimal("Infinity"), Decimal("1e20")]))
MONEY = st.builds(Money, NUMBERS, CURRENCIES)
LOCATIONS = st.one_of(
    st.none(), st.builds(Location, id=st.sampled_from(["a", "b"]), name=st.just("Place"), is_active=st.booleans())
)
TEXTS = st.sampled_from(["", "Öl 100 %", "%(n)s %d", "李伟", "<b>", "\u202eabc", "🎨" * 9])


@st.composite
def lines(draw, number):
    ordered = draw(NUMBERS)
    return make.line(
        id=f"L{number}",
        title=draw(TEXTS),
        units=1,
        ordered=ordered,
        current=draw(NUMBERS),
        shipped=draw(NUMBERS),
        cancelled=draw(NUMBERS),
        refundable=draw(NUMBERS),
        cancellable=draw(NUMBERS),
        unit_step=draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal(0), Decimal(-1)])),
        unit_price=MoneyPair(shop=draw(MONEY), customer=draw(MONEY)),
        placements=tuple(
            Placement(
                id=str(i),
                group_id="g",
                units=draw(NUMBERS),
                readiness=draw(st.sampled_from(list(Readiness))),
                location=draw(LOCATIONS),
                detail=draw(TEXTS),
            )
            for i in range(draw(st.integers(0, 2)))
        ),
        **{
            name: draw(st.booleans())
            for name in ("is_tracked", "is_restockable", "is_editable", "is_gift_card", "is_tip")
        },
        group_id=draw(st.sampled_from(["", "", "bundle"])),
        stock_item_id=draw(st.sampled_from(["", "item"])),
        why_not=draw(TEXTS),
    )


@st.composite
def payments(draw, number):
    return Payment(
        id=f"P{number}",
        kind=draw(st.sampled_from(list(PaymentKind))),
        status=draw(st.sampled_from(list(PaymentStatus))),
        gateway=draw(st.sampled_from(["card", "gift_card", ""])),
        label=draw(TEXTS),
        amount=MoneyPair(shop=draw(MONEY), customer=draw(MONEY)),
        refundable=draw(st.one_of(st.none(), MONEY)),
        capturable=draw(st.one_of(st.none(), MONEY)),
        is_manual=draw(st.booleans()),
    )


@st.composite
def orders(draw):
    currency = draw(CURRENCIES)
    pair = st.builds(MoneyPair, shop=MONEY, customer=MONEY)
    totals = make.totals("10", currency, refunded=draw(pair), original=draw(pair), tips=draw(pair))
    return make.canonical_order(
        lines=[draw(lines(n)) for n in range(draw(st.integers(0, 4)))],
        customer_currency=currency,
        currency=draw(CURRENCIES),
        totals=totals,
        payments=tuple(draw(payments(n)) for n in range(draw(st.integers(0, 3)))),
        payment=draw(st.sampled_from(list(PaymentState))),
        cancelled_at=draw(st.sampled_from([None, None, None, make.NOW])),
        shipping_refundable=draw(st.one_of(st.none(), MONEY)),
        cancellable=draw(st.sampled_from(list(Cancellable))),
        remarks=tuple(
            Remark(kind=draw(st.sampled_from(["dispute", "return", "risk"])), text=draw(TEXTS), is_open=True)
            for _ in range(draw(st.integers(0, 2)))
        ),
        whole_cancel_blockers=tuple(draw(st.lists(TEXTS, max_size=1))),
        **{n: draw(st.booleans()) for n in ("is_editable", "is_restockable", "can_notify", "is_summary")},
    )


IDS = st.sampled_from(["L0", "L1", "L2", "elsewhere"])
PAYMENT_IDS = st.sampled_from(["P0", "P1", "elsewhere"])
WISHES = st.builds(
    CancelRequest,
    lines=st.dictionaries(IDS, ODD_NUMBERS, max_size=4),
    refund=st.sampled_from(list(RefundChoice)),
    part=st.dictionaries(PAYMENT_IDS, MONEY, max_size=2),
    shipping=st.one_of(st.none(), MONEY),
    keep_stock=st.frozensets(IDS, max_size=3),
    restock_at=st.dictionaries(IDS, st.sampled_from(["a", "b", "c", ""]), max_size=3),
    notify=st.booleans(),
    reason=st.sampled_from(list(Reason)),
)
QUOTES = st.one_of(
    st.none(),
    st.builds(
        Quote,
        currency=CURRENCIES,
        subtotal=MONEY,
        tax=MONEY,
        shipping=MONEY,
        duties=MONEY,
        total=MONEY,
        maximum=MONEY,
        lines=st.lists(
            st.builds(QuotedLine, line_id=IDS, units=NUMBERS, amount=MONEY, tax=MONEY, location_id=TEXTS), max_size=2
        ).map(tuple),
        payments=st.lists(
            st.builds(QuotedPayment, payment_id=PAYMENT_IDS, gateway=TEXTS, label=TEXTS, amount=MONEY, maximum=MONEY),
            max_size=2,
        ).map(tuple),
    ),
)


@st.composite
def likely_wishes(draw, order):
    """Wishes that mostly fit the order, so that plans come out as well as blockers."""
    lines = {}
    for line in order.lines:
        if draw(st.booleans()):
            most = max(int(line.cancellable), 0)
            lines[line.id] = Decimal(draw(st.integers(0, most + 1)))
    wish = draw(WISHES)
    return CancelRequest(
        lines=lines, refund=wish.refund, part=wish.part, keep_stock=wish.keep_stock, notify=wish.notify
    )


@st.composite
def sane_orders(draw):
    currency = draw(CURRENCIES)
    amount = {"JPY": "1200", "KWD": "12.345"}.get(currency, "12.34")
    rows = []
    for number in range(draw(st.integers(1, 5))):
        ordered = draw(st.integers(1, 6))
        shipped = draw(st.integers(0, ordered))
        off = draw(st.integers(0, ordered - shipped))
        rows.append(
            make.line(id=f"L{number}", units=ordered, shipped=shipped, cancelled=off, price=amount, currency=currency)
        )
    paid = [
        make.payment(draw(st.sampled_from(["100", "7", "2500"])), currency, id=f"P{n}")
        for n in range(draw(st.integers(0, 3)))
    ]
    return make.canonical_order(lines=rows, currency=currency, payments=tuple(paid), is_editable=draw(st.booleans()))
