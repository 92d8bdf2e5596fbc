"""What stops a plan, at which field, and what is only worth reading."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path

import pytest

from cancellations.planning.blockers import BY_HAND
from stores.canonical.capabilities import Capabilities, assisted, impossible
from stores.canonical.order import Location, PaymentKind, PaymentState, Placement, Readiness, Remark
from stores.canonical.request import RefundChoice
from tests import make
from tests.cancellations.planning.cases import able, cautions, codes, everything, plan, take


def waiting(readiness: Readiness, units: int = 1, **fields) -> Placement:
    return Placement(id="p", group_id="g", units=Decimal(units), readiness=readiness, location=make.WAREHOUSE, **fields)


def order(*lines, **fields):
    return make.canonical_order(lines=list(lines) or [make.line(units=2), make.line(units=2)], **fields)


@pytest.mark.parametrize(
    ("capability", "wish", "field"),
    [
        ("cancel_lines", {}, "lines"),
        ("refund", {}, "refund"),
        ("refund_shipping", {"shipping": make.money("1")}, "shipping"),
        ("refund_part", {"refund": RefundChoice.PART}, "refund"),
        ("cancel_without_refund", {"refund": RefundChoice.NONE}, "refund"),
        ("restock", {}, "restock.L"),
        ("keep_stock", {"keep_stock": frozenset({"L"})}, "restock.L"),
        ("restock_at_location", {"restock_at": {"L": make.WAREHOUSE.id}}, "location.L"),
        ("notify_customer", {"notify": True}, "notify"),
    ],
)
@pytest.mark.parametrize("support", [impossible, assisted], ids=["impossible", "by hand"])
def test_what_a_platform_does_not_offer_blocks_with_its_reason(capability, wish, field, support):
    facts = order(make.line(id="L", units=2), make.line(), shipping_refundable=make.money("5"))
    named = {"part": {facts.payments[0].id: make.money("1")}} if wish.get("refund") is RefundChoice.PART else {}

    made = plan(facts, take(1, order=facts, **wish, **named), capabilities=able(**{capability: support("Not here.")}))

    if support is assisted and capability in BY_HAND:
        assert made.steps[-2].kind == "assisted"
        assert made.can_run
    else:
        assert [(b.code, b.field, b.text) for b in made.blockers] == [(f"cannot.{capability}", field, "Not here.")]


def test_the_rest_and_the_whole_are_capabilities_of_their_own():
    shipped = order(make.line(units=3, shipped=1))
    whole = order()
    none = able(cancel_rest=impossible("No rest."), cancel_order=impossible("No whole."))

    assert plan(shipped, everything(shipped), capabilities=none).blockers[0].text == "No rest."
    assert plan(whole, everything(whole), capabilities=none).blockers[0].text == "No whole."


def test_an_authorisation_nothing_can_release_blocks_a_whole_cancel_and_a_person_can():
    held = make.payment("20.00", kind=PaymentKind.AUTHORISATION, refundable=None, capturable=make.money("20.00"))
    facts = order(make.line(units=2), payments=(held,), payment=PaymentState.AUTHORISED)

    no = plan(facts, everything(facts), capabilities=able(void_authorisation=impossible("Held to the end.")))
    by_hand = plan(facts, everything(facts), capabilities=able(void_authorisation=assisted("Release it there.")))

    assert [(b.code, b.text) for b in no.blockers] == [("cannot.void_authorisation", "Held to the end.")]
    assert by_hand.can_run
    assert [step.assist.text for step in by_hand.steps if step.assist] == ["Release it there."]


def test_every_capability_of_a_plan_is_tested_here():
    """The rest is about reading, finding and being told: no wish can ask for it."""
    not_asked_for = {"import_orders", "search_orders", "list_units", "list_money", "receive_events", "read_order",
                     "refund_quote", "staff_note", "find_again", "idempotency", "undo",
                     "disputes", "labels"}  # fmt: skip
    here = Path(__file__).read_text()

    asked_for = {field.name for field in fields(Capabilities)} - not_asked_for

    assert {name for name in asked_for if f'"{name}"' not in here and f"{name}=" not in here} == set()


def test_packing_units_need_the_platform_to_allow_it():
    facts = order(make.line(units=1, placements=(waiting(Readiness.BEING_PACKED),)), make.line())

    made = plan(facts, take(1, order=facts), capabilities=able(cancel_while_packing=impossible("Too late.")))

    assert codes(made) == ["cannot.cancel_while_packing"]


@pytest.mark.parametrize(
    ("readiness", "advice"),
    [
        (Readiness.WITH_SERVICE, "Swift Logistics"),
        (Readiness.WAITING, "Wait for its answer"),
        (Readiness.REFUSED, "start a return"),
    ],
)
def test_units_elsewhere_say_what_to_do(readiness, advice):
    held = make.line(units=2, cancellable=Decimal(0), placements=(waiting(readiness, 2, detail="Swift Logistics"),))
    facts = order(held, make.line())

    blocker = plan(facts, take(1, order=facts)).blockers[0]

    assert (blocker.code, blocker.field) == ("too_many", f"units.{held.id}")
    assert advice in blocker.advice


def test_shipped_units_say_to_start_a_return():
    facts = order(make.line(units=2, shipped=2), make.line())

    assert "start a return" in plan(facts, take(1, order=facts)).blockers[0].advice


@pytest.mark.parametrize(
    ("units", "code"), [("3", "too_many"), ("-1", "not_a_number"), ("0.5", "step"), ("NaN", "not_a_number")]
)
def test_units_that_cannot_be_are_refused_at_their_field(units, code):
    facts = order()

    made = plan(facts, take(units, order=facts))

    assert [(b.code, b.field) for b in made.blockers] == [(code, f"units.{facts.lines[0].id}")]


def test_a_step_below_one_is_allowed_where_the_platform_says_so():
    facts = order(make.line(units="2.5", unit_step=Decimal("0.5")), make.line())

    assert plan(facts, take("1.5", order=facts)).can_run


def test_nothing_chosen_and_nothing_there_are_told_apart():
    assert codes(plan(order(), take(order=order()))) == ["nothing_chosen"]
    gone = order(make.line(units=1, shipped=1))
    assert codes(plan(gone, take(order=gone))) == ["nothing_cancellable"]


def test_a_cancelled_order_and_a_summary_say_only_that():
    assert codes(plan(order(cancelled_at=make.NOW), take(order=order()))) == ["cancelled"]
    assert codes(plan(order(is_summary=True), take(order=order()))) == ["not_read"]


def test_a_whole_cancel_the_platform_would_refuse_names_its_reason():
    facts = order(whole_cancel_blockers=("A payment is still pending.",))

    made = plan(facts, everything(facts))

    assert [(b.code, b.text) for b in made.blockers] == [("whole_refused", "A payment is still pending.")]
    assert plan(facts, take(1, order=facts)).can_run


class TestBundles:
    def bundle(self):
        return order(
            make.line(id="cup", units=2, group_id="set", group_title="Breakfast set"),
            make.line(id="plate", units=4, group_id="set", group_title="Breakfast set"),
            make.line(id="alone", units=1),
        )

    def test_parts_move_together(self):
        facts = self.bundle()

        blocker = plan(facts, take(1, order=facts)).blockers[0]

        assert blocker.field == "units.plate"
        assert "cancel 2 units of it as well" in blocker.text

    def test_the_same_share_of_each_is_fine(self):
        facts = self.bundle()

        assert plan(facts, take(1, 2, order=facts)).can_run

    def test_a_share_that_no_number_of_units_gives_is_refused(self):
        facts = self.bundle()

        assert "only leave together" in plan(facts, take(0, 1, order=facts)).blockers[0].text


class TestClosedLocation:
    def closed(self, **fields):
        place = Location(id="old", name="Old Mill", is_active=False)
        return order(make.line(id="L", units=2, location=place), make.line(), **fields)

    def test_a_paid_order_cannot_put_units_back_there(self):
        facts = self.closed()

        made = plan(facts, everything(facts))

        assert [(b.code, b.field) for b in made.blockers] == [("closed_location", "location.L")]

    def test_another_place_or_no_restock_is_fine(self):
        facts = self.closed()

        assert plan(facts, take(1, order=facts, restock_at={"L": make.WAREHOUSE.id})).can_run
        assert plan(facts, everything(facts, keep_stock=frozenset({"L"}))).can_run

    def test_an_unpaid_order_loses_them_silently_and_is_told(self):
        facts = self.closed(payments=())

        made = plan(facts, everything(facts))

        assert made.can_run
        assert "closed_location" in cautions(made)
        assert [end.line_id for end in made.expected.stock] == [facts.lines[1].id]


def test_a_foreign_location_is_refused():
    facts = order(make.line(id="L", units=2), make.line())

    assert codes(plan(facts, take(1, order=facts, restock_at={"L": "mars"}))) == ["foreign_location"]


def test_a_customer_without_address_cannot_be_told():
    facts = order(can_notify=False)

    assert [(b.code, b.field) for b in plan(facts, take(1, order=facts, notify=True)).blockers] == [
        ("no_address", "notify")
    ]


def test_vital_rights_that_are_missing_block_in_words():
    facts = order()

    made = plan(facts, take(1, order=facts), missing_scopes=("write_orders (nothing can be cancelled)",))

    assert codes(made) == ["scope"]
    assert "write_orders" in made.blockers[0].text


def test_a_right_that_no_other_path_replaces_blocks():
    facts = order(is_editable=False)
    wish = take(1, order=facts, keep_stock=frozenset({facts.lines[0].id}))

    assert codes(plan(facts, wish, missing_for={"CorrectStock": "write_inventory"})) == ["scope"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"remarks": (Remark(kind="dispute", text="Chargeback", is_open=True),)}, "dispute"),
        ({"remarks": (Remark(kind="return", text="Return R1", is_open=True),)}, "return"),
        ({"remarks": (Remark(kind="risk", text="High risk"),)}, "risk"),
        ({"totals": make.totals("40", tips=make.pair("4"))}, "tip"),
        ({"lines": [make.line(units=2, is_gift_card=True), make.line()]}, "gift_card"),
        ({"payments": (make.payment("40.00", gateway="gift_card", label="Gift card"),)}, "gift_card_tender"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_worth_reading(fields, code):
    facts = make.canonical_order(**({"lines": [make.line(units=2), make.line()]} | fields))

    assert code in cautions(plan(facts, take(1, order=facts)))


def test_every_plan_says_that_it_is_final():
    facts = order()

    assert "final" in cautions(plan(facts, take(1, order=facts)))
    assert "final" not in cautions(plan(facts, take(order=facts)))


def test_on_hold_names_the_reason():
    facts = order(
        make.line(units=1, placements=(waiting(Readiness.ON_HOLD, detail="High risk of fraud"),)), make.line()
    )

    assert "On hold: High risk of fraud" in [w.text for w in plan(facts, take(1, order=facts)).warnings]


def test_more_worth_than_was_captured_is_said():
    from tests.cancellations.planning.cases import quote
    from tests.cancellations.planning.test_amounts import make_share

    facts = order(payments=(make.payment("5.00"),))
    figures = replace(quote(facts, take(1, order=facts)), lines=(make_share(facts.lines[0].id, "10.00", "0"),))

    assert "short" in cautions(plan(facts, take(1, order=facts), quoted=figures))
