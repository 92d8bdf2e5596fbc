"""A refund through a payment provider's own account, while the order lives at a shop that does not hear of it.

A thin Stripe on a connection with the role *payments* carries out the refund of a plan whose units the shop takes off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from cancellations.execution import executor
from cancellations.models import Cancellation, Step
from cancellations.pages import live_comparison
from cancellations.scheduler import nightly
from cancellations.services import decide
from sandbox import connections
from stores.canonical.request import CancelRequest
from stores.connectors import registry
from stores.kernel.failpoints import Crash, armed
from stores.models import Connection, OrderRecord, Store, StoreRole
from tests.rigs.desk import Desk, lines_of
from tests.stores.connectors.thin import Stripe, Xero
from tests.stores.connectors.thin.vendors import StripeVendor, connected

MINOR = 1100  # 10.00 and 10 % tax


@dataclass
class Provider:
    """The desk with the provider's account beside it."""

    desk: Desk
    vendor: StripeVendor
    account: Connection
    payments: list[str] = field(default_factory=list)

    def order(self) -> OrderRecord:
        """Paid through the provider: it knows the payments of the order by the shop's ids."""
        lines = [connections.line("shopify", quantity=n, price="10.00", sku=sku) for sku, n in (("A", 3), ("B", 1))]
        record = self.desk.order(lines=lines)
        for payment in self.desk.live(record).payments:
            amount = payment.amount.customer
            self.vendor.pays(payment.id, amount.amount, amount.currency)
            self.payments.append(payment.id)
        return record

    def confirmed(self, record: OrderRecord | None = None, units: int = 1) -> Cancellation:
        """Units that stay out of stock: the shop edits the order, the provider gives the money back."""
        record = record or self.order()
        order = self.desk.live(record)
        first = order.lines[0].id
        wish = CancelRequest(lines={first: Decimal(units)}, keep_stock=frozenset(line.id for line in order.lines))
        cancellation = self.desk.confirm(record, wish)
        assert [step.kind for step in cancellation.steps.all()] == ["edit", "refund", "verify"]
        cancellation.steps.filter(kind="refund").update(connection=self.account)
        return cancellation

    def colleague(self, minor: int = MINOR) -> None:
        """In the provider's dashboard."""
        self.vendor.refund(self.payments[-1], minor)

    def step(self, cancellation: Cancellation) -> Step:
        return cancellation.steps.get(kind="refund")

    def until_sent(self, cancellation: Cancellation) -> None:
        """The edit, then one send of the refund."""
        for _ in range(20):
            if self.vendor.asked:
                return
            executor.advance(str(cancellation.uuid))
            if not self.vendor.asked:
                self.desk.travel(1.001)
        raise AssertionError("never sent")

    def before_refund(self, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> list[object]:
        """Once, just before the refund's step begins."""
        done: list[object] = []

        def failpoint(name: str) -> None:
            if name == "refund.between" and not done:
                done.append(act())

        monkeypatch.setattr(executor.step_runner, "failpoint", failpoint)
        monkeypatch.setattr(executor, "failpoint", failpoint)
        return done


@pytest.fixture
def provider(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Provider:
    monkeypatch.setitem(registry._known, Stripe.key, Stripe)
    vendor = StripeVendor()
    account = connected(vendor, "stripe", "Card payments")
    StoreRole.objects.create(store=desk.store, connection=account, role="payments", method="card")
    return Provider(desk, vendor, account)


def money(done: Cancellation) -> dict[str, Any]:
    return {row["what"]: (row["promised"], row["seen"], row["verdict"]) for row in lines_of(done.receipt)
            if row["kind"] == "refund"}  # fmt: skip


# --- as it should be -----------------------------------------------------------------------------------
def test_the_shop_takes_units_off_and_the_provider_pays_back(provider: Provider) -> None:
    cancellation = provider.confirmed()

    done = provider.desk.work(cancellation)

    assert (done.state, done.trouble, done.differs) == ("done", "", False), money(done)
    assert (provider.vendor.moved(), len(provider.vendor.asked)) == (MINOR, 1)
    assert provider.desk.count("refund") == 0
    assert {seen for _promised, seen, _verdict in money(done).values()} == {"US$11.00"}


def test_a_refund_on_its_way_is_asked_after_until_it_is_there(provider: Provider) -> None:
    provider.vendor.becomes = "pending"
    cancellation = provider.confirmed()
    provider.until_sent(cancellation)
    assert provider.step(cancellation).state == "accepted"

    provider.vendor.settle("succeeded")
    done = provider.desk.work(cancellation)

    assert (done.state, done.differs) == ("done", False)
    assert len(provider.vendor.asked) == 1


def test_a_refund_that_the_bank_returned_while_we_asked_is_put_in_front_of_a_person(provider: Provider) -> None:
    provider.vendor.becomes = "pending"
    cancellation = provider.confirmed()
    provider.until_sent(cancellation)
    provider.vendor.settle("failed")

    stopped = provider.desk.work(cancellation, hours=3)

    assert (stopped.state, provider.step(stopped).state) == ("needs_operator", "needs_person")
    assert "did not pay it back" in provider.step(stopped).detail
    assert (provider.vendor.moved(), len(provider.vendor.asked)) == (0, 1)


def test_what_the_bank_returned_is_never_repeated_by_itself_and_may_be_settled_by_hand(provider: Provider) -> None:
    provider.vendor.becomes = "pending"
    cancellation = provider.confirmed()
    provider.until_sent(cancellation)
    provider.vendor.settle("failed")
    stopped = provider.desk.work(cancellation, hours=3)

    decide.settle(
        actor=provider.desk.staff, step=provider.step(stopped), evidence="transfer 4711", note="Paid by bank transfer"
    )
    done = provider.desk.work(stopped, hours=3)

    assert (done.state, done.differs, len(provider.vendor.asked)) == ("done", True, 1)


def test_a_refund_that_failed_after_its_success_is_a_difference(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bank returned it between the answer and the last look: the provider is read, not believed."""
    cancellation = provider.confirmed()

    def failpoint(name: str) -> None:
        if name == "verify.before_verify" and provider.vendor.rows[-1]["status"] != "failed":
            provider.vendor.settle("failed")

    monkeypatch.setattr("cancellations.execution.verify.failpoint", failpoint)

    done = provider.desk.work(cancellation, hours=3)

    assert (done.state, done.differs) == ("done", True)
    assert ("US$11.00", "US$0.00", "differs") in money(done).values()


def test_the_second_look_reads_the_provider_too(provider: Provider) -> None:
    """Days later the bank returns it: flagged then, and not before."""
    cancellation = provider.confirmed()
    provider.desk.work(cancellation)
    provider.desk.travel(90_000)

    nightly.look(str(cancellation.uuid))
    cancellation.refresh_from_db()
    assert not cancellation.differs

    provider.vendor.settle("failed")
    Cancellation.objects.update(looking_until=None)
    provider.desk.travel(90_000)
    nightly.look(str(cancellation.uuid))
    cancellation.refresh_from_db()
    assert cancellation.differs


# --- lost ----------------------------------------------------------------------------------------------
def test_a_lost_answer_is_found_by_our_mark(provider: Provider) -> None:
    provider.vendor.lose = ["after"]
    cancellation = provider.confirmed()

    done = provider.desk.work(cancellation)

    assert (done.state, done.differs) == ("done", False)
    assert (provider.vendor.moved(), len(provider.vendor.asked)) == (MINOR, 1)
    assert provider.step(done).result["reported"]["found"] == "It is there, with our mark."


def test_a_lost_request_goes_again_under_its_key_and_acts_once(provider: Provider) -> None:
    provider.vendor.lose = ["before"]
    cancellation = provider.confirmed()

    done = provider.desk.work(cancellation)

    keys = [asked.key for asked in provider.vendor.asked]
    assert (done.state, provider.vendor.moved(), len(keys), len({*keys})) == ("done", MINOR, 2, 1)


def test_a_twin_in_the_providers_desk_while_ours_was_lost_is_reported_and_never_repeated(provider: Provider) -> None:
    provider.vendor.lose = ["before"]
    cancellation = provider.confirmed()
    provider.until_sent(cancellation)
    provider.colleague()

    stopped = provider.desk.work(cancellation, hours=72)

    assert (stopped.state, provider.vendor.moved(), len(provider.vendor.asked)) == ("needs_operator", MINOR, 1)
    assert "Somebody else did this meanwhile" in provider.step(stopped).detail


def test_another_amount_while_ours_was_lost_is_stopped_by_the_guard(provider: Provider) -> None:
    """The key is still alive: it protects us from ourselves, never from a colleague."""
    provider.vendor.lose = ["before"]
    cancellation = provider.confirmed()
    provider.until_sent(cancellation)
    provider.colleague(300)

    stopped = provider.desk.work(cancellation, hours=72)

    assert (stopped.state, provider.vendor.moved(), len(provider.vendor.asked)) == ("needs_operator", 300, 1)
    assert "at the payment provider meanwhile" in provider.step(stopped).detail


@pytest.mark.parametrize("minor", [MINOR, 300], ids=["the same", "another amount"])
def test_a_colleague_between_a_busy_answer_and_the_next_send_stops_it(provider: Provider, minor: int) -> None:
    """Answered as not done and protected by the key, it goes again without a look: the guard reads the account."""
    provider.vendor.lose = [429]
    cancellation = provider.confirmed()
    provider.until_sent(cancellation)
    assert provider.step(cancellation).state == "retry_wait"
    provider.colleague(minor)

    stopped = provider.desk.work(cancellation, hours=72)

    assert (stopped.state, provider.vendor.moved(), len(provider.vendor.asked)) == ("needs_operator", minor, 1)


@pytest.mark.parametrize("minor", [MINOR, 300], ids=["the same", "another amount"])
def test_a_colleague_before_our_first_send_stops_it(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, minor: int
) -> None:
    cancellation = provider.confirmed()
    acted = provider.before_refund(monkeypatch, lambda: provider.colleague(minor))

    stopped = provider.desk.work(cancellation, hours=3)

    assert acted
    assert (stopped.state, provider.vendor.moved(), len(provider.vendor.asked)) == ("needs_operator", minor, 0)


def test_what_stood_there_before_the_preview_is_nobodys_answer_to_us(provider: Provider) -> None:
    """A colleague's refund of the same amount, of an hour before: it neither stops us nor is taken for ours."""
    record = provider.order()
    provider.colleague()
    provider.desk.travel(3600)
    provider.vendor.lose = ["after"]

    done = provider.desk.work(provider.confirmed(record))

    assert (done.state, done.trouble, done.differs) == ("done", "", False), money(done)
    assert (provider.vendor.moved(), len(provider.vendor.asked)) == (2 * MINOR, 1)


def test_the_same_amount_twice_in_two_cancellations_is_paid_twice(provider: Provider) -> None:
    first = provider.confirmed()
    assert provider.desk.work(first).state == "done"
    provider.desk.travel(3600)
    provider.vendor.lose = ["after"]

    second = provider.desk.work(provider.confirmed(first.order))

    assert (second.state, second.trouble, second.differs) == ("done", "", False), money(second)
    assert provider.vendor.moved() == 2 * MINOR


# --- the way there -------------------------------------------------------------------------------------
def test_it_waits_while_its_connection_is_disconnected_and_the_shop_works(provider: Provider) -> None:
    Connection.objects.filter(pk=provider.account.pk).update(state="disconnected")
    cancellation = provider.confirmed()

    waiting = provider.desk.work(cancellation, hours=0.1)

    step = provider.step(waiting)
    assert Store.objects.get().state == "active"
    assert (step.state, step.attempts.count(), len(provider.vendor.asked)) == ("pending", 0, 0)
    assert step.detail == "Card payments is disconnected; this waits until it works again."

    Connection.objects.filter(pk=provider.account.pk).update(state="active")
    assert provider.desk.work(waiting).state == "done"
    assert provider.vendor.moved() == MINOR


@pytest.mark.parametrize("boundary", ["before_intent", "intended", "sent", "answered", "committed"])
def test_a_death_at_a_boundary_pays_back_once(provider: Provider, boundary: str) -> None:
    cancellation = provider.confirmed()
    with armed(f"refund.{boundary}"), pytest.raises(Crash):
        provider.desk.work(cancellation)
    provider.desk.travel(121)

    done = provider.desk.work(cancellation, hours=3)

    assert (done.state, done.differs, provider.vendor.moved()) == ("done", False, MINOR)


def test_a_look_that_fails_proves_nothing_and_verify_waits_for_the_provider(provider: Provider) -> None:
    provider.vendor.lose = ["after"]
    cancellation = provider.confirmed()
    provider.until_sent(cancellation)
    provider.vendor.reads_fail = 4

    done = provider.desk.work(cancellation, hours=3)

    assert (done.state, done.differs, provider.vendor.moved()) == ("done", False, MINOR)


def test_a_connection_that_gives_no_money_back_is_sent_nothing(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry._known, Xero.key, Xero)
    Connection.objects.filter(pk=provider.account.pk).update(connector="xero")
    cancellation = provider.confirmed()

    stopped = provider.desk.work(cancellation, hours=3)

    assert (stopped.state, provider.step(stopped).attempts.count()) == ("needs_operator", 0)


def test_a_person_who_must_decide_sees_what_the_provider_shows(provider: Provider) -> None:
    provider.vendor.lose = ["before"]
    cancellation = provider.confirmed()
    provider.until_sent(cancellation)
    provider.colleague()
    stopped = provider.desk.work(cancellation, hours=72)

    shown = provider.desk.patiently(lambda: live_comparison.live(stopped)).compared

    assert shown is not None
    assert ("US$11.00", "US$11.00") in [(row.promised, row.seen) for row in shown.lines]
