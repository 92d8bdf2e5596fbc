"""The roles with effects. Each names its commands; what a connector of the role leaves out is refused in its words."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from stores.canonical.commands import (
    CancelLine,
    CancelOrder,
    CancelRest,
    CorrectStock,
    EditOrder,
    IssueCreditNote,
    RefundOrder,
    SendMessage,
    VoidPayment,
)
from stores.canonical.receipts import Receipt
from stores.canonical.request import Reason
from stores.connectors.roles.effects import Effects


class OrderWriter(Effects):
    """Takes units off an order. One of the four is enough; the recipe says which of them the planner asks for."""

    is_role = True
    calls: ClassVar[Mapping[type, str]] = {
        CancelOrder: "cancel_order",
        EditOrder: "edit_order",
        CancelLine: "cancel_line",
        CancelRest: "cancel_rest",
    }
    says: ClassVar[tuple[str, ...]] = (*Effects.says, "cancel_order", "cancel_lines", "cancel_rest")
    reasons: ClassVar[Mapping[Reason, str]]  # ours → the platform's word

    def reason_with_tag(self, command: CancelOrder, tag: str) -> str:
        """Reason and note, where one text holds both; a note that repeats the reason says it once."""
        reason, note = self.reasons[command.reason], command.note.strip()
        return self.note_with_tag(note if note.startswith(reason) else ": ".join(filter(None, (reason, note))), tag)

    def cancel_order(self, command: CancelOrder, *, key: str, tag: str) -> Receipt:
        raise self.cannot(command)

    def edit_order(self, command: EditOrder, *, key: str, tag: str) -> Receipt:
        raise self.cannot(command)

    def cancel_line(self, command: CancelLine, *, key: str, tag: str) -> Receipt:
        raise self.cannot(command)

    def cancel_rest(self, command: CancelRest, *, key: str, tag: str) -> Receipt:
        raise self.cannot(command)


class Refunder(Effects):
    """Gives captured money back, and releases what was never captured. An order platform or a payment provider."""

    is_role = True
    calls: ClassVar[Mapping[type, str]] = {RefundOrder: "refund_order", VoidPayment: "void_payment"}
    says: ClassVar[tuple[str, ...]] = (*Effects.says, "refund", "refund_part", "void_authorisation")

    @abstractmethod
    def refund_order(self, command: RefundOrder, *, key: str, tag: str) -> Receipt:
        """Each payment of the command through itself. A payment provider knows no lines: it takes the amounts."""

    def void_payment(self, command: VoidPayment, *, key: str, tag: str) -> Receipt:
        raise self.cannot(command)


class StockKeeper(Effects):
    """Corrects stock by a difference, at a location."""

    is_role = True
    calls: ClassVar[Mapping[type, str]] = {CorrectStock: "correct_stock"}
    says: ClassVar[tuple[str, ...]] = (*Effects.says, "keep_stock")

    @abstractmethod
    def correct_stock(self, command: CorrectStock, *, key: str, tag: str) -> Receipt: ...


class BookKeeper(Effects):
    """Keeps the books: a credit note for what was cancelled."""

    is_role = True
    calls: ClassVar[Mapping[type, str]] = {IssueCreditNote: "issue_credit_note"}
    says: ClassVar[tuple[str, ...]] = (*Effects.says, "credit_note")

    @abstractmethod
    def issue_credit_note(self, command: IssueCreditNote, *, key: str, tag: str) -> Receipt:
        """Receipt.ids: {"credit_note": theirs}."""


class Messenger(Effects):
    """Carries one message to one address: a mailbox, a telephone, a room of a chat, a ticket."""

    is_role = True
    calls: ClassVar[Mapping[type, str]] = {SendMessage: "send_message"}
    says: ClassVar[tuple[str, ...]] = (*Effects.says, "send_message")

    @abstractmethod
    def send_message(self, command: SendMessage, *, key: str, tag: str) -> Receipt:
        """ACCEPTED where the channel tells later whether it arrived. Receipt.ids: {"message": theirs}."""
