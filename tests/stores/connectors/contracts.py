"""The story of each role, told to whoever plays it: subclass the contracts, say how things are made, and it is told.

A contract whose role a connector does not play has no tests in its class: what is declared decides, as on the pages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import pytest
import requests
import responses

from sandbox.world import World
from stores.canonical.commands import (
    Absent,
    CancelOrder,
    Command,
    CorrectStock,
    Found,
    RefundOrder,
    Unclear,
    VoidPayment,
)
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.request import Reason
from stores.connectors.roles import Connector, Effects, HookSource
from stores.kernel.errors import DeskError, OutcomeUnknown, RemoteRefused, Unsupported
from tests.stores.platforms.rig import KEY, TAG, Platform, Sent

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


class RoleContract:
    """`platform`: the connector's class. `role`: of a contract, who has to pass it."""

    platform: ClassVar[type[Platform]]
    role: ClassVar[Any] = Connector

    def __init_subclass__(cls, **words: Any) -> None:
        """Takes out the tests of roles that the connector does not play."""
        super().__init_subclass__(**words)
        if "platform" not in vars(cls):
            return
        for contract in cls.__mro__:
            if "role" in vars(contract) and not issubclass(cls.platform, vars(contract)["role"]):
                for name in [name for name in vars(contract) if name.startswith("test_") and name not in vars(cls)]:
                    setattr(cls, name, None)

    # --- said by the subclass -------------------------------------------------------------------
    def connect(self, world: World, journal: Sent | None = None) -> Platform:
        """The adapter on the simulator."""
        raise NotImplementedError

    def connect_to_network(self) -> Platform:
        """The adapter on the network fake, with SECRETS as its secrets."""
        raise NotImplementedError

    def commands(self, world: World, shop: Platform) -> Mapping[type, tuple[Any, Any]]:
        """One command of each kind that it can, each with an order of its own; None where it is about no order."""
        raise NotImplementedError

    def count(self, world: World, command: Command) -> int:
        """How often the simulator's own ledger says that it happened."""
        raise NotImplementedError

    def test_every_capability_says_why_in_words(self):
        for name, said in self.platform.capabilities.as_dict().items():
            assert len(said["why"]) > 20, name


class EffectsContract(RoleContract):
    """`api`: what the network fake answers to (a pattern of the vendor's address)."""

    role: ClassVar[Any] = Effects
    api: ClassVar[Any]

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

    # --- what is not offered --------------------------------------------------------------------
    def test_what_is_not_offered_raises_before_anything_is_sent(self, world):
        shop = self.connect_to_network()
        command = next(iter(self.commands(world, self.connect(world)).values()))[1]
        about = getattr(command, "order_id", "1")
        for name, kind in WITH_METHODS.items():
            said = getattr(self.platform.capabilities, name, None)
            if said is None or not said.is_offered:
                with pytest.raises(Unsupported):
                    shop.carry_out(kind(order_id=about, **REST_OF.get(name, {})), key=KEY, tag=TAG)


class HookContract(RoleContract):
    """What is signed is believed, what is not is not; and nothing that comes may break the door."""

    role: ClassVar[Any] = HookSource

    def signed(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Headers of a delivery signed with `secret`."""
        raise NotImplementedError

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
