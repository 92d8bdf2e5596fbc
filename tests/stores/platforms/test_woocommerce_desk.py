"""WooCommerce from preview to receipt: what the desk promises is what the store shows, and each effect happens once."""

from __future__ import annotations

import pytest

from cancellations.services import decide, submit
from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from sandbox.platforms.woocommerce.spec import Line
from stores.canonical.request import RefundChoice
from stores.kernel.money import Money
from tests import make
from tests.rigs.desk import Desk, desk_on, lines_of

MUG, TEA = Line(price="14.50", quantity=3, sku="MUG"), Line(title="Tea", price="8.90", quantity=2, sku="TEA")


@pytest.fixture
def desk(db, tmp_path, monkeypatch):
    with desk_on("woocommerce", tmp_path, monkeypatch) as made:
        yield made


def verdicts(done):
    return {row["what"]: (row["promised"], row["seen"], row["verdict"]) for row in lines_of(done.receipt)}


def kinds(done):
    return [step.kind for step in done.steps.all()]


def stock(desk: Desk, record, *places: int):
    home = WooCommerceSimulator(desk.world)
    return [home.stock(record.external_id, place) for place in places]


def is_as_promised(done):
    assert done.state == "done", done.trouble
    assert not done.differs, verdicts(done)


def test_a_paid_order_is_refunded_and_then_cancelled(desk):
    record = desk.order(lines=[MUG, TEA], tax_rate="0.19", coupon="7.00")

    done = desk.work(desk.confirm(record, desk.everything(record)))

    is_as_promised(done)
    assert kinds(done) == ["refund", "cancel", "verify"]
    assert (desk.count("refund"), desk.count("cancel")) == (1, 1)
    assert desk.world.effects(kind="refund")[0].amount == desk.live(record).totals.received.shop.amount
    assert stock(desk, record, 0, 1) == [100, 100]
    assert WooCommerceSimulator(desk.world).order(record.external_id)["status"] == "cancelled"


def test_an_unpaid_order_is_only_set_to_cancelled(desk):
    for words in ({"pay": "waiting"}, {"pay": "waiting", "gateway": "bacs"}):
        record = desk.order(lines=[MUG, TEA], **words)
        done = desk.work(desk.confirm(record, desk.everything(record)))
        is_as_promised(done)
        assert kinds(done) == ["cancel", "verify"]
        assert stock(desk, record, 0) == [100]
    assert (desk.count("refund"), desk.count("cancel")) == (0, 2)


def test_some_units_leave_by_a_refund_and_the_order_stays_open(desk):
    record = desk.order(lines=[MUG, TEA], tax_rate="0.19")

    done = desk.work(desk.confirm(record, desk.some(record, 1, 2)))

    is_as_promised(done)
    assert kinds(done) == ["refund", "verify"]
    assert stock(desk, record, 0, 1) == [98, 100]
    assert desk.live(record).cancelled_at is None
    assert desk.count("cancel") == 0


def test_stock_that_is_kept_ends_the_order_as_refunded(desk):
    """Setting it to cancelled would put everything back."""
    record = desk.order(lines=[MUG, TEA])
    kept = frozenset(line.id for line in desk.live(record).lines)

    done = desk.work(desk.confirm(record, desk.everything(record, keep_stock=kept)))

    is_as_promised(done)
    assert kinds(done) == ["refund", "verify"]
    assert stock(desk, record, 0, 1) == [97, 98]
    assert desk.count("stock") == 0
    assert desk.live(record).cancel_reason == "Cancelled by refund"


@pytest.mark.parametrize("words", [{}, {"prices_include_tax": True}, {"fees": {"Regular": "-3.00"}}])
def test_stock_that_is_kept_in_part_takes_two_refunds(desk, words):
    record = desk.order(lines=[MUG, TEA], tax_rate="0.19", **words)
    kept = frozenset([desk.live(record).lines[0].id])

    done = desk.work(desk.confirm(record, desk.everything(record, keep_stock=kept)))

    is_as_promised(done)
    assert kinds(done) == ["refund", "refund", "verify"]
    assert stock(desk, record, 0, 1) == [97, 100]
    assert (
        sum(effect.amount for effect in desk.world.effects(kind="refund"))
        == desk.live(record).totals.received.shop.amount
    )


def test_stock_that_was_kept_earlier_stays_out(desk):
    """Somebody refunded a broken unit without its stock: setting the order to cancelled would put it back."""
    record = desk.order(lines=[MUG, TEA], refunded=1, kept=True)

    done = desk.work(desk.confirm(record, desk.everything(record)))

    is_as_promised(done)
    assert kinds(done) == ["refund", "verify"]
    assert stock(desk, record, 0, 1) == [99, 100]


def test_stock_cannot_be_kept_when_nothing_was_paid(desk):
    record = desk.order(lines=[MUG], pay="waiting", gateway="bacs")
    kept = frozenset(line.id for line in desk.live(record).lines)

    plan = desk.plan(record, desk.everything(record, keep_stock=kept))

    assert plan.blockers


def test_part_of_an_unpaid_order_is_refused_in_words(desk):
    record = desk.order(lines=[MUG], pay="waiting")
    assert [b.code for b in desk.plan(record, desk.some(record, 1)).blockers] == ["unpaid_part"]


def test_no_refund_cancels_the_whole_order_and_keeps_the_money(desk):
    record = desk.order(lines=[MUG])
    done = desk.work(desk.confirm(record, desk.everything(record, refund=RefundChoice.NONE)))
    is_as_promised(done)
    assert (desk.count("refund"), desk.count("cancel")) == (0, 1)


def test_an_amount_of_ones_own_wins_over_the_lines(desk):
    record = desk.order(lines=[MUG, TEA])
    order = desk.live(record)
    five = Money.from_minor(500, "USD")

    wish = desk.some(record, 1, refund=RefundChoice.PART, part={order.payments[0].id: five})
    done = desk.work(desk.confirm(record, wish))

    is_as_promised(done)
    assert [effect.amount for effect in desk.world.effects(kind="refund")] == [5]


def test_a_part_that_takes_all_the_money_ends_the_order_as_the_plan_says(desk):
    """WooCommerce sets it to refunded whatever units remain: they stay on it, and so does their stock."""
    record = desk.order(lines=[MUG], shipping="0")
    order = desk.live(record)
    everything = order.totals.received.customer
    wish = desk.some(record, 1, refund=RefundChoice.PART, part={order.payments[0].id: everything})

    plan = desk.plan(record, wish)
    done = desk.work(desk.confirm(record, wish))

    assert plan.expected.is_cancelled
    assert [caution.code for caution in plan.warnings if "2 ×" in caution.text] == ["ends_order"]
    is_as_promised(done)
    assert "Somebody" not in done.receipt
    assert WooCommerceSimulator(desk.world).order(record.external_id)["status"] == "refunded"
    assert (desk.count("cancel"), stock(desk, record, 0)) == (0, [98])
    assert desk.live(record).lines[0].current == 2


def test_a_free_line_that_is_left_holds_the_order_open_as_the_plan_says(desk):
    record = desk.order(lines=[MUG, Line(title="Gift", price="0.00", sku="GIFT")], shipping="0")
    paid = desk.some(record, 3)

    plan = desk.plan(record, paid)
    done = desk.work(desk.confirm(record, paid))

    assert not plan.expected.is_cancelled
    is_as_promised(done)
    home = WooCommerceSimulator(desk.world)
    assert (home.order(record.external_id)["status"], desk.live(record).cancelled_at) == ("processing", None)

    last = desk.work(desk.confirm(record, desk.everything(record)))

    is_as_promised(last)
    assert (kinds(last), home.order(record.external_id)["status"]) == (["cancel", "verify"], "cancelled")
    assert stock(desk, record, 0, 1) == [100, 100]


def test_a_fee_kept_earlier_stays_with_the_shop(desk):
    """19.00 of 20.00 went back; the rest of the order is worth 50.00 and not 51.00."""
    chairs = [Line(title="Chair A", price="20.00", sku="A"), Line(title="Chair B", price="50.00", sku="B")]
    record = desk.order(lines=chairs, shipping="0")
    payment = desk.live(record).payments[0].id
    nineteen = Money.from_minor(1900, "USD")
    first = desk.some(record, 1, refund=RefundChoice.PART, part={payment: nineteen})
    is_as_promised(desk.work(desk.confirm(record, first)))

    done = desk.work(desk.confirm(record, desk.everything(record)))

    is_as_promised(done)
    assert [effect.amount for effect in desk.world.effects(kind="refund")] == [19, 50]
    assert desk.live(record).totals.net.shop == Money.from_minor(100, "USD")


def test_a_refund_made_after_an_order_was_completed_was_of_goods_that_had_left(desk):
    """Somebody ships it between our look and our send; the store itself refuses nothing."""
    record = desk.order(lines=[MUG, TEA], shipping="0")
    staff = WooCommerceSimulator(desk.world).staff(record.external_id)
    staff.refund("14.50", units=1)
    desk.travel(60)
    staff.move("completed")
    desk.travel(60)
    staff.refund("14.50", units=1)

    line = desk.live(record).lines[0]

    assert (line.ordered, line.current, line.shipped, line.cancelled) == (3, 1, 2, 1)


def test_a_bank_transfer_is_recorded_and_the_preview_says_so(desk):
    record = desk.order(lines=[MUG], gateway="bacs")
    plan = desk.plan(record, desk.everything(record))
    assert any("by hand" in effect.detail for effect in plan.effects)

    done = desk.work(desk.confirm(record, desk.everything(record)))

    is_as_promised(done)
    assert [effect.detail["by_hand"] for effect in desk.world.effects(kind="refund")] == [True]


def test_what_is_awkward_in_an_order_changes_nothing_of_the_promise(desk):
    """Prices with tax, discounts as fees, variations of one product, earlier refunds."""
    for name in (
        "prices including tax", "negative fee", "variable product", "partly refunded",
        "partly refunded, money only", "free gift inside", "digital", "renumbered", "no name",
    ):  # fmt: skip
        record = desk.order(**WooCommerceSimulator.seeds[name])
        before = desk.count("refund")
        done = desk.work(desk.confirm(record, desk.everything(record)))
        is_as_promised(done)
        assert desk.count("refund") == before + 1, name
        assert desk.live(record).totals.net.shop.amount == 0


def test_a_currency_the_shop_does_not_use_waits_for_somebody_without_limits(desk):
    record = desk.order(**WooCommerceSimulator.seeds["zero-decimal currency"])

    waiting = desk.confirm(record, desk.everything(record))

    assert (waiting.state, desk.count("refund")) == ("awaiting_approval", 0)
    owner, seen = make.person(is_owner=True), waiting.fingerprint
    desk.patiently(lambda: decide.approve(actor=owner, cancellation=waiting, fingerprint=seen))
    done = desk.work(waiting)

    is_as_promised(done)
    assert [str(effect.amount) for effect in desk.world.effects(kind="refund")] == ["5830"]


def test_a_gateway_that_says_no_is_told_and_nothing_is_kept(desk):
    record = desk.order(lines=[MUG])
    cancellation = desk.confirm(record, desk.everything(record))
    desk.world.switch("woocommerce_gateway", "fails")

    stopped = desk.work(cancellation, hours=3)

    assert stopped.state in ("refused", "needs_operator")
    assert (desk.count("refund"), desk.count("cancel")) == (0, 0)
    assert WooCommerceSimulator(desk.world).refunds(record.external_id) == []


@pytest.mark.parametrize("fault", ["drop_after", "html_after", "error_after"])
def test_a_lost_answer_leads_to_one_effect_each(desk, fault):
    record = desk.order(lines=[MUG])
    cancellation = desk.confirm(record, desk.everything(record))
    desk.world.fault(fault, on="refund_create")
    desk.world.fault(fault, on="order_update")

    done = desk.work(cancellation, hours=3)

    is_as_promised(done)
    assert (desk.count("refund"), desk.count("cancel")) == (1, 1)


def test_a_refund_that_never_arrived_waits_for_a_person(desk):
    record = desk.order(lines=[MUG])
    cancellation = desk.confirm(record, desk.some(record, 1))
    desk.world.fault("drop_before", on="refund_create")

    stopped = desk.work(cancellation, hours=50)

    assert stopped.state == "needs_operator"
    assert (desk.count("refund"), stopped.steps.get(kind="refund").attempts.count()) == (0, 1)


@pytest.mark.parametrize(("mood", "moved"), [("dies_paid", 1), ("dies_unpaid", 0)])
def test_a_record_without_the_gateways_yes_is_for_a_person(desk, mood, moved):
    record = desk.order(lines=[MUG])
    cancellation = desk.confirm(record, desk.everything(record))
    desk.world.switch("woocommerce_gateway", mood)

    stopped = desk.work(cancellation, hours=3)

    assert stopped.state == "needs_operator"
    assert desk.steps(stopped)["refund"] == "needs_person"
    assert (desk.count("refund"), desk.count("cancel")) == (moved, 0)


def test_an_order_that_was_completed_meanwhile_is_left_alone(desk):
    """WooCommerce itself would set any status over any other."""
    record = desk.order(lines=[MUG], pay="waiting")
    cancellation = desk.confirm(record, desk.everything(record))
    WooCommerceSimulator(desk.world).staff(record.external_id).move("completed")

    stopped = desk.work(cancellation, hours=3)

    assert stopped.state in ("refused", "needs_operator")
    assert desk.count("cancel") == 0


def test_an_order_that_the_shop_cancelled_meanwhile_is_not_cancelled_again(desk):
    """Unpaid checkouts are cancelled by the store itself after an hour."""
    record = desk.order(lines=[MUG], pay="waiting", gateway="bacs")
    cancellation = desk.confirm(record, desk.everything(record))
    WooCommerceSimulator(desk.world).staff(record.external_id).move("cancelled")

    stopped = desk.work(cancellation, hours=3)

    assert "changed since the preview" in stopped.trouble
    assert [effect.cause for effect in desk.world.effects(kind="cancel")] == ["staff"]
    assert stock(desk, record, 0) == [100]


def test_an_authorised_order_asks_a_person_to_look_at_the_provider(desk):
    record = desk.order(lines=[MUG], pay="authorised")
    stopped = desk.work(desk.confirm(record, desk.everything(record)), hours=1)
    assert kinds(stopped) == ["cancel", "assisted", "verify"]
    assert stopped.state == "needs_operator"
    assert (desk.count("refund"), desk.count("cancel")) == (0, 1)


@pytest.mark.parametrize(
    ("words", "wish", "confirm", "after"),
    [({}, "whole", 5, 14), ({"pay": "waiting"}, "whole", 2, 6), ({}, "part", 5, 9)],
)
def test_calls_of_a_cancellation(desk, words, wish, confirm, after):
    """confirm: order, the digits of its prices, refunds, payment method, preview. Then for each call the order (and its
    refunds and digits) before it: once by the guard, once by the adapter, which WooCommerce would let do anything."""
    record = desk.order(lines=[MUG, TEA], **words)
    request = desk.everything(record) if wish == "whole" else desk.some(record, 1)
    desk.travel(60)
    seen = desk.preview(record, request)
    counted = []
    for act in (lambda: submit.confirm(actor=desk.staff, seen=seen), lambda: desk.work(counted[0])):
        before = dict(desk.world.counters()["requests"])
        desk.travel(60)
        counted.append(act())
        now = desk.world.counters()["requests"]
        counted.append({name: number - before.get(name, 0) for name, number in now.items()})

    is_as_promised(counted[2])
    assert sum(counted[1].values()) <= confirm, counted[1]
    assert sum(counted[3].values()) <= after, counted[3]
    assert desk.world.counters()["throttled"] == {}
