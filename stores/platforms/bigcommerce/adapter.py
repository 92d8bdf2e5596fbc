"""The BigCommerce adapter: the declarative head, and each effect with what is read before it and asked after it.

One effect is one request through the journal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, TypeVar
from urllib.parse import quote as quoted

from stores.canonical.commands import CancelOrder, Command, CorrectStock, RefundOrder, Resend, VoidPayment
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.request import CancelRequest, Quote
from stores.connectors import roles, sentences
from stores.connectors.errors import refusal, unless
from stores.connectors.sentences import _
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import InputRejected, OutcomeUnknown, RemoteError, RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.http.responses import Answer
from stores.platforms.bigcommerce import cancellable, finding, mapping, money, reading, webhooks, writing
from stores.platforms.bigcommerce import capabilities as declared
from stores.platforms.bigcommerce.api import Api, Levels, Settings, ask_quote, check_access, levels, v2, v3
from stores.platforms.bigcommerce.cancellable import Read, count_of

HOST = "https://api.bigcommerce.com"
HASH = re.compile(r"[a-z0-9]{3,40}", re.ASCII)
ADJUST = "v3/inventory/adjustments/relative"
T = TypeVar("T")


class BigCommerce(
    roles.OrderSource, roles.OrderWriter, roles.Refunder, roles.StockKeeper, roles.HookSource, speaks=Api
):
    key = "bigcommerce"
    api: Api
    label = "BigCommerce"
    glyph = "Bc"
    api_version = "v3"
    version_ends: ClassVar[Mapping[str, roles.End]] = {  # https://github.com/bigcommerce/docs
        "v3": roles.End(None, _("BigCommerce names no end of Orders v2 and v3."))
    }
    # the same, guide on API accounts
    credentials_end = roles.End(None, _("Tokens of a store's API account work until the account is deleted."))
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
        sentences.GATEWAY,
    )
    capabilities = declared.CAPABILITIES
    recipe = declared.RECIPE
    scopes = declared.SCOPES
    answers = finding.ANSWERS
    looks = finding.LOOKS
    note_limit = 1000  # of an item's reason
    deliveries = webhooks.DELIVERIES
    subscriptions: ClassVar[roles.Subscriptions] = webhooks
    topics: ClassVar[tuple[str, ...]] = webhooks.SUBSCRIBED
    hook_secret = "client_secret"  # noqa: S105  its name

    def __init__(self, connection: roles.ConnectorContext) -> None:
        super().__init__(connection)
        self.api = Api(connection, f"{self.base_url()}/stores/{self.store_hash()}")
        self.settings = Settings(self.api)
        self.seen: Read | None = None  # the last full read: a quote right after it asks for nothing twice

    # --- reading -------------------------------------------------------------------------------
    def base_url(self) -> str:
        return self.gateway() or HOST

    def store_hash(self) -> str:
        """Raises InputRejected for what is none: it is part of every address."""
        said = self.connection.settings.get("store_hash", "").strip().lower()
        if not HASH.fullmatch(said):
            raise InputRejected("store_hash", "Write the store hash: the letters and digits after store- .")
        return said

    def check_access(self) -> roles.Access:
        with self.understood():
            return check_access(self.api, self.store_hash(), self.api_version, self.missing)

    def read_order(self, external_id: str) -> Order:
        with self.understood():
            self.seen = reading.read(self.api, self.settings, external_id)
            return mapping.to_order(self.seen)

    def look_again(self, before: Order) -> Order:
        with self.understood():
            return mapping.to_order(reading.look_again(self.api, self.settings, before))

    def list_orders(self, *, since: datetime | None, cursor: str = "") -> roles.Listing:
        with self.understood():
            return reading.list_orders(self.api, since=since, cursor=cursor)

    def quote(self, order: Order, request: CancelRequest) -> Quote:
        with self.understood():
            seen = self.seen
            if seen is None or json_readers.ident(seen.raw, "id") != order.external_id:
                seen = reading.for_refund(self.api, order.external_id)
            return reading.quote(self.api, seen, order, request)

    def order_url(self, order_external_id: str, legacy_id: str) -> str:
        store = f"https://store-{self.store_hash()}.mybigcommerce.com"
        return f"{store}/manage/orders/{quoted(order_external_id, safe='')}"

    # --- effects -------------------------------------------------------------------------------
    def cancel_order(self, command: CancelOrder, *, key: str, tag: str) -> Receipt:
        """Reads the order first: staff notes are kept, and counts show what the status puts back, asked for or not."""
        writing.guard_cancel(command)
        with self.understood():
            raw = self.api.order(command.order_id)
            writing.guard_open(raw, tag)
            body, begun = writing.cancel_body(raw, self.reason_with_tag(command, tag), tag), self.connection.now()
            before = {} if writing.is_cancelled(raw) else _counted(self.api, raw)
        receipt = self.read_answer(command, self.api.effect("PUT", v2(command.order_id), body))
        wanted = _expected(raw, before) if command.restock else dict.fromkeys(before, cancellable.ZERO)
        return finding.to_be_compared(receipt, before, wanted, begun) if before else receipt

    def refund_order(self, command: RefundOrder, *, key: str, tag: str) -> Receipt:
        """Reads order and refunds, and asks for the quote again: amounts that do not equal it are refused there."""
        writing.whole_amount(command)
        with self.understood():
            seen = reading.for_refund(self.api, command.order_id)
            writing.guard_refund(command, seen.raw, seen.records, tag)
            if writing.may_be_running(seen.records):
                writing.guard_running(seen.records, self.api.transactions(command.order_id))
            wanted = writing.refund_items(command, seen.raw, seen.costs, self.note_with_tag(command.note, tag))
            found = ask_quote(self.api, command.order_id, wanted, command.currency)
            body = writing.refund_body(command, wanted, found, [p.payment_id for p in command.payments])
        try:
            answer = self.api.effect("POST", v3(command.order_id, "payment_actions/refunds"), body)
        except RemoteRefused as exc:
            return _begun_before(self.api, command, tag, exc)
        return self.read_answer(command, answer)

    def void_payment(self, command: VoidPayment, *, key: str, tag: str) -> Receipt:
        path = v3(command.order_id, "payment_actions/void")
        try:
            receipt = self.read_answer(command, self.api.effect("POST", path))
        except RemoteRefused as exc:
            word = _looked(exc, lambda: json_readers.text(self.api.order(command.order_id), "payment_status"))
            if word not in ("void", "void pending"):
                raise
            receipt = finding.BEING_VOIDED
        return replace(receipt, reported=replace(receipt.reported, asked_at=self.connection.now()))

    def correct_stock(self, command: CorrectStock, *, key: str, tag: str) -> Receipt:
        """Counts before it moves: an adjustment is relative, so only the counts tell whether it happened.

        The order is looked at last: whoever cancelled it meanwhile has put its units back already.
        """
        body, pairs, begun = writing.stock_body(command, tag), writing.pairs(command), self.connection.now()
        with self.understood():
            before = levels(self.api, pairs)
            if set(before) != set(pairs):
                raise refusal("not_counted", declared.NOT_COUNTED)
            raw = self.api.order(command.order_id)
            writing.guard_stock(command, raw, lambda: self.api.refunds(command.order_id))
        receipt = self.read_answer(command, self.api.effect("POST", ADJUST, body))
        moves = ((str(item["variant_id"]), str(item["location_id"]), item["quantity"]) for item in body["items"])
        wanted = {(variant, place): Decimal(units) for variant, place, units in moves}
        return finding.to_be_compared(receipt, before, wanted, begun)

    def body_of(self, answer: Answer) -> Answer:
        return answer

    # --- afterwards ----------------------------------------------------------------------------
    def poll(self, command: Command, receipt: Receipt) -> Receipt:
        """Raises JobFailed where it will not happen; whatever else is raised, a read failed."""
        with self.understood():
            match command:
                case RefundOrder():
                    return finding.paid(self.api, command, receipt)
                case VoidPayment():
                    return finding.void_state(receipt, self.api.order(command.order_id), self.connection.now())
            if not receipt.reported.stock:
                return replace(receipt, outcome=Outcome.APPLIED, look_after=None)
            found = levels(self.api, [one.pair for one in receipt.reported.stock])
            tell = finding.adjusted if isinstance(command, CorrectStock) else finding.compared
            return tell(receipt, found, self.connection.now())

    def may_resend(self, command: Command, *, age: float) -> Resend:
        """A status is absolute and a second void is refused; a second refund pays twice, stock would move twice."""
        is_absolute = isinstance(command, CancelOrder | VoidPayment)
        return Resend.NEW_GENERATION if is_absolute else Resend.PERSON


# --- what an effect looks at beside its order --------------------------------------------------------
def _counted(api: Api, raw: Node) -> Levels:
    """How many there are of all its goods; nothing where the account may not see stock."""
    wanted = [(variant, "") for variant in reading.variants(cancellable.line_nodes(raw))]
    nothing: Levels = {}
    return unless({403}, lambda: levels(api, wanted), nothing) if wanted else nothing


def _expected(raw: Node, before: Levels) -> Levels:
    """Units that a status gives back: all of every line that is counted."""
    wanted = dict.fromkeys(before, cancellable.ZERO)
    for line in cancellable.line_nodes(raw):
        pair = (json_readers.text(line, "variant_id"), "")
        if pair in wanted:
            wanted[pair] += count_of(line).ordered
    return wanted


def _begun_before(api: Api, command: RefundOrder, tag: str, no: RemoteRefused) -> Receipt:
    """Something on the way may send a request twice: then it was refused because our own refund is there already."""
    records = _looked(no, lambda: api.refunds(command.order_id))
    ours = next((record for record in records if tag in money.reason(record)), None)
    if ours is not None:
        begun = Receipt(outcome=Outcome.ACCEPTED, ids={"refund": json_readers.ident(ours, "id")})
        return finding.refund_state(begun, records, (), command)
    raise writing.running() if no.code == declared.REFUND_RUNNING else no


def _looked(no: RemoteRefused, read: Callable[[], T]) -> T:
    """A look that fails leaves open what the refusal meant."""
    try:
        with json_readers.understood(declared.UNREADABLE):
            return read()
    except RemoteError as exc:
        raise OutcomeUnknown("refused, and not looked at", code=no.code, status=no.status, answer=no.answer) from exc
