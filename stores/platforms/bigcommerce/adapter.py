"""The BigCommerce adapter: the declarative head, and one short call for each thing the desk wants.

Each effect with what is read before it and asked after it. One effect is one request through the journal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote as quoted

from stores.canonical.commands import CancelOrder, Command, CorrectStock, RefundOrder, Resend, VoidPayment
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.request import CancelRequest, Quote
from stores.connectors.records import Reading
from stores.connectors.roles import (
    Access,
    ConnectorContext,
    Hook,
    HookSource,
    Listing,
    OrderSource,
    OrderWriter,
    Refunder,
    StockKeeper,
)
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import InputRejected, JobFailed, OutcomeUnknown, RemoteError, RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.bigcommerce import cancellable, finding, mapping, money, reading, webhooks, writing
from stores.platforms.bigcommerce import capabilities as declared
from stores.platforms.bigcommerce.api import (
    BUCKET,
    PER_SECOND,
    RUNNING,
    Api,
    Levels,
    Settings,
    ask_quote,
    check_access,
    check_id,
    levels,
    pair_of,
)
from stores.platforms.bigcommerce.cancellable import Count, Read
from stores.platforms.bigcommerce.capabilities import _
from stores.platforms.bigcommerce.money import Rates

HOST = "https://api.bigcommerce.com"
HASH = re.compile(r"[a-z0-9]{3,40}", re.ASCII)


class BigCommerce(OrderSource, OrderWriter, Refunder, StockKeeper, HookSource):
    key = "bigcommerce"
    label = "BigCommerce"
    api_version = "v3"
    credentials = (
        Text(
            "store_hash",
            _("Store hash"),
            help=_("The letters and digits after store- in the address of your control panel."),
            pattern=r"[A-Za-z0-9]{3,40}",
        ),
        Secret(
            "token",
            _("Access token"),
            help=_(
                "Of a store-level API account that may modify orders and order transactions, read information and "
                "settings, and manage store inventory; made under Settings, API accounts."
            ),
            required=True,
        ),
        Secret(
            "client_secret",
            _("Client secret"),
            help=_("Shown with the access token: it proves that messages come from BigCommerce."),
        ),
        Text(
            "base_url",
            _("Gateway address"),
            help=_("Only if calls must pass a gateway of yours; leave empty otherwise."),
            required=False,
        ),
    )
    capabilities = declared.CAPABILITIES
    recipe = declared.RECIPE
    scopes = declared.SCOPES
    reasons = declared.REASONS
    note_limit = 1000  # of an item's reason
    write_cost = 1
    points_per_second = PER_SECOND
    bucket_points = BUCKET
    deliveries = webhooks.DELIVERIES
    topics: ClassVar[tuple[str, ...]] = webhooks.SUBSCRIBED
    hook_secret = "client_secret"  # noqa: S105  its name

    def __init__(self, connection: ConnectorContext) -> None:
        super().__init__(connection)
        self.api = Api(connection, self.base_url(), self.store_hash())
        self.settings = Settings(self.api)
        self.seen: Read | None = None  # the last full read: a quote right after it asks for nothing twice

    # --- reading -------------------------------------------------------------------------------
    def base_url(self) -> str:
        return self.connection.settings.get("base_url", "").rstrip("/") or HOST

    def store_hash(self) -> str:
        """Raises InputRejected for what is none: it is part of every address."""
        said = self.connection.settings.get("store_hash", "").strip().lower()
        if not HASH.fullmatch(said):
            raise InputRejected("store_hash", "Write the store hash: the letters and digits after store- .")
        return said

    def check_access(self) -> Access:
        with json_readers.understood(str(declared.UNREADABLE)):
            return check_access(self.api, self.store_hash(), self.api_version, self.missing)

    def read_order(self, external_id: str) -> Order:
        with json_readers.understood(str(declared.UNREADABLE)):
            self.seen = reading.read(self.api, self.settings, external_id)
            return mapping.to_order(self.seen)

    def look_again(self, before: Order) -> Order:
        with json_readers.understood(str(declared.UNREADABLE)):
            return mapping.to_order(reading.look_again(self.api, self.settings, before))

    def list_orders(self, *, since: datetime | None, cursor: str = "") -> Listing:
        with json_readers.understood(str(declared.UNREADABLE)):
            return reading.list_orders(self.api, since=since, cursor=cursor)

    def quote(self, order: Order, request: CancelRequest) -> Quote:
        with json_readers.understood(str(declared.UNREADABLE)):
            seen = self.seen
            if seen is None or json_readers.ident(seen.raw, "id") != order.external_id:
                seen = for_refund(self.api, order.external_id)
            return reading.quote(self.api, seen, order, request)

    def order_url(self, order_external_id: str, legacy_id: str) -> str:
        store = f"https://store-{self.store_hash()}.mybigcommerce.com"
        return f"{store}/manage/orders/{quoted(order_external_id, safe='')}"

    # --- effects -------------------------------------------------------------------------------
    def cancel_order(self, command: CancelOrder, *, key: str, tag: str) -> Receipt:
        said = writing.reason_words(declared.REASONS[command.reason], command.note.strip())
        note = self.note_with_tag(said, tag)
        return cancel(self.api, command, note, tag, self.connection.now)

    def refund_order(self, command: RefundOrder, *, key: str, tag: str) -> Receipt:
        return refund(self.api, command, self.note_with_tag(command.note, tag), tag)

    def void_payment(self, command: VoidPayment, *, key: str, tag: str) -> Receipt:
        return void(self.api, command, self.connection.now)

    def correct_stock(self, command: CorrectStock, *, key: str, tag: str) -> Receipt:
        return correct(self.api, command, tag, self.connection.now)

    def read_answer(self, command: Command, answer: Any) -> Receipt:
        return finding.read_answer(command, answer)

    def poll(self, command: Command, receipt: Receipt) -> Receipt:
        return poll(self.api, command, receipt, self.connection.now)

    def records(self, command: Command, *, before: Order) -> Reading:
        return finding.look(self.api, command, before=before)

    def may_resend(self, command: Command, *, age: float) -> Resend:
        """A status is absolute and a second void is refused; a second refund pays twice, stock would move twice."""
        is_absolute = isinstance(command, CancelOrder | VoidPayment)
        return Resend.NEW_GENERATION if is_absolute else Resend.PERSON

    # --- webhooks ------------------------------------------------------------------------------
    def list_hooks(self) -> list[Hook]:
        with json_readers.understood(str(declared.UNREADABLE)):
            return webhooks.standing(self.api)

    def add_hook(self, topic: str, uri: str) -> Hook:
        with json_readers.understood(str(declared.UNREADABLE)):
            return webhooks.add(self.api, topic, uri, self.connection.secrets.get("client_secret", ""))

    def remove_hook(self, hook_id: str) -> None:
        webhooks.remove(self.api, hook_id)


Now = Callable[[], datetime]
ADJUST = "v3/inventory/adjustments/relative"


def for_refund(api: Api, order_id: str) -> Read:
    """As much as a refund names: the order, and what was refunded of it."""
    raw, records = reading.raw_order(api, order_id), api.refunds(order_id)
    return Read(raw, records, costs=reading.costs(api, raw, records, Rates.of(raw)))


# --- the status --------------------------------------------------------------------------------------
def cancel(api: Api, command: CancelOrder, note: str, tag: str, now: Now) -> Receipt:
    """Reads the order first: the staff notes are kept, and counts show what the status puts back, asked for or not."""
    writing.guard_cancel(command)
    with json_readers.understood(str(declared.UNREADABLE)):
        raw = reading.raw_order(api, command.order_id)
        writing.guard_open(raw, tag)
        body, begun = writing.cancel_body(raw, note, tag), now()
        before = {} if writing.is_cancelled(raw) else _counted(api, raw)
    receipt = finding.read_answer(command, api.effect("PUT", f"v2/orders/{check_id(command.order_id)}", body))
    wanted = _expected(raw, before) if command.restock else dict.fromkeys(before, Decimal(0))
    return finding.to_be_compared(receipt, before, wanted, begun) if before else receipt


def _counted(api: Api, raw: Node) -> Levels:
    """How many there are of all its goods; nothing where the account may not see stock."""
    wanted = [(variant, "") for variant in reading.variants(cancellable.line_nodes(raw))]
    try:
        return levels(api, wanted) if wanted else {}
    except RemoteRefused as exc:
        if exc.status != 403:
            raise
        return {}


def _expected(raw: Node, before: Levels) -> Levels:
    """Units that a status gives back: all of every line that is counted."""
    wanted = dict.fromkeys(before, Decimal(0))
    for line in cancellable.line_nodes(raw):
        pair = (json_readers.text(line, "variant_id"), "")
        if pair in wanted:
            wanted[pair] += Count.of(line).ordered
    return wanted


# --- money -------------------------------------------------------------------------------------------
def refund(api: Api, command: RefundOrder, note: str, tag: str) -> Receipt:
    """Reads order and refunds, and asks for the quote again: amounts that do not equal it are refused there."""
    writing.whole_amount(command)
    with json_readers.understood(str(declared.UNREADABLE)):
        seen = for_refund(api, command.order_id)
        writing.guard_refund(command, seen.raw, seen.records, tag)
        if writing.may_be_running(seen.records):
            writing.guard_running(seen.records, api.transactions(command.order_id))
        wanted = writing.refund_items(command, seen.raw, seen.costs, note)
        found = ask_quote(api, command.order_id, wanted, command.currency)
        body = writing.refund_body(command, wanted, found, [p.payment_id for p in command.payments])
    path = f"v3/orders/{check_id(command.order_id)}/payment_actions/refunds"
    try:
        answer = api.effect("POST", path, body)
    except RemoteRefused as exc:
        return _begun_before(api, command, tag, exc)
    return finding.read_answer(command, answer)


def _begun_before(api: Api, command: RefundOrder, tag: str, no: RemoteRefused) -> Receipt:
    """Something on the way may send a request twice: then it was refused because our own refund is there already."""
    records = _looked(no, lambda: api.refunds(command.order_id))
    ours = next((record for record in records if tag in money.reason(record)), None)
    if ours is not None:
        begun = Receipt(outcome=Outcome.ACCEPTED, ids={"refund": json_readers.ident(ours, "id")})
        return finding.refund_state(begun, records, (), command)
    raise writing.running() if no.code == RUNNING else no


T = TypeVar("T")


def _looked(no: RemoteRefused, read: Callable[[], T]) -> T:
    """A look that fails leaves open what the refusal meant."""
    try:
        with json_readers.understood(str(declared.UNREADABLE)):
            return read()
    except RemoteError as exc:
        raise OutcomeUnknown("refused, and not looked at", code=no.code, status=no.status, answer=no.answer) from exc


def void(api: Api, command: VoidPayment, now: Now) -> Receipt:
    path = f"v3/orders/{check_id(command.order_id)}/payment_actions/void"
    try:
        receipt = finding.read_answer(command, api.effect("POST", path))
    except RemoteRefused as exc:
        word = _looked(exc, lambda: json_readers.text(api.order(command.order_id), "payment_status"))
        if word not in ("void", "void pending"):
            raise
        receipt = finding.BEING_VOIDED
    return replace(receipt, reported=replace(receipt.reported, asked_at=now()))


# --- stock -------------------------------------------------------------------------------------------
def correct(api: Api, command: CorrectStock, tag: str, now: Now) -> Receipt:
    """Counts before it moves: an adjustment is relative, so only the counts tell whether it happened.

    The order is looked at last: whoever cancelled it meanwhile has put its units back already.
    """
    body, pairs, begun = writing.stock_body(command, tag), writing.pairs(command), now()
    with json_readers.understood(str(declared.UNREADABLE)):
        before = levels(api, pairs)
        if set(before) != set(pairs):
            raise RemoteRefused("not counted", code="not_counted", user_message=str(declared.NOT_COUNTED))
        raw = reading.raw_order(api, command.order_id)
        writing.guard_stock(command, raw, lambda: api.refunds(command.order_id))
    receipt = finding.read_answer(command, api.effect("POST", ADJUST, body))
    wanted = {(str(item["variant_id"]), str(item["location_id"])): Decimal(item["quantity"]) for item in body["items"]}
    return finding.to_be_compared(receipt, before, wanted, begun)


# --- afterwards --------------------------------------------------------------------------------------
def poll(api: Api, command: Command, receipt: Receipt, now: Now) -> Receipt:
    """Raises JobFailed where it will not happen; whatever else is raised, a read failed."""
    with json_readers.understood(str(declared.UNREADABLE)):
        match command:
            case RefundOrder():
                return _paid(api, command, receipt)
            case VoidPayment():
                return finding.void_state(receipt, api.order(command.order_id), now())
        if not receipt.reported.stock:
            return replace(receipt, outcome=Outcome.APPLIED, look_after=None)
        found = levels(api, [pair_of(one) for one in receipt.reported.stock])
        tell = finding.adjusted if isinstance(command, CorrectStock) else finding.compared
        return tell(receipt, found, now())


def _paid(api: Api, command: RefundOrder, receipt: Receipt) -> Receipt:
    """A refund that was declined says so itself; that one was paid, a transaction says."""
    records = api.refunds(command.order_id)
    told = finding.refund_state(receipt, records, (), command, JobFailed)
    if told.outcome is Outcome.APPLIED:
        return told
    return finding.refund_state(receipt, records, api.transactions(command.order_id), command, JobFailed)
