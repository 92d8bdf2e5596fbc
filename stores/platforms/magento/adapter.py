"""The Magento adapter: the declarative head, and one short call for each thing the desk wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from stores.canonical.commands import CancelOrder, Command, RefundOrder, Resend
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.canonical.request import CancelRequest, Quote
from stores.connectors import sentences
from stores.connectors.errors import unless
from stores.connectors.roles import Access, ConnectorContext, End, OrderSource, OrderWriter, Reads, Refunder
from stores.connectors.sentences import _
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import InputRejected, RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.http.responses import Answer
from stores.kernel.i18n import with_theirs
from stores.platforms.magento import capabilities as declared
from stores.platforms.magento import finding, reading, writing
from stores.platforms.magento.api import STORE, Api
from stores.platforms.magento.money import Facts, Ways

SHOP = re.compile(
    r"(?:https://)?(?P<host>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::[0-9]{2,5})?)"
    r"(?P<path>(?:/(?!\.)[A-Za-z0-9._~-]+)*)/?",
    re.ASCII,
)
PROBES = (("invoices", "sales_invoice"), ("creditmemos", "sales_creditmemo"), ("shipments", "shipment"))


class Magento(OrderSource, OrderWriter, Refunder, speaks=Api):
    key = "magento"
    api: Api
    label = "Magento / Adobe Commerce"
    glyph = "Mg"
    api_version = "V1"
    version_ends: ClassVar[Mapping[str, End]] = {  # https://developer.adobe.com/commerce/webapi/get-started
        "V1": End(None, _("Adobe names no end of the REST API V1; releases of the shop software end by themselves."))
    }
    # https://developer.adobe.com/commerce/webapi/get-started/authentication/gs-authentication-oauth
    credentials_end = End(None, _("An integration's tokens work until somebody takes them back."))
    credentials = (
        Text(
            "shop",
            _("Shop address"),
            help=_(
                "As in shop.example.com, with its folder if it has one. Adobe's cloud service is not connected yet."
            ),
            pattern=r"(https://)?[A-Za-z0-9.-]+(:[0-9]{2,5})?(/[A-Za-z0-9._~-]+)*/?",
        ),
        Text(
            "store_code", _("Store code"), help=_("Leave empty for “default”."), pattern=STORE.pattern, required=False
        ),
        Secret(
            "consumer_key",
            _("Consumer key"),
            help=_("Of an integration made in Magento under System, Integrations; it shows all four values."),
            required=True,
        ),
        Secret("consumer_secret", _("Consumer secret"), required=True),
        Secret("token", _("Access token"), required=True),
        Secret("token_secret", _("Access token secret"), required=True),
        Text(
            "shipping_prices",
            _("Shipping refunds are entered"),
            help=_(
                "“excluding” or “including” tax, as Stores, Configuration, Tax, Orders, Invoices, Credit Memos Display "
                "Settings says. Leave empty if you are not sure: taxed shipping then goes back as an adjustment."
            ),
            pattern="excluding|including",
            required=False,
        ),
        Text(
            "zero_memos",
            _("Credit memos of 0.00"),
            help=_(
                "“allowed” or “refused”, as Stores, Configuration, Sales, Sales, Allow Zero GrandTotal says; Magento "
                "allows them by itself. They take units off an order for which nothing was paid."
            ),
            pattern="allowed|refused",
            required=False,
        ),
        Text(
            "admin_path",
            _("Admin address"),
            help=_("What follows the shop address, as in admin_1a2b3c; for links to orders."),
            pattern=r"[A-Za-z0-9_-]{1,40}",
            required=False,
        ),
        sentences.GATEWAY,
    )
    capabilities = declared.CAPABILITIES
    recipe = declared.RECIPE
    scopes = declared.SCOPES
    answers = finding.ANSWERS
    looks = finding.LOOKS
    reads: ClassVar[Reads] = reading

    def __init__(self, connection: ConnectorContext) -> None:
        super().__init__(connection)
        store = connection.settings.get("store_code", "").strip() or "default"
        if not STORE.fullmatch(store):
            raise InputRejected("store_code", "Write the store code in small letters, as in default.")
        told = connection.settings.get
        ways = Ways(prices=told("shipping_prices", ""), zero_memos=told("zero_memos", "") != "refused")
        self.api = Api(connection, self.base_url, store, ways)

    # --- reading -------------------------------------------------------------------------------
    def base_url(self) -> str:
        """Raises InputRejected for a shop address that is none."""
        return self.gateway() or f"https://{self.shop()}"

    def shop(self) -> str:
        """shop.example.com/store: where we connect to, so nothing but a plain host and folders passes."""
        said = self.connection.settings.get("shop", "").strip()
        found = SHOP.fullmatch(said) or SHOP.fullmatch(said.lower())
        if found is None:
            raise InputRejected("shop", "Write the shop's address as in shop.example.com.")
        return f"{found['host']}{found['path']}"

    def check_access(self) -> Access:
        """Orders, the store, and one look at each right that can be probed; to cancel cannot, and counts as granted."""
        with self.understood():
            self.api.page("orders", [], "entity_id", 1, "total_count")
            granted = [f"{declared.SALES}actions_view", f"{declared.SALES}cancel"]
            granted += [f"{declared.SALES}{right}" for kind, right in PROBES if self._may_read(kind)]
            store = self._store()
            granted.append("Magento_Backend::store")
            return self.access(
                tuple(granted),
                shop_name=urlsplit(f"https://{self.shop()}").hostname or self.shop(),
                currency=json_readers.ident(store, "base_currency_code"),
                time_zone=json_readers.text(store, "timezone"),
                account=self.shop(),
            )

    def _store(self) -> Node:
        """The configuration of our store code; of the first store where it is none (“all”)."""
        told = self.api.get("store/storeConfigs")
        stores = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
        mine = [one for one in stores if one.get("code") == self.api.store]
        return next(iter([*mine, *stores]), {})

    def _may_read(self, kind: str) -> bool:
        return bool(unless({"acl"}, lambda: self.api.page(kind, [], "entity_id", 1, "total_count"), None))

    def quote(self, order: Order, request: CancelRequest) -> Quote:
        with self.understood():
            return writing.quote(reading.facts_of(self.api, order.external_id), request)

    def order_url(self, order_external_id: str, legacy_id: str) -> str:
        admin = self.connection.settings.get("admin_path", "").strip("/") or "admin"
        return f"https://{self.shop()}/{admin}/sales/order/view/order_id/{order_external_id}/"

    # --- effects -------------------------------------------------------------------------------
    def cancel_order(self, command: CancelOrder, *, key: str, tag: str) -> Receipt:
        """Reads the order first: it alone tells whether cancel would take the whole of it."""
        writing.guard_cancel(command)
        with self.understood():
            writing.guard_whole(Facts(self.api.order(command.order_id)))
        return self.read_answer(command, self.api.effect("POST", f"orders/{self.api.part(command.order_id)}/cancel"))

    def refund_order(self, command: RefundOrder, *, key: str, tag: str) -> Receipt:
        """Reads order, invoices and credit memos first: what the invoice still holds, and what the units come to."""
        with self.understood():
            facts = reading.facts_of(self.api, command.order_id)
            invoice, payment = writing.target(facts, command)
            writing.guard_refund(facts, invoice, command, payment)
            note = self.note_with_tag(command.note, tag)
            body = writing.refund_body(facts, invoice, command, payment, note)
        try:
            answer = self.api.effect("POST", f"invoice/{self.api.part(payment.payment_id)}/refund", body)
        except RemoteRefused as exc:
            if exc.code == "400" and not payment.amount:
                exc.user_message = with_theirs(str(declared.ZERO_REFUSED), "Magento", str(exc))
            raise
        return self.read_answer(command, answer)

    def body_of(self, answer: Answer) -> Any:
        return answer.body

    def poll(self, command: Command, receipt: Receipt) -> Receipt:
        """Neither answer proves what it says; what can be read does."""
        with self.understood():
            if isinstance(command, RefundOrder):
                memos = self.api.of_order("creditmemos", command.order_id)
                return finding.refund_seen(memos, receipt, command)
            if isinstance(command, CancelOrder):
                return finding.cancel_seen(self.api.order(command.order_id), command)
        return receipt

    def may_resend(self, command: Command, *, age: float) -> Resend:
        """A second cancel is answered `false`; a second credit memo pays twice, so a person decides."""
        return Resend.NEW_GENERATION if isinstance(command, CancelOrder) else Resend.PERSON
