"""What an order platform must do for the desk.

An adapter is made per shop and use: `Shopify(connection)`; `connection` brings settings, secrets and a transport.
Effects go through `self.connection.transport.send(..., effect=True)`: the transport hands the exact request to the
executor's journal, which stores it and its `sent_at` before the socket opens, and sends stored bytes on a resend.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, Literal, Protocol

from stores.canonical.capabilities import Capabilities
from stores.canonical.commands import (
    CancelLine,
    CancelOrder,
    CancelRest,
    Command,
    CorrectStock,
    EditOrder,
    Finding,
    RefundOrder,
    Resend,
    VoidPayment,
)
from stores.canonical.events import Event
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.canonical.recipe import Recipe
from stores.canonical.request import CancelRequest, Quote, Reason
from stores.connectors import judge
from stores.connectors.records import Reading
from stores.connectors.rows import Unreadable
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import Unsupported

WHOLE_ORDER: Final = 8_000_000  # bytes of a delivery that holds an order of 500 lines, and each again as it left
HOOK_ADDRESS = "x-rescind-hook-address"  # no header that came: the door says where this hook is registered


class Serves(StrEnum):
    """What one outside account is to us. One connection serves all of them."""

    ORDERS = "orders"
    PAYMENTS = "payments"  # money goes back through it
    STOCK = "stock"
    BOOKS = "books"


@dataclass(frozen=True)
class Scope:
    """A right the shop must grant. `disables`: what does not work without it, in words ("" = optional comfort)."""

    name: str
    disables: str
    is_vital: bool = False
    needed_for: tuple[str, ...] = ()  # commands ("EditOrder") that cannot be sent without it


@dataclass(frozen=True)
class Access:
    """What *Test connection* found: their name and currency for the shop, rights granted and missing."""

    shop_name: str
    currency: str
    time_zone: str
    granted: tuple[str, ...]
    missing: tuple[Scope, ...]
    api_version: str = ""
    account: str = ""  # the outside account's own id, as the platform tells it: one connection serves it


@dataclass(frozen=True)
class Listing:
    """One page of an import. `cursor` continues it; "" = finished. Orders may be summaries.

    unreadable: rows of the page that could not be understood; the others are kept all the same.
    """

    orders: tuple[Order, ...]
    cursor: str = ""
    unreadable: tuple[Unreadable, ...] = ()
    total: int | None = None  # when the platform tells cheaply


@dataclass(frozen=True)
class Hook:
    """A webhook subscription that stands at the platform."""

    id: str
    topic: str
    uri: str


class Transport(Protocol):
    """The only thing that speaks HTTP; see stores.kernel.http.transport."""

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        cost: float = 1,
        effect: bool = False,
        timeout: float | None = None,
        key: str = "",
        caller: Any = None,
        may_be_empty: bool = False,
    ) -> Any: ...


@dataclass(frozen=True)
class Connection:
    """All an adapter may know of a shop. `refresh_token` trades credentials for a fresh token under a row lock."""

    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    transport: Transport
    now: Callable[[], datetime]
    token: Callable[[Callable[[], tuple[str, float]]], str]  # token(fetch): cached; fetch() -> (token, life seconds)
    forget_token: Callable[[], None]


class Platform(ABC):
    """Base of every adapter. What a subclass does not declare raises Unsupported before anything is sent."""

    key: ClassVar[str]
    label: ClassVar[str]
    api_version: ClassVar[str]
    credentials: ClassVar[tuple[Text | Secret, ...]]
    capabilities: ClassVar[Capabilities]
    recipe: ClassVar[Recipe]
    serves: ClassVar[tuple[Serves, ...]] = (Serves.ORDERS, Serves.PAYMENTS, Serves.STOCK)
    scopes: ClassVar[tuple[Scope, ...]] = ()
    reasons: ClassVar[Mapping[Reason, str]]  # ours → the platform's word
    note_limit: ClassVar[int] = 255  # characters of free text, tag included
    poll_seconds: ClassVar[Sequence[float]] = (1, 2, 3, 5, 8, 13, 21, 34, 60)
    poll_deadline_seconds: ClassVar[float] = 600
    late_landing_seconds: ClassVar[float] = 600  # a request may act this long after its connection died
    key_life_hours: ClassVar[float] = 0  # how long a native idempotency key is remembered; 0: none
    write_cost: ClassVar[float] = 10
    points_per_second: ClassVar[float] = 100  # the rate limit of the smallest plan, until an answer says better
    bucket_points: ClassVar[float] = 1000  # what it saves up
    follow_seconds: ClassVar[float] = 60  # how often its orders are asked for what changed
    base_url_pattern: ClassVar[str] = ""
    copies_by: ClassVar[Literal["", "source_id"]] = ""  # its orders mirror another shop's: the field that names them

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @classmethod
    def missing(cls, granted: Sequence[str]) -> tuple[Scope, ...]:
        """The rights it asks for and did not get."""
        return tuple(scope for scope in cls.scopes if not cls.is_granted(scope.name, granted))

    @classmethod
    def is_granted(cls, name: str, granted: Sequence[str]) -> bool:
        return name in granted

    # --- reading -------------------------------------------------------------------------------
    @abstractmethod
    def base_url(self) -> str:
        """Where the API lives, without a final slash; from the shop's own setting or the platform's fixed host."""

    @abstractmethod
    def check_access(self) -> Access:
        """Read something harmless. Raises CredentialsRejected, RemoteRefused (wrong shop), RemoteUnavailable."""

    @abstractmethod
    def read_order(self, external_id: str) -> Order:
        """All the preview needs, live. Raises RemoteRefused with code "not_found" when it is gone or hidden."""

    def look_again(self, before: Order) -> Order:
        """The order as it stands now, when an earlier full read is at hand: the same facts, at less cost.

        What cannot change (titles, addresses, prices) may be taken from `before`.
        """
        return self.read_order(before.external_id)

    @abstractmethod
    def list_orders(self, *, since: datetime | None, cursor: str = "") -> Listing:
        """Orders changed since (None: all), oldest change first, a page at a time."""

    @abstractmethod
    def quote(self, order: Order, request: CancelRequest) -> Quote:
        """The platform's own figures for this request. No effect."""

    @abstractmethod
    def order_url(self, order_external_id: str, legacy_id: str) -> str:
        """The order in the platform's own desk."""

    # --- effects -------------------------------------------------------------------------------
    def carry_out(self, command: Command, *, key: str, tag: str) -> Receipt:
        """Send one command. `key`: one per generation; `tag`: one per step, stands last in text we own."""
        match command:
            case CancelOrder():
                return self.cancel_order(command, key=key, tag=tag)
            case RefundOrder():
                return self.refund_order(command, key=key, tag=tag)
            case EditOrder():
                return self.edit_order(command, key=key, tag=tag)
            case VoidPayment():
                return self.void_payment(command, key=key, tag=tag)
            case CorrectStock():
                return self.correct_stock(command, key=key, tag=tag)
            case CancelLine():
                return self.cancel_line(command, key=key, tag=tag)
            case CancelRest():
                return self.cancel_rest(command, key=key, tag=tag)

    def cancel_order(self, command: CancelOrder, *, key: str, tag: str) -> Receipt:
        raise Unsupported("cancel_order", self.capabilities.cancel_order.why)

    def refund_order(self, command: RefundOrder, *, key: str, tag: str) -> Receipt:
        raise Unsupported("refund", self.capabilities.refund.why)

    def edit_order(self, command: EditOrder, *, key: str, tag: str) -> Receipt:
        raise Unsupported("cancel_lines", self.capabilities.cancel_lines.why)

    def void_payment(self, command: VoidPayment, *, key: str, tag: str) -> Receipt:
        raise Unsupported("void_authorisation", self.capabilities.void_authorisation.why)

    def correct_stock(self, command: CorrectStock, *, key: str, tag: str) -> Receipt:
        raise Unsupported("keep_stock", self.capabilities.keep_stock.why)

    def cancel_line(self, command: CancelLine, *, key: str, tag: str) -> Receipt:
        raise Unsupported("cancel_lines", str(self.capabilities.cancel_lines.why))

    def cancel_rest(self, command: CancelRest, *, key: str, tag: str) -> Receipt:
        raise Unsupported("cancel_rest", str(self.capabilities.cancel_rest.why))

    @abstractmethod
    def read_answer(self, command: Command, answer: Any) -> Receipt:
        """What an answer to `command` proves. Also used when a stored request is sent again. Raises as carry_out."""

    @abstractmethod
    def poll(self, command: Command, receipt: Receipt) -> Receipt:
        """Ask after an ACCEPTED receipt. Raises JobFailed when the platform says that it will not happen.

        Any other error is one of the reading: it proves nothing, and the question is asked again.
        """

    def records(self, command: Command, *, before: Order) -> Reading:
        """All that may be the command's effect, as it stands there; the judge decides which is ours.

        An answer that lacks what it must hold is unreadable (raise OutcomeUnknown), never an empty reading.
        """
        raise Unsupported("find_again", self.capabilities.find_again.why)

    def find(self, command: Command, *, tag: str, before: Order) -> Finding:
        """Look for the command's effect by reading; `before` is the order as it stood when the plan was made."""
        return judge.decide(command, self.records(command, before=before), tag=tag, before=before)

    def normal_seconds(self, command: Command, receipt: Receipt) -> float:
        """How long what it has ACCEPTED normally takes; after that a person is told, with this time."""
        return 900

    def may_resend(self, command: Command, *, age: float) -> Resend:
        """What may follow an absent effect; `age`: seconds since the first send with this key."""
        return Resend.PERSON

    # --- webhooks ------------------------------------------------------------------------------
    topics: ClassVar[tuple[str, ...]] = ()
    hook_secret: ClassVar[str] = ""  # the credential that signs webhooks; without it none can be believed
    hooks_are_signed: ClassVar[bool] = True  # False: the platform signs nothing; only the unguessable address protects
    hook_signs_address: ClassVar[bool] = False  # its signature covers our address too: `headers[HOOK_ADDRESS]` has it
    hook_bytes: ClassVar[int] = 1_000_000  # more is refused unread
    hook_setup: ClassVar[str] = ""  # where the API cannot register them: what a person does by hand, in words

    @classmethod
    def sends_hooks(cls) -> bool:
        """Whether anything can come: registered by us or by a person. Where not, its shops have no address."""
        return bool(cls.topics or cls.hook_setup)

    @classmethod
    def is_hook_ping(cls, body: bytes) -> bool:
        """What `verify_hook` lets in without a signature, since the platform asks whether anybody listens."""
        return False

    @classmethod
    def verify_hook(cls, headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str]) -> bool:
        """True only for a signature made with one of `secrets` over the raw bytes. Never raises on bad input."""
        return False

    @classmethod
    def parse_hook(cls, headers: Mapping[str, str], body: bytes) -> list[Event]:
        """Only after `verify_hook`. Unknown topics give EventKind.UNKNOWN; broken bodies give []."""
        return []

    def list_hooks(self) -> list[Hook]:
        return []

    def add_hook(self, topic: str, uri: str) -> Hook:
        raise Unsupported("receive_events", self.capabilities.receive_events.why)

    def remove_hook(self, hook_id: str) -> None:
        raise Unsupported("receive_events", self.capabilities.receive_events.why)

    # --- planning facts ------------------------------------------------------------------------
    def note_with_tag(self, note: str, tag: str) -> str:
        """Our words, shortened so that the tag stands whole at the end."""
        room = self.note_limit - len(tag) - 1
        words = note.strip()
        short = words if len(words) <= room else words[: room - 1].rstrip() + "…"
        return f"{short} {tag}".strip()
