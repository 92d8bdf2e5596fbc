"""The BigCommerce adapter: the declarative head, and one short call for each thing the desk wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote as quoted

from stores.canonical.commands import CancelOrder, Command, CorrectStock, RefundOrder, Resend, VoidPayment
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.canonical.request import CancelRequest, Quote
from stores.connectors.records import Reading
from stores.connectors.roles import (
    Access,
    ConnectorContext,
    End,
    Hook,
    HookSource,
    Listing,
    OrderSource,
    OrderWriter,
    Refunder,
    StockKeeper,
)
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import InputRejected
from stores.kernel.http import json_readers
from stores.platforms.bigcommerce import (
    access,
    acting,
    finding,
    mapping,
    quoting,
    reading,
    receipts,
    sending,
    stock,
    webhooks,
)
from stores.platforms.bigcommerce import capabilities as declared
from stores.platforms.bigcommerce.api import BUCKET, PER_SECOND, Api
from stores.platforms.bigcommerce.capabilities import _
from stores.platforms.bigcommerce.mapping import Read

HOST = "https://api.bigcommerce.com"
HASH = re.compile(r"[a-z0-9]{3,40}", re.ASCII)


class BigCommerce(OrderSource, OrderWriter, Refunder, StockKeeper, HookSource):
    key = "bigcommerce"
    label = "BigCommerce"
    api_version = "v3"
    version_ends: ClassVar[Mapping[str, End]] = {  # https://github.com/bigcommerce/docs
        "v3": End(None, _("BigCommerce names no end of Orders v2 and v3."))
    }
    credentials_end = End(  # the same, guide on API accounts
        None, _("Tokens of a store's API account work until the account is deleted.")
    )
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
        self.settings = stock.Settings(self.api)
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
            return access.check(self.api, self.store_hash(), self.api_version, self.missing)

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
                seen = acting.for_refund(self.api, order.external_id)
            return quoting.quote(self.api, seen, order, request)

    def order_url(self, order_external_id: str, legacy_id: str) -> str:
        store = f"https://store-{self.store_hash()}.mybigcommerce.com"
        return f"{store}/manage/orders/{quoted(order_external_id, safe='')}"

    # --- effects -------------------------------------------------------------------------------
    def cancel_order(self, command: CancelOrder, *, key: str, tag: str) -> Receipt:
        said = sending.reason_words(declared.REASONS[command.reason], command.note.strip())
        note = self.note_with_tag(said, tag)
        return acting.cancel(self.api, command, note, tag, self.connection.now)

    def refund_order(self, command: RefundOrder, *, key: str, tag: str) -> Receipt:
        return acting.refund(self.api, command, self.note_with_tag(command.note, tag), tag)

    def void_payment(self, command: VoidPayment, *, key: str, tag: str) -> Receipt:
        return acting.void(self.api, command, self.connection.now)

    def correct_stock(self, command: CorrectStock, *, key: str, tag: str) -> Receipt:
        return acting.correct(self.api, command, tag, self.connection.now)

    def read_answer(self, command: Command, answer: Any) -> Receipt:
        return receipts.read(command, answer)

    def poll(self, command: Command, receipt: Receipt) -> Receipt:
        return acting.poll(self.api, command, receipt, self.connection.now)

    def records(self, command: Command, *, before: Order) -> Reading:
        return finding.read(self.api, command, before=before)

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
