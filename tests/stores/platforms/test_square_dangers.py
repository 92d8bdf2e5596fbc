"""Square's dangerous defaults, each by the bytes we send or by what we make of an answer."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cancellations.planning import counts
from sandbox import in_process as sandbox
from sandbox.platforms.square.spec import Line
from sandbox.world import World
from stores.canonical.commands import RefundOrder, StockChange
from stores.canonical.order import Cancellable
from stores.canonical.receipts import Outcome
from stores.kernel.errors import (
    CredentialsRejected,
    JobFailed,
    OutcomeUnknown,
    RemoteConflict,
    RemoteError,
    RemoteRefused,
    RemoteUnavailable,
    Unsupported,
)
from stores.kernel.money import Money
from stores.platforms.square import Square, writing
from tests.stores.platforms import rig
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import KEY, TAG, Sent
from tests.stores.platforms.square import place, vendor
from tests.stores.platforms.square.place import MUG, TEA, world

__all__ = ["world"]


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
def shop(world: World, sent: Sent) -> Square:
    return place.on_world(world, journal=sent)


def body(sent: Sent) -> Any:
    return json.loads(sent.requests[-1].body)


def raw(world: World, method: str, path: str, version: str = "2025-08-20", **words: Any) -> Any:
    headers = {"Authorization": "Bearer sq_demo_sandbox"} | ({"Square-Version": version} if version else {})
    return sandbox.session(world).request(method, f"{place.BASE}/{path}", headers=headers, timeout=30, **words)


def test_an_unpaid_order_is_put_to_cancelled_with_its_fulfilments_version_and_key(world, shop, sent):
    """There is no /orders/{id}/cancel: it would be a 404 after the person was told that it is cancelled."""
    order = place.made(world, shop, pay="unpaid")
    shop.carry_out(place.cancel(order), key=KEY, tag=TAG)

    assert [(request.method, request.path) for request in sent.requests] == [
        ("PUT", f"{place.BASE}/orders/{order.external_id}")
    ]
    assert body(sent) == {
        "idempotency_key": KEY,
        "order": {
            "location_id": "LDEMOMAIN",
            "version": 1,
            "state": "CANCELED",
            "metadata": {"rescind_cancel": f"bye {TAG}"},
            "fulfillments": [{"uid": "fu1", "state": "CANCELED", "pickup_details": {"cancel_reason": f"bye {TAG}"}}],
        },
    }
    assert raw(world, "POST", f"orders/{order.external_id}/cancel").status_code == 404


def test_a_paid_order_is_never_put_to_cancelled(world, shop, sent):
    order = place.made(world, shop)
    shop.carry_out(place.cancel(order), key=KEY, tag=TAG)

    assert "state" not in body(sent)["order"]
    assert [one["state"] for one in body(sent)["order"]["fulfillments"]] == ["CANCELED"]
    assert place.home(world).order(order.external_id)["state"] == "OPEN"


def test_money_that_comes_in_at_the_last_moment_makes_it_a_refusal_in_words(world, shop):
    """Read as unpaid, paid before our request lands: the version moved, or the platform says it after all."""
    order = place.made(world, shop, pay="authorised")
    command = place.cancel(order)
    with pytest.raises(RemoteRefused) as held:
        shop.carry_out(command, key=KEY, tag=TAG)
    assert "released first" in held.value.user_message
    late = {"order": {"location_id": "LDEMOMAIN", "version": 1, "state": "CANCELED",
                      "fulfillments": [{"uid": "fu1", "state": "CANCELED"}]}}  # fmt: skip
    answer = raw(world, "PUT", f"orders/{order.external_id}", json=late)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "order.state"


def test_an_order_is_not_ended_while_its_payment_is_still_coming_in(world, shop, sent):
    """A bank transfer is PENDING for days: a cancelled order would be paid for afterwards, and nobody would look."""
    order = place.made(world, shop, source="BANK_ACCOUNT")
    place.home(world).staff(order.external_id).write_payment(status="PENDING")
    order = shop.read_order(order.external_id)

    assert any("still on its way" in said for said in order.whole_cancel_blockers)
    assert (order.is_editable, len(order.edit_blockers)) == (False, 1)
    assert (order.payments[0].refundable, order.payments[0].capturable) == (None, None)
    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(place.cancel(order), key=KEY, tag=TAG)
    assert (caught.value.code, sent.requests) == ("still_coming", [])


def test_a_misspelt_field_is_ignored_with_200_and_our_receipt_sees_it(world, shop, monkeypatch):
    world.watchers.clear()
    order = place.made(world, shop, pay="unpaid")
    plain = writing.cancel_body

    def misspelt(*args: Any, **words: Any) -> dict[str, Any]:
        made = plain(*args, **words)
        made["order"]["sttate"] = made["order"].pop("state")
        return made

    monkeypatch.setattr(writing, "cancel_body", misspelt)
    with pytest.raises(OutcomeUnknown):
        shop.carry_out(place.cancel(order), key=KEY, tag=TAG)
    assert place.home(world).order(order.external_id)["state"] == "OPEN"


@pytest.mark.vendor_specs("square")
@pytest.mark.usefixtures("vendor_specs")
def test_every_body_we_send_is_held_against_the_vendors_description(world, shop):
    before = vendor.counts["validated"]
    order = place.made(world, shop, charge="5.00", tip="2.00", earlier=1)
    for command in (place.cancel(order), *place.everything(shop, order)):
        shop.carry_out(command, key=KEY, tag=TAG)
    assert vendor.counts["validated"] - before > 10
    session = sandbox.session(world)
    session.headers["Authorization"] = "Bearer sq_demo_sandbox"
    wrong = {"order": {"location_id": "LDEMOMAIN", "version": 1, "sttate": "CANCELED"}}
    open_order = place.home(world).make_order(pay="unpaid")
    with pytest.raises(AssertionError, match="sttate"):
        session.put(f"{place.BASE}/orders/{open_order.id}", json=wrong, timeout=30)


def test_without_the_version_header_the_contract_is_another(world, shop):
    order = place.made(world, shop)
    asked = {"catalog_object_ids": [order.lines[0].stock_item_id], "types": ["ADJUSTMENT"]}
    path = "inventory/changes/batch-retrieve"
    named, unnamed = (raw(world, "POST", path, version, json=asked) for version in ("2025-08-20", ""))

    assert "location_id" in named.json()["changes"][0]["adjustment"]
    assert "location_id" not in unnamed.json()["changes"][0]["adjustment"]
    assert unnamed.headers["square-version"] != "2025-08-20"


def test_a_refund_puts_nothing_back(world, shop, sent):
    order = place.made(world, shop)
    was = place.home(world).stock("MUG-BLU")
    shop.carry_out(place.part(shop, order), key=KEY, tag=TAG)
    world.advance(5)

    assert place.home(world).stock("MUG-BLU") == was
    assert "restock" not in json.dumps(body(sent))


def test_a_pending_refund_is_not_done(world, shop):
    world.switch("square_refund_seconds", "60")
    order = place.made(world, shop)
    command = place.part(shop, order)
    receipt = shop.carry_out(command, key=KEY, tag=TAG)
    during = shop.look_again(order)

    assert (receipt.outcome, receipt.reported.refund_state) == (Outcome.ACCEPTED, "pending")
    assert shop.poll(command, receipt).outcome is Outcome.ACCEPTED
    assert during.totals.refunded.shop.amount == Decimal("14.50")  # so that nobody plans to give it twice
    assert not world.effects(order.external_id, kind="refund")
    world.advance(61)
    assert shop.poll(command, receipt).outcome is Outcome.APPLIED
    for_all = [c for c in place.everything(shop, during)]
    assert sum(c.payments[0].amount.amount for c in for_all) == Decimal("46.80")


def test_only_squares_own_word_is_a_failed_refund_and_a_failed_read_is_none(world, shop):
    rejected = place.made(world, shop, outcome="REJECTED")
    command = place.part(shop, rejected)
    receipt = shop.carry_out(command, key=KEY, tag=TAG)
    for status in (403, 404, 500):
        world.fault("error_before", on="refund_read", status=status, times=9)
        with pytest.raises(RemoteError) as read:
            shop.poll(command, receipt)
        assert not isinstance(read.value, JobFailed), status
        world.clear_faults()
    world.advance(10)

    with pytest.raises(JobFailed) as caught:
        shop.poll(command, receipt)

    assert "did not pay" in caught.value.user_message


@pytest.mark.parametrize(("source", "days"), [("BANK_ACCOUNT", 7), ("CARD", 900 / 86_400)])
def test_what_takes_days_says_so_before_a_person_is_told(world, shop, source, days):
    order = place.made(world, shop, source=source)
    command = place.part(shop, order)
    receipt = shop.carry_out(command, key=KEY, tag=TAG)

    assert receipt.outcome is Outcome.ACCEPTED
    assert shop.normal_seconds(command, receipt) == days * 86_400
    assert shop.normal_seconds(place.cancel(order), receipt) == 900


def test_a_second_refund_waits_for_the_first(world, shop):
    world.switch("square_refund_seconds", "60")
    order = place.made(world, shop)
    shop.carry_out(place.part(shop, order), key=KEY, tag=TAG)
    command = place.part(shop, shop.look_again(order))
    with pytest.raises(RemoteUnavailable) as caught:
        shop.carry_out(command, key="another", tag=TAG)
    assert caught.value.retry_after
    world.advance(61)
    assert shop.carry_out(command, key="another", tag=TAG)


def test_a_key_is_never_used_for_another_body(world, shop, sent):
    order = place.made(world, shop)
    command = place.part(shop, order)
    first = shop.carry_out(command, key=KEY, tag=TAG)
    assert place.resend(shop, command, sent.requests[-1]).ids == first.ids
    world.advance(10)
    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(command, key=KEY, tag=TAG)  # another version of the payment: other bytes
    assert caught.value.code == "IDEMPOTENCY_KEY_REUSED"
    assert len(KEY) <= 45
    assert len(world.effects(order.external_id, kind="refund")) == 1


def test_amounts_travel_in_the_smallest_unit(world, shop, sent):
    for currency, price, minor in (("USD", "14.50", 1450), ("JPY", "1450", 1450), ("KWD", "1.450", 1450)):
        order = place.made(world, shop, lines=[Line(price=price, quantity=3)], currency=currency)
        shop.carry_out(place.part(shop, order), key=f"{KEY}{currency}", tag=TAG)
        assert body(sent)["amount_money"] == {"amount": minor, "currency": currency}
        assert Money.from_minor(minor, currency) == shop.look_again(order).refunds[0].amount.shop


def test_return_orders_are_not_sales(world, shop):
    order = place.made(world, shop, earlier=1)
    listed = shop.list_orders(since=None).orders

    assert [one.external_id for one in listed] == [order.external_id]
    return_id = place.home(world).record("refund", order.refunds[0].id)["order_id"]
    assert shop.read_order(return_id).external_id == order.external_id


def test_an_order_without_a_version_is_never_put(world, shop, sent):
    unpaid = place.made(world, shop, pay="unpaid", is_versioned=False)
    paid = place.made(world, shop, is_versioned=False)

    assert (unpaid.cancellable, unpaid.is_editable) == (Cancellable.NONE, False)
    assert "at the till" in unpaid.lines[0].why_not
    assert paid.ends_by_refund
    for order in (unpaid, paid):
        for command in (place.cancel(order), rig.edit(order)):
            with pytest.raises(RemoteRefused):
                shop.carry_out(command, key=KEY, tag=TAG)
    assert not sent.requests


def test_an_old_version_is_a_conflict(world, shop, monkeypatch):
    for setting in ("400", "409"):
        world.switch("square_conflict", setting)
        order = place.made(world, shop, pay="unpaid")
        plain = writing.head
        monkeypatch.setattr(writing, "head", lambda found, plain=plain: plain(found) | {"version": 0})
        with pytest.raises(RemoteConflict):
            shop.carry_out(place.cancel(order), key=KEY, tag=TAG)
        monkeypatch.undo()


def test_a_refund_by_somebody_else_in_between_is_seen_by_the_payments_version(world, shop, sent):
    order = place.made(world, shop)
    command = place.part(shop, order)
    shop.carry_out(command, key=KEY, tag=TAG)
    assert body(sent)["payment_version_token"]
    other = place.made(world, shop)
    stale = sent.requests[-1]
    assert stale.body.count(b"payment_version_token") == 1
    late = json.loads(stale.body) | {"payment_id": other.payments[0].id, "idempotency_key": "k2"}
    answer = raw(world, "POST", "refunds", json=late)
    assert answer.json()["errors"][0]["code"] == "VERSION_MISMATCH"


def test_what_cannot_be_done_is_refused_before_anything_is_sent(world, shop, sent):
    order = place.made(world, shop, lines=[MUG, TEA])
    command = place.part(shop, order)
    (paid,), (line,) = command.payments, command.lines
    cases: list[tuple[Any, type[Exception]]] = [
        (replace(command, payments=(paid, paid)), Unsupported),
        (replace(command, currency="EUR"), RemoteRefused),
        (replace(command, payments=(replace(paid, payment_id="other"),)), RemoteRefused),
        (replace(command, payments=(replace(paid, amount=Money(Decimal(1000), "USD")),)), RemoteRefused),
        (replace(command, lines=(replace(line, units=Decimal(4)),)), RemoteRefused),
        (replace(command, lines=(replace(line, line_id="gone"),)), RemoteRefused),
        (place.stock(order, -1), Unsupported),
    ]
    for wrong, becomes in cases:
        with pytest.raises(becomes) as caught:
            shop.carry_out(wrong, key=KEY, tag=TAG)
        assert caught.value.user_message
    assert not sent.requests


def test_twenty_refunds_a_year_and_disputes_are_told(world, shop, sent):
    old = place.made(world, shop, age_days=400)
    assert not old.payments[0].refundable
    assert any("more than a year" in remark.text for remark in old.remarks)
    used_up = place.made(world, shop, refunds=20)
    assert not used_up.payments[0].refundable
    assert any("twenty" in remark.text for remark in used_up.remarks)
    disputed = place.made(world, shop, disputed="PROCESSING")
    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(place.part(shop, disputed), key=KEY, tag=TAG)
    assert "disputes" in caught.value.user_message


def test_a_stock_movement_says_where_it_comes_from_and_when(world, shop, sent):
    order = place.made(world, shop)
    shop.carry_out(place.stock(order, 2), key=KEY, tag=TAG)

    (change,) = body(sent)["changes"]
    assert change["adjustment"]["from_state"] == "UNLINKED_RETURN"
    assert change["adjustment"]["to_state"] == "IN_STOCK"
    assert change["adjustment"]["occurred_at"].endswith("Z")
    assert change["adjustment"]["reference_id"] == f"{order.external_id} {TAG}"
    assert body(sent)["ignore_unchanged_counts"] is True


def test_nothing_is_put_back_that_was_never_taken(world, shop):
    """An unpaid order took nothing; a paid one under the other rule takes only when it is complete."""
    unpaid = place.made(world, shop, pay="unpaid")
    world.switch("square_stock_taken", "completed")
    waiting, done = place.made(world, shop), place.made(world, shop, fulfilment="")
    untracked = place.made(world, shop, lines=[Line(sku="FREE", tracked=False)], fulfilment="")

    assert [one.lines[0].is_restockable for one in (unpaid, waiting, done, untracked)] == [False, False, True, False]


def test_two_stock_places_are_told_each(world, shop):
    order = place.made(world, shop)
    here = place.stock(order).changes[0]
    there = StockChange(stock_item_id=here.stock_item_id, location_id="LDEMODOCK", delta=Decimal(2))
    receipt = shop.carry_out(replace(place.stock(order), changes=(here, there)), key=KEY, tag=TAG)
    assert counts.words(receipt.reported) == "17 → 18, 20 → 22"
    assert not counts.proving(receipt.reported)  # the platform tells what our own units make of its count


# --- a no, and a token that ends --------------------------------------------------------------------
def test_a_refusal_inside_an_effect_is_final_and_nothing_happened(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.fault("user_error", on="refund", code="REFUND_DECLINED", message="No.")

    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(command, key=KEY, tag=TAG)

    assert caught.value.code == "REFUND_DECLINED"
    assert "Pay the customer back in another way" in caught.value.user_message
    assert isinstance(command, RefundOrder)
    assert not world.effects(order.external_id, kind="refund")


def test_a_token_that_ends_in_mid_step_says_so_and_nothing_was_done(world):
    """A personal token cannot be renewed: after the reads went through, the effect is a 401 and the shop waits."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.fault("error_before", on="refund", status=401)

    with pytest.raises(CredentialsRejected):
        shop.carry_out(command, key=KEY, tag=TAG)

    place.home(world).add_shop("demo", state="expired")
    with pytest.raises(CredentialsRejected) as caught:
        shop.read_order(order.external_id)
    assert caught.value.code == "ACCESS_TOKEN_EXPIRED"
    assert isinstance(outcome_of(lambda: shop.find(command, tag=TAG, before=order)), CredentialsRejected)
    assert not world.effects(order.external_id, kind="refund")
