"""The WooCommerce adapter: the declarative head, and one short call for each thing the desk wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote as quoted

from stores.canonical.commands import CancelOrder, Command, RefundOrder, Resend
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.canonical.request import CancelRequest, Quote
from stores.connectors import roles, sentences
from stores.connectors.sentences import _
from stores.connectors.webhooks import WHOLE_ORDER
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import CredentialsRejected, RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.woocommerce import capabilities as declared
from stores.platforms.woocommerce import finding, money, reading, webhooks, writing
from stores.platforms.woocommerce.api import SHOP_HELP, SHOP_PATTERN, Api, order_path, shop_site, shop_url
from stores.platforms.woocommerce.reading import Reader


class WooCommerce(roles.OrderSource, roles.OrderWriter, roles.Refunder, roles.HookSource, speaks=Api):
    key = "woocommerce"
    api: Api
    label = "WooCommerce"
    glyph = "Wo"
    api_version = "wc/v3"
    version_ends: ClassVar[Mapping[str, roles.End]] = {  # https://woocommerce.github.io/woocommerce-rest-api-docs/
        "wc/v3": roles.End(None, _("WooCommerce names no end of its REST API v3."))
    }
    # the same page, Authentication
    credentials_end = roles.End(None, _("Keys work until somebody revokes them."))
    credentials = (
        Text("shop", _("Shop address"), help=SHOP_HELP, pattern=SHOP_PATTERN),
        Secret(
            "key",
            _("Consumer key"),
            help=_("Made in WooCommerce under Settings, Advanced, REST API, with the permission Read/Write."),
            required=True,
            pattern=r"ck_[A-Za-z0-9_]{4,80}",
        ),
        Secret(
            "secret",
            _("Consumer secret"),
            help=_("Shown once beside the key; it begins with cs_."),
            required=True,
            pattern=r"cs_[A-Za-z0-9_]{4,80}",
        ),
        Secret(
            "webhook_secret",
            _("Webhook secret"),
            help=_("Of your own choosing, 16 letters and digits or more: it proves that messages come from this shop."),
            pattern=r"[A-Za-z0-9]{16,128}",
        ),
        Text(
            "login",
            _("Signed connection"),
            help=_(
                "Leave empty. Write oauth only if a correct key is refused because the server hides the secure "
                "connection from WordPress. A key in the address is not offered: it would stand in access logs."
            ),
            pattern="basic|oauth",
            required=False,
        ),
        sentences.GATEWAY,
    )
    capabilities = declared.CAPABILITIES
    recipe = declared.RECIPE
    scopes = declared.SCOPES
    answers = finding.ANSWERS
    looks = finding.LOOKS
    deliveries = webhooks.DELIVERIES
    subscriptions: ClassVar[roles.Subscriptions] = webhooks
    topics: ClassVar[tuple[str, ...]] = tuple(webhooks.TOPICS)
    hook_secret = "webhook_secret"  # noqa: S105  its name
    hook_bytes = WHOLE_ORDER

    def __init__(self, connection: roles.ConnectorContext) -> None:
        super().__init__(connection)
        self.api = Api(connection)
        self.reader = Reader(self.api)

    # --- reading -------------------------------------------------------------------------------
    def base_url(self) -> str:
        """Raises InputRejected for a shop address that is none."""
        return shop_url(self.connection.settings)

    def check_access(self) -> roles.Access:
        """The site's own word, an order, the settings, and a change of nothing to hear whether the key may write."""
        with self.understood():
            site = self.api.index()
            orders, _headers = self.api.rows("orders", [("per_page", "1")])
            granted = ("read", "write") if self._may_write() else ("read",)
            return self.access(
                granted,
                shop_name=json_readers.text(site, "name") or shop_site(self.connection.settings),
                currency=self._currency(orders),
                time_zone=json_readers.text(site, "timezone_string") or "UTC",
                api_version=json_readers.text(orders[0], "version") if orders else self.api_version,
                account=shop_site(self.connection.settings),
            )

    def _may_write(self) -> bool:
        """No order has the number 0, so nothing is there to be changed."""
        try:
            self.api.probe(order_path("0"))
        except CredentialsRejected:
            return False
        except RemoteRefused as exc:
            return exc.code == "not_found" or exc.status not in (401, 403)
        return True

    def _currency(self, orders: Sequence[Node]) -> str:
        """Of the shop; of its last order where the key's owner may not read settings."""
        try:
            rows, _headers = self.api.rows("settings/general")
        except (RemoteRefused, CredentialsRejected):
            return money.currency(orders[0]) if orders else ""
        found = next((row for row in rows if row.get("id") == "woocommerce_currency"), {})
        return money.currency({"currency": found.get("value")})

    def read_order(self, external_id: str) -> Order:
        return self.reader.order(external_id)

    def look_again(self, before: Order) -> Order:
        """What the payment method can do is known already."""
        return self.reader.order(before.external_id, before=before)

    def list_orders(self, *, since: datetime | None, cursor: str = "") -> roles.Listing:
        with self.understood():
            return reading.list_orders(self.api, since=since, cursor=cursor)

    def quote(self, order: Order, request: CancelRequest) -> Quote:
        with self.understood():
            told = self.reader.same(order) or self.reader.told(order.external_id, before=order)
            return reading.quote(self.api, told, order, request)

    def order_url(self, order_external_id: str, legacy_id: str) -> str:
        site = shop_site(self.connection.settings)
        return f"https://{site}/wp-admin/post.php?post={quoted(order_external_id, safe='')}&action=edit"

    # --- effects -------------------------------------------------------------------------------
    def cancel_order(self, command: CancelOrder, *, key: str, tag: str) -> Receipt:
        """Reads the order first, since WooCommerce would cancel it whatever its status."""
        writing.guard_cancel(command)
        with self.understood():
            writing.guard_status(command, self.reader.alone(command.order_id))
        body = writing.cancel_body(self.reason_with_tag(command, tag))
        return self.read_answer(command, self.api.effect("PUT", order_path(command.order_id), body))

    def refund_order(self, command: RefundOrder, *, key: str, tag: str) -> Receipt:
        """Reads the order and its refunds first: WooCommerce checks neither units nor lines."""
        writing.guard_refund(command)
        with self.understood():
            told = self.reader.now(command.order_id)
            writing.guard_units(command, told)
            body = writing.refund_body(command, told.kept, self.note_with_tag(writing.SHOWN_REASON, tag), tag)
        return self.read_answer(command, self.api.effect("POST", order_path(command.order_id, "/refunds"), body))

    def poll(self, command: Command, receipt: Receipt) -> Receipt:
        """Every call is done when it is answered."""
        return receipt

    def may_resend(self, command: Command, *, age: float) -> Resend:
        """Cancelling what is cancelled changes nothing; a second refund pays twice, so a person decides."""
        return Resend.NEW_GENERATION if isinstance(command, CancelOrder) else Resend.PERSON

    # --- webhooks ------------------------------------------------------------------------------
    @classmethod
    def is_hook_ping(cls, body: bytes) -> bool:
        return webhooks.is_ping(body)
