"""What a connector is follows from the classes it inherits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from stores.canonical.capabilities import BookCapabilities, MessageCapabilities, impossible, native
from stores.canonical.commands import (
    Absent,
    AnyCommand,
    CancelOrder,
    Found,
    IssueCreditNote,
    SendMessage,
)
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.request import Reason
from stores.connectors.records import Reading, Record
from stores.connectors.roles import (
    Access,
    BookKeeper,
    Connector,
    ConnectorContext,
    Effects,
    Messenger,
    OrderSource,
    OrderWriter,
    Refunder,
    StockKeeper,
    in_role,
)
from stores.kernel.errors import Unsupported
from stores.platforms import registry
from stores.platforms.magento import Magento
from stores.platforms.modern_dropship import ModernDropship
from stores.platforms.shopify import Shopify
from stores.selectors import capabilities
from tests.make import NOW
from tests.stores.platforms.rig import KEY, OTHER_TAG, TAG

SAID = native("One call of the channel brings it there.")
NOTE = IssueCreditNote(
    order_id="1",
    number="C-2041",
    invoice_id="INV-7",
    issued_on=date(2026, 11, 30),
    customer_name="Ada Novak",
    customer_email="ada.novak@example.com",
    currency="EUR",
    lines=(),
    note="cancelled",
)
MESSAGE = SendMessage(address="desk@example.com", subject="C-2041", text="The order was cancelled.")
CANCEL = CancelOrder(order_id="1", reason=Reason.OTHER, refund=False, restock=False, notify=False)


class Head(Connector):
    """What none of these tests is about."""

    key = "thin"
    label = "Thin"
    api_version = "1"
    credentials = ()

    def base_url(self) -> str:
        return "https://api.thin.example"

    def check_access(self) -> Access:
        return Access(shop_name="", currency="", time_zone="UTC", granted=(), missing=())


class Post(Head, Messenger):
    """Keeps in `stands` what was sent."""

    capabilities = MessageCapabilities(send_message=SAID, find_again=SAID, idempotency=SAID)

    def send_message(self, command: SendMessage, *, key: str, tag: str) -> Receipt:
        body = {"text": f"{command.text} {tag}"}
        return self.read_answer(command, self.connection.transport.send("POST", "/messages", json=body, effect=True))

    def read_answer(self, command: SendMessage, answer: Any) -> Receipt:
        return Receipt(outcome=Outcome.APPLIED, ids={"message": answer["id"]})

    def poll(self, command: SendMessage, receipt: Receipt) -> Receipt:
        return receipt

    def records(self, command: SendMessage, *, before: Any) -> Reading:
        rows = self.connection.transport.send("GET", "/messages")
        return Reading(records=tuple(Record(ids={"message": row["id"]}, **row) for row in rows))


@dataclass(frozen=True, kw_only=True)
class Both(MessageCapabilities, BookCapabilities): ...


class Ledger(Post, BookKeeper):
    """One account with two roles."""

    capabilities = Both(send_message=SAID, credit_note=SAID, find_again=SAID, idempotency=SAID)

    def issue_credit_note(self, command: IssueCreditNote, *, key: str, tag: str) -> Receipt:
        return self.read_answer(command, {"id": command.number})  # type: ignore[arg-type]


class Mailbox:
    """A transport with a memory."""

    def __init__(self) -> None:
        self.stands: list[dict[str, str]] = []

    def send(self, method: str, path: str, *, json: Any = None, **words: Any) -> Any:
        if method == "POST":
            self.stands.append({"id": str(len(self.stands) + 1), "text": json["text"]})
            return self.stands[-1]
        return self.stands


def opened(kind: type[Any]) -> Any:
    return kind(ConnectorContext(settings={}, secrets={}, transport=Mailbox(), now=lambda: NOW,
                                 token=lambda fetch: "", forget_token=lambda: None))  # fmt: skip


# --- which roles -------------------------------------------------------------------------------------
def test_roles_are_the_classes_that_a_connector_names():
    assert [role.__name__ for role in Shopify.roles()] == [
        "OrderSource", "OrderWriter", "Refunder", "StockKeeper", "HookSource",
    ]  # fmt: skip
    assert not issubclass(ModernDropship, Refunder)
    assert not issubclass(Magento, StockKeeper)


@pytest.mark.parametrize("kind", registry.all_platforms(), ids=lambda kind: kind.key)
def test_every_platform_reads_and_writes_orders(kind):
    assert issubclass(kind, OrderSource)
    assert issubclass(kind, OrderWriter)


@pytest.mark.parametrize("kind", registry.all_platforms(), ids=lambda kind: kind.key)
def test_a_role_that_is_named_is_played(kind):
    """Each role with effects has one call of its own at least."""
    writing = [role for role in kind.roles() if issubclass(role, Effects)]
    assert [role.__name__ for role in writing if not set(kind.writes()) & set(role.calls)] == []


# --- what a role asks for ----------------------------------------------------------------------------
def test_a_write_that_cannot_be_found_again_cannot_be_declared():
    with pytest.raises(TypeError, match="Blind has send_message, so it needs `records`"):

        class Blind(Head, Messenger):
            def send_message(self, command: SendMessage, *, key: str, tag: str) -> Receipt:
                raise AssertionError


def test_a_capability_that_a_role_asks_for_cannot_be_left_unsaid():
    with pytest.raises(TypeError, match="Mute does not say in its capabilities: credit_note"):

        class Mute(Post, BookKeeper):
            capabilities = Post.capabilities


def test_a_role_asks_for_its_methods():
    class Lazy(Head, Messenger):
        capabilities = Post.capabilities

    with pytest.raises(TypeError, match="send_message"):
        opened(Lazy)


# --- commands ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("command", [CANCEL, NOTE], ids=["an order", "a ledger"])
def test_a_command_of_a_role_that_is_not_played_is_refused_before_anything_is_sent(command: AnyCommand):
    post = opened(Post)

    with pytest.raises(Unsupported):
        post.carry_out(command, key=KEY, tag=TAG)

    assert post.connection.transport.stands == []


def test_a_refusal_has_the_words_of_the_capability():
    class Full(Post):
        capabilities = MessageCapabilities(send_message=impossible("It is full."), find_again=SAID, idempotency=SAID)

        def send_message(self, command: SendMessage, *, key: str, tag: str) -> Receipt:
            raise self.cannot(command)

    with pytest.raises(Unsupported) as refused:
        opened(Full).carry_out(MESSAGE, key=KEY, tag=TAG)

    assert (refused.value.capability, refused.value.user_message) == ("send_message", "It is full.")


def test_each_command_goes_to_the_role_that_names_it():
    ledger = opened(Ledger)

    sent = ledger.carry_out(MESSAGE, key=KEY, tag=TAG)
    written = ledger.carry_out(NOTE, key=KEY, tag=TAG)

    assert (sent.ids, written.ids) == ({"message": "1"}, {"message": "C-2041"})


def test_a_message_is_found_by_our_mark_without_any_order():
    post = opened(Post)
    assert isinstance(post.find(MESSAGE, tag=TAG, before=None), Absent)

    post.carry_out(MESSAGE, key=KEY, tag=TAG)

    assert isinstance(post.find(MESSAGE, tag=TAG, before=None), Found)
    assert not isinstance(post.find(MESSAGE, tag=OTHER_TAG, before=None), Found)


def test_one_that_only_reads_cannot_act():
    with pytest.raises(Unsupported):
        in_role(opened(Head), Effects)


# --- what pages tell ---------------------------------------------------------------------------------
def test_a_table_has_the_rows_of_the_roles_and_no_other():
    assert [row.key for row in capabilities.rows({"Post": Post.capabilities})] == [
        "find_again", "idempotency", "send_message",
    ]  # fmt: skip


def test_side_by_side_each_has_a_cell_where_it_says_something():
    table = {row.key: [label for label, _can in row.cells]
             for row in capabilities.rows({"Post": Post.capabilities, "Shopify": Shopify.capabilities})}  # fmt: skip

    assert (table["refund"], table["send_message"], table["find_again"]) == (["Shopify"], ["Post"], ["Post", "Shopify"])


def test_what_an_account_serves_follows_from_its_roles():
    assert [capabilities.Vendor.of(kind).serves for kind in (Shopify, Magento, ModernDropship, Ledger, Post)] == [
        "orders, payments and stock", "orders, payments and stock", "orders", "books and messages", "messages",
    ]  # fmt: skip
