"""How a connector does something once: send, read the answer, ask after it, look for it.

Effects go through `self.connection.transport.send(..., effect=True)`: the transport hands the exact request to the
journal of whoever acts, which stores it and its `sent_at` before the socket opens, and sends stored bytes on a resend.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from stores.canonical.commands import (
    AnyCommand,
    CancelLine,
    CancelOrder,
    CancelRest,
    CorrectStock,
    EditOrder,
    Finding,
    IssueCreditNote,
    RefundOrder,
    Resend,
    SendMessage,
    VoidPayment,
)
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.connectors import judge
from stores.connectors.errors import looked, proving
from stores.connectors.records import Reading
from stores.connectors.roles.connector import Connector
from stores.kernel.errors import Unsupported
from stores.kernel.http import json_readers

# The capability whose words say why a command cannot be carried out.
STANDS_UNDER: Mapping[type, str] = {
    CancelOrder: "cancel_order",
    CancelRest: "cancel_rest",
    CancelLine: "cancel_lines",
    EditOrder: "cancel_lines",
    RefundOrder: "refund",
    VoidPayment: "void_authorisation",
    CorrectStock: "keep_stock",
    IssueCreditNote: "credit_note",
    SendMessage: "send_message",
}


Answers = Mapping[type, Callable[[Any, Any], Receipt]]  # command → (it, body of the answer) → what that proves
Looks = Mapping[type, Callable[[Any, Any, Any], Reading]]  # command → (api, it, order before) → what stands there


class Effects(Connector):
    """What every role shares that changes something outside. A command belongs to the role that names it in `calls`.

    A connector's own methods are asked about commands of its roles only, and may say so in their types.
    """

    says: ClassVar[tuple[str, ...]] = ("find_again", "idempotency")
    calls: ClassVar[Mapping[type, str]] = {}  # of a role: command → the method that carries it out
    answers: ClassVar[Answers] = {}
    looks: ClassVar[Looks] = {}
    note_limit: ClassVar[int] = 255  # characters of free text, tag included
    poll_seconds: ClassVar[Sequence[float]] = (1, 2, 3, 5, 8, 13, 21, 34, 60)
    poll_deadline_seconds: ClassVar[float] = 600
    late_landing_seconds: ClassVar[float] = 600  # a request may act this long after its connection died
    key_life_hours: ClassVar[float] = 0  # how long a native idempotency key is remembered; 0: none

    def __init_subclass__(cls, **words: Any) -> None:
        """Raises TypeError for a connector that declares a write and cannot find it again."""
        super().__init_subclass__(**words)
        if (writes := cls.writes()) and cls.records is Effects.records and not cls.looks:
            raise TypeError(f"{cls.__name__} has {', '.join(writes.values())}, so it needs `records` to find it again")

    @classmethod
    def every_call(cls) -> dict[type, str]:
        """Command → method, of all its roles; whether it has more than the refusal of the role is for `writes`."""
        roles = [role for role in cls.roles() if issubclass(role, Effects)]
        return {command: name for role in roles for command, name in role.calls.items()}

    @classmethod
    def writes(cls) -> dict[type, str]:
        """Command → method, of what it has a call of its own for."""
        refusals = {name: getattr(role, name) for role in cls.roles() if issubclass(role, Effects)
                    for name in role.calls.values()}  # fmt: skip
        return {command: name for command, name in cls.every_call().items() if getattr(cls, name) is not refusals[name]}

    # --- to be done ----------------------------------------------------------------------------
    def carry_out(self, command: AnyCommand, *, key: str, tag: str) -> Receipt:
        """Send one command. `key`: one per generation; `tag`: one per step, stands last in text we own.

        Raises Unsupported before anything is sent for a command of a role that is not played here.
        """
        name = self.every_call().get(type(command))
        if name is None:
            raise self.cannot(command)
        act: Callable[..., Receipt] = getattr(self, name)
        return act(command, key=key, tag=tag)

    def cannot(self, command: AnyCommand) -> Unsupported:
        """With the words of the capability that the command stands under."""
        return self.unsupported(STANDS_UNDER[type(command)])

    def read_answer(self, command: Any, answer: Any) -> Receipt:
        """What an answer to `command` proves, by `answers`. Also used when a stored request is sent again.

        Raises as carry_out; OutcomeUnknown where it lacks what it must hold.
        """
        read = self.answers.get(type(command))
        if read is None:
            raise self.cannot(command)
        with proving(answer=answer):
            return read(command, self.body_of(answer))

    def body_of(self, answer: Any) -> Any:
        """What of an answer is read; for those who wrap it, or say no inside: raise then."""
        return json_readers.node(answer.body, "body")

    @abstractmethod
    def poll(self, command: Any, receipt: Receipt) -> Receipt:
        """Ask after an ACCEPTED receipt. Raises JobFailed when the platform says that it will not happen.

        Any other error is one of the reading: it proves nothing, and the question is asked again.
        """

    # --- to be looked for ----------------------------------------------------------------------
    def records(self, command: Any, *, before: Any) -> Reading:
        """All that may be the command's effect, as it stands there, by `looks`; the judge decides which is ours.

        before: the `Order` as it stood when the plan was made; None for a command that is about no order.
        An answer that lacks what it must hold is unreadable (OutcomeUnknown), never an empty reading.
        """
        look = self.looks.get(type(command))
        if look is None:
            raise self.cannot(command)
        with looked(self.unreadable):
            return look(self.api, command, before)

    def find(self, command: AnyCommand, *, tag: str, before: Order | None, since: datetime | None = None) -> Finding:
        """Look for the command's effect by reading; `before` as for `records`, `since` as for the judge."""
        return judge.decide(command, self.records(command, before=before), tag=tag, before=before, since=since)

    def normal_seconds(self, command: Any, receipt: Receipt) -> float:
        """How long what it has ACCEPTED normally takes; after that a person is told, with this time."""
        return 900

    def may_resend(self, command: Any, *, age: float) -> Resend:
        """What may follow an absent effect; `age`: seconds since the first send with this key."""
        return Resend.PERSON

    def note_with_tag(self, note: str, tag: str) -> str:
        """Our words, shortened so that the tag stands whole at the end."""
        room = self.note_limit - len(tag) - 1
        return f"{shortened(note, room)} {tag}".strip()


def shortened(words: str, room: int) -> str:
    """At most `room` characters."""
    said = words.strip()
    return said if len(said) <= room else said[: room - 1].rstrip() + "…"
