"""The story every platform must pass: subclass PlatformContract, say how orders are made, and it is told.

Commands are made by the subclass from an order of its simulator; each capability that is declared has its proof here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

import pytest
import requests
import responses

from sandbox.world import World
from stores.canonical.capabilities import Capabilities, Support
from stores.canonical.commands import (
    Absent,
    CancelOrder,
    Command,
    CorrectStock,
    EditOrder,
    Found,
    FoundForeign,
    Outcome,
    Receipt,
    RefundOrder,
    Unclear,
    VoidPayment,
)
from stores.canonical.order import Cancellable, Order
from stores.canonical.request import Reason
from stores.kernel.errors import DeskError, OutcomeUnknown, RemoteRefused, Unsupported
from stores.platforms.base import Platform
from tests.stores.platforms.looking import LookingContract
from tests.stores.platforms.rig import KEY, OTHER_TAG, TAG, Sent

SECRETS = ("the-token-of-this-test", "the-secret-of-this-test")
LOST: Mapping[str, Any] = {
    "a drop": requests.ConnectionError("dropped"),
    "a timeout": requests.ReadTimeout(),
    "a server fault": 502,
    "a login page": "<html>sign in</html>",
    "nothing": "",
    "cut JSON": '{"data": {',
}
WITH_METHODS = {
    "cancel_order": CancelOrder,
    "refund": RefundOrder,
    "void_authorisation": VoidPayment,
    "keep_stock": CorrectStock,
}
REST_OF: Mapping[str, Mapping[str, Any]] = {
    "cancel_order": {"reason": Reason.OTHER, "refund": False, "restock": False, "notify": False},
    "refund": {"currency": "USD", "lines": (), "payments": (), "shipping": None},
    "void_authorisation": {"payment_id": "1"},
    "keep_stock": {"changes": ()},
}


class PlatformContract(LookingContract):
    """`api`: what the network fake answers to (a pattern of the platform's address)."""

    platform: ClassVar[type[Platform]]
    api: ClassVar[Any]

    # --- said by the subclass -------------------------------------------------------------------
    def connect(self, world: World, journal: Sent | None = None) -> Platform:
        """The adapter on the simulator."""
        raise NotImplementedError

    def connect_to_network(self) -> Platform:
        """The adapter on the network fake, with SECRETS as its secrets."""
        raise NotImplementedError

    def commands(self, world: World, shop: Platform) -> Mapping[type, tuple[Order, Command]]:
        """One command of each kind that this platform can, each for an order of its own."""
        raise NotImplementedError

    def count(self, world: World, command: Command) -> int:
        """How often the simulator's own ledger says that it happened."""
        raise NotImplementedError

    def signed(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Headers of a delivery signed with `secret`."""
        raise NotImplementedError

    # --- lost answers ---------------------------------------------------------------------------
    @pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
    def test_a_lost_answer_is_unknown_and_is_sent_once(self, world, network, lost):
        real = self.connect(world)
        for _, command in self.commands(world, real).values():
            shop = self.connect_to_network()
            self.answer_reads(network, command)
            network.add(responses.Response("POST", self.api, **as_response(lost)))

            with pytest.raises(OutcomeUnknown):
                shop.carry_out(command, key=KEY, tag=TAG)
            network.reset()

    def answer_reads(self, network: responses.RequestsMock, command: Command) -> None:
        """Answers for what a command reads before its effect; most read nothing."""

    def test_nothing_secret_or_personal_is_logged(self, world, network, caplog):
        caplog.set_level(logging.DEBUG)
        order, command = self.commands(world, self.connect(world))[CancelOrder]
        caplog.clear()
        network.add(responses.Response("POST", self.api, body=requests.ConnectionError(f"to {SECRETS[0]}")))

        with pytest.raises(OutcomeUnknown):
            self.connect_to_network().carry_out(command, key=KEY, tag=TAG)

        logged = " ".join(str(record.__dict__) for record in caplog.records)
        assert not [word for word in (*SECRETS, order.customer.email, order.customer.name) if word and word in logged]

    # --- once -----------------------------------------------------------------------------------
    def test_an_effect_is_absent_before_and_found_after(self, world):
        shop = self.connect(world)
        for order, command in self.commands(world, shop).values():
            first = shop.find(command, tag=TAG, before=order)
            self.carry_through(world, shop, command)
            then = shop.find(command, tag=TAG, before=order)

            expected = (Unclear, Unclear) if isinstance(command, CorrectStock) else (Absent, Found)
            assert (type(first), type(then)) == expected, command

    def test_the_same_command_twice_acts_once(self, world):
        """By the platform's key where there is one, else because it refuses or because the target is absolute."""
        shop = self.connect(world)
        for _, command in self.commands(world, shop).values():
            self.carry_through(world, shop, command)
            again = outcome_of(partial(self.carry_through, world, shop, command))
            assert isinstance(again, Receipt | RemoteRefused)
            assert self.count(world, command) == 1, command

    def test_only_keyed_effects_may_be_sent_again_byte_for_byte(self, world):
        journal = Sent()
        shop = self.connect(world, journal)
        for _, command in self.commands(world, shop).values():
            self.carry_through(world, shop, command)

        assert all((KEY in request.body.decode()) == bool(request.key) for request in journal.requests)

    def test_the_journal_sees_no_secret(self, world):
        journal = Sent()
        shop = self.connect(world, journal)
        for _, command in self.commands(world, shop).values():
            self.carry_through(world, shop, command)

        assert journal.requests
        assert not [secret for secret in shop.connection.secrets.values() if secret in repr(journal.requests)]

    def carry_through(self, world: World, shop: Platform, command: Command) -> Receipt:
        """Send it and ask after it until it is applied."""
        receipt = shop.carry_out(command, key=KEY, tag=TAG)
        for _ in range(5):
            if receipt.outcome is Outcome.APPLIED:
                return receipt
            world.advance(61)
            receipt = shop.poll(command, receipt)
        raise AssertionError("never applied")

    # --- webhooks -------------------------------------------------------------------------------
    def test_a_delivery_signed_with_the_old_or_the_new_secret_is_accepted(self):
        body = b'{"id": 1}'

        assert self.platform.verify_hook(self.signed(body, "old"), body, secrets=["new", "old"])

    def test_a_forged_altered_or_unsigned_delivery_is_refused(self):
        body = b'{"id": 1}'
        good = dict(self.signed(body, "right"))

        assert not self.platform.verify_hook(good, body + b" ", secrets=["right"])
        assert not self.platform.verify_hook(good, body, secrets=["wrong"])
        assert not self.platform.verify_hook(good, body, secrets=[])
        assert not self.platform.verify_hook(self.signed(body, ""), body, secrets=[""])
        assert not self.platform.verify_hook({}, body, secrets=["right"])

    @pytest.mark.parametrize("junk", ["", "é", "\udc80", "%", "=" * 5000, None, 3, b"\xff"])
    def test_a_malformed_signature_never_raises(self, junk):
        headers = {name: junk for name in self.signed(b"", "right")}

        assert not self.platform.verify_hook(headers, b"{}", secrets=["right"])

    @pytest.mark.parametrize(
        "body", [b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 9000, b'{"id": {"a": []}}', b'"x"']
    )
    def test_a_broken_body_gives_no_event_that_names_an_order(self, body):
        assert all(event.order_id == "" for event in self.platform.parse_hook(self.signed(body, "x"), body))

    # --- what is declared -----------------------------------------------------------------------
    def test_every_capability_says_why_in_words(self):
        for name, said in self.platform.capabilities.as_dict().items():
            assert len(said["why"]) > 20, name

    def test_every_reason_of_ours_has_a_word_of_theirs(self):
        assert set(self.platform.reasons) == set(Reason)

    def test_what_is_not_offered_raises_before_anything_is_sent(self, world):
        shop = self.connect_to_network()
        order = next(iter(self.commands(world, self.connect(world)).values()))[0]
        for name, kind in WITH_METHODS.items():
            if not getattr(self.platform.capabilities, name).is_offered:
                with pytest.raises(Unsupported):
                    shop.carry_out(kind(order_id=order.external_id, **REST_OF.get(name, {})), key=KEY, tag=TAG)

    @pytest.mark.parametrize("name", [field.name for field in fields(Capabilities)])
    def test_a_declared_capability_is_true_on_the_simulator(self, world, name):
        if getattr(self.platform.capabilities, name).is_offered:
            proof: Callable[[World, Platform], None] = getattr(self, f"prove_{name}")
            proof(world, self.connect(world))

    def prove_import_orders(self, world: World, shop: Platform) -> None:
        made = {order.external_id for order, _ in self.commands(world, shop).values()}
        found, cursor = set(), ""
        while True:
            page = shop.list_orders(since=None, cursor=cursor)
            found |= {order.external_id for order in page.orders}
            if not (cursor := page.cursor):
                break
        assert made <= found

    def prove_search_orders(self, world: World, shop: Platform) -> None:
        """The desk searches its own copy: number, names and SKUs must be in a listing."""
        self.commands(world, shop)
        order = shop.list_orders(since=None).orders[0]
        assert order.number
        assert order.customer.name
        assert order.lines[0].sku
        assert order.lines[0].title

    def prove_list_units(self, world: World, shop: Platform) -> None:
        """Native: reading the order changes nothing. Else the list may count too many, never too few."""
        is_exact = self.platform.capabilities.list_units.support is Support.NATIVE
        for listed, whole in self._listed(world, shop):
            shown, there = (sum((line.cancellable for line in o.lines), Decimal(0)) for o in (listed, whole))
            assert shown == there if is_exact else shown >= there
            assert listed.cancellable == whole.cancellable or not is_exact

    def prove_list_money(self, world: World, shop: Platform) -> None:
        is_exact = self.platform.capabilities.list_money.support is Support.NATIVE
        for listed, whole in self._listed(world, shop):
            shown, there = ((o.totals.current.shop, o.payment) for o in (listed, whole))
            assert shown == there or not is_exact

    def _listed(self, world: World, shop: Platform) -> list[tuple[Order, Order]]:
        self.commands(world, shop)
        return [(order, shop.read_order(order.external_id)) for order in shop.list_orders(since=None).orders]

    def prove_receive_events(self, world: World, shop: Platform) -> None:
        hook = shop.add_hook(shop.topics[0], "https://desk.example/in/abc")
        assert [h.uri for h in shop.list_hooks()] == [hook.uri]
        shop.remove_hook(hook.id)
        assert shop.list_hooks() == []

    def prove_read_order(self, world: World, shop: Platform) -> None:
        for order, _ in self.commands(world, shop).values():
            assert shop.read_order(order.external_id) == order
            assert shop.look_again(order) == order

    def prove_cancel_order(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelOrder]
        assert order.cancellable is Cancellable.ALL
        self.carry_through(world, shop, command)
        after = shop.look_again(order)
        assert after.cancelled_at
        assert after.cancellable is Cancellable.NONE

    def prove_cancel_lines(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        self.carry_through(world, shop, command)
        after = shop.look_again(order)
        taken = command.lines[0]
        assert after.line(taken.line_id).current == order.line(taken.line_id).current - taken.units
        assert after.cancelled_at is None

    def prove_refund(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        self.carry_through(world, shop, command)
        back = sum((p.amount.amount for p in command.payments), Decimal(0))
        assert shop.look_again(order).totals.refunded.customer.amount == back > 0

    def prove_void_authorisation(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[VoidPayment]
        self.carry_through(world, shop, command)
        assert not shop.look_again(order).totals.capturable.customer

    def prove_keep_stock(self, world: World, shop: Platform) -> None:
        _, command = self.commands(world, shop)[CorrectStock]
        self.carry_through(world, shop, command)
        assert self.count(world, command) == 1

    def prove_find_again(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        self.carry_through(world, shop, command)
        assert isinstance(shop.find(command, tag=TAG, before=order), Found)
        assert isinstance(shop.find(command, tag=OTHER_TAG, before=order), FoundForeign)

    def prove_idempotency(self, world: World, shop: Platform) -> None:
        _, command = self.commands(world, shop)[RefundOrder]
        first = self.carry_through(world, shop, command)
        assert self.carry_through(world, shop, command).ids == first.ids
        assert self.count(world, command) == 1

    def prove_staff_note(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, command)
        assert shop.look_again(order).cancel_note == shop.note_with_tag(getattr(command, "note", ""), TAG)

    def prove_undo(self, world: World, shop: Platform) -> None:
        raise AssertionError("no platform can undo")


def as_response(lost: Any) -> dict[str, Any]:
    if isinstance(lost, int):
        return {"status": lost}
    if isinstance(lost, str):
        return {"body": lost, "content_type": "text/html" if "<" in lost else "application/json"}
    return {"body": lost}


def outcome_of(act: Callable[[], object]) -> object:
    """The result, or the DeskError that came instead; anything else fails the test."""
    try:
        return act()
    except DeskError as error:
        return error


__all__ = ["EditOrder", "PlatformContract", "outcome_of"]
