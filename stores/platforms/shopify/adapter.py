"""The Shopify adapter: the declarative head, and one short call for each thing the desk wants."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice
from typing import ClassVar
from urllib.parse import quote as quoted

from stores.canonical.commands import CancelOrder, Command, CorrectStock, EditOrder, RefundOrder, Resend, VoidPayment
from stores.canonical.events import EventKind
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.canonical.request import CancelRequest, Quote
from stores.connectors import fields, graphql, roles, sentences
from stores.connectors.sentences import _
from stores.connectors.webhooks import MOST_PAGES, Deliveries, Hook, base64_in
from stores.kernel.credentials import Secret, Text
from stores.kernel.http.json_readers import Node
from stores.kernel.http.responses import Answer
from stores.platforms.shopify import capabilities as declared
from stores.platforms.shopify import finding, money, reading, writing
from stores.platforms.shopify.api import ANSWERS, Api

ACCESS = """
query Access {
  shop { name currencyCode ianaTimezone myshopifyDomain } currentAppInstallation { accessScopes { handle } }
}"""
HOOKS = """
query Hooks($after: String) {
  webhookSubscriptions(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { id topic uri } }
}"""
ADD_HOOK = """
mutation AddHook($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
    webhookSubscription { id topic uri } userErrors { field message } }
}"""
REMOVE_HOOK = """
mutation RemoveHook($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}"""
# Header value: (kind, where the order's number stands in the body)
OF_ORDERS = ("create", "updated", "cancelled", "fulfilled", "partially_fulfilled", "paid")
OF_RETURNS = ("request", "approve", "decline", "cancel", "close", "reopen")
TOPICS: dict[str, tuple[EventKind, str]] = {
    **{f"orders/{what}": (EventKind.ORDER_CHANGED, "id") for what in OF_ORDERS},
    "orders/edited": (EventKind.ORDER_CHANGED, "order_edit.order_id"),
    "orders/delete": (EventKind.ORDER_DELETED, "id"),
    "refunds/create": (EventKind.ORDER_CHANGED, "order_id"),
    "order_transactions/create": (EventKind.ORDER_CHANGED, "order_id"),
    **{f"returns/{what}": (EventKind.ORDER_CHANGED, "order.id") for what in OF_RETURNS},
    "disputes/create": (EventKind.DISPUTE, "order_id"),
    "disputes/update": (EventKind.DISPUTE, "order_id"),
    "app/uninstalled": (EventKind.DISCONNECTED, ""),
    "app/scopes_update": (EventKind.SCOPES_CHANGED, ""),
}
# What we subscribe to, as GraphQL spells it. Disputes need a right of Shopify Payments, so they are left to reading.
SUBSCRIBED = (
    "ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_EDITED", "ORDERS_CANCELLED", "ORDERS_DELETE", "REFUNDS_CREATE",
    "APP_UNINSTALLED", "APP_SCOPES_UPDATE",
)  # fmt: skip
DELIVERIES = Deliveries(
    topics=TOPICS,
    topic_header="x-shopify-topic",
    signature=base64_in("x-shopify-hmac-sha256"),  # the client secret's
    ident=re.compile(r"[0-9]{1,20}", re.ASCII),
    order_id="gid://shopify/Order/{}",
)
DOMAIN = "myshopify.com"
VERSIONS = ("2026-10", "2026-07")
KEY_HOURS = 24.0
SAFE_KEY_SECONDS = (KEY_HOURS - 4) * 3600


class Shopify(roles.OrderSource, roles.OrderWriter, roles.Refunder, roles.StockKeeper, roles.HookSource):
    key = "shopify"
    api: Api
    label = "Shopify"
    glyph = "Sh"
    api_version = VERSIONS[0]
    # a year at least: https://shopify.dev/docs/api/usage/versioning
    version_ends: ClassVar[Mapping[str, roles.End]] = {
        "2026-10": roles.End(date(2027, 10, 1)),
        "2026-07": roles.End(date(2027, 7, 1)),
    }
    # tokens of a day are fetched without people
    credentials_end = roles.End(
        None, _("Client secrets and the tokens of custom apps work until somebody takes them back.")
    )
    credentials = (
        Text(
            "shop",
            _("Shop address"),
            help=_("As in your-shop.myshopify.com; found in Shopify under Settings, Domains."),
            pattern=r"[a-z0-9][a-z0-9-]{0,59}(\.myshopify\.com)?",
        ),
        Text(
            "client_id",
            _("Client ID"),
            help=_("Of the app you made in Shopify's Dev Dashboard."),
            pattern=r"[A-Za-z0-9_-]{6,80}",
            required=False,
            group="app",
        ),
        Secret(
            "client_secret",
            _("Client secret"),
            help=_("Of the same app. It also proves that messages come from Shopify."),
            group="app",
        ),
        Secret(
            "token",
            _("Access token"),
            help=_("Only for shops that still have a custom app made in the admin: shpat_…"),
            group="token",
        ),
        sentences.GATEWAY,
        Text(
            "api_version",
            _("API version"),
            help=_("Leave empty for 2026-10; 2026-07 also works."),
            pattern="2026-10|2026-07",
            required=False,
        ),
    )
    capabilities = declared.CAPABILITIES
    recipe = declared.RECIPE
    scopes = declared.SCOPES
    reasons = declared.REASONS
    unreadable = declared.UNREADABLE
    answers = ANSWERS
    looks = finding.LOOKS
    reads: ClassVar[roles.Reads] = reading
    key_life_hours = KEY_HOURS
    bucket_points = 2000
    deliveries = DELIVERIES
    topics: ClassVar[tuple[str, ...]] = SUBSCRIBED
    hook_secret = "client_secret"  # noqa: S105  its name
    hook_bytes = roles.WHOLE_ORDER

    def __init__(self, connection: roles.ConnectorContext) -> None:
        super().__init__(connection)
        self.version = connection.settings.get("api_version") or self.api_version
        self.api = Api(connection, self.base_url(), self.version)

    @classmethod
    def is_granted(cls, name: str, granted: Sequence[str]) -> bool:
        """A right to write includes the right to read."""
        return name in granted or (name.startswith("read_") and "write_" + name.removeprefix("read_") in granted)

    # --- reading -------------------------------------------------------------------------------
    def base_url(self) -> str:
        """Raises InputRejected for a shop address that is none."""
        return self.gateway() or f"https://{self.shop()}"

    def shop(self) -> str:
        return self.own_host(DOMAIN)

    def check_access(self) -> roles.Access:
        with self.understood():
            data = self.api.read(ACCESS, {}, cost=30)
            shop, app = fields.node(data, "shop"), fields.node(data, "currentAppInstallation")
            granted = tuple(fields.ident(scope, "handle") for scope in fields.items(app, "accessScopes"))
            return self.access(
                granted,
                shop_name=fields.text(shop, "name"),
                currency=fields.text(shop, "currencyCode"),
                time_zone=fields.text(shop, "ianaTimezone"),
                account=fields.text(shop, "myshopifyDomain"),
            )

    def quote(self, order: Order, request: CancelRequest) -> Quote:
        return money.quote(self.api, order, request)

    def order_url(self, order_external_id: str, legacy_id: str) -> str:
        name = self.shop().removesuffix(".myshopify.com")
        number = legacy_id or order_external_id.rpartition("/")[2]
        return f"https://admin.shopify.com/store/{name}/orders/{quoted(number, safe='')}"

    # --- effects -------------------------------------------------------------------------------
    def cancel_order(self, command: CancelOrder, *, key: str, tag: str) -> Receipt:
        document = writing.cancel(with_job_result=self.version >= "2026-10")
        body = writing.cancel_body(command, self.note_with_tag(command.note, tag))
        return self.read_answer(command, self.api.effect(document, body, cost=10))

    def refund_order(self, command: RefundOrder, *, key: str, tag: str) -> Receipt:
        body = writing.refund_body(command, self.note_with_tag(command.note, tag), key)
        return self.read_answer(command, self.api.effect(writing.REFUND_ORDER, body, cost=22, key=key))

    def edit_order(self, command: EditOrder, *, key: str, tag: str) -> Receipt:
        session = writing.open_session(self.api, command.order_id, command.lines)
        body = {"id": session.id, "notify": command.notify, "note": self.note_with_tag(command.note, tag)}
        return self.read_answer(command, self.api.effect(writing.EDIT_COMMIT, body, cost=10))

    def void_payment(self, command: VoidPayment, *, key: str, tag: str) -> Receipt:
        return self.read_answer(command, self.api.effect(writing.VOID, {"id": command.payment_id}, cost=10))

    def correct_stock(self, command: CorrectStock, *, key: str, tag: str) -> Receipt:
        before = (writing.available(self.api, change) for change in command.changes)
        body = writing.stock_body(command, tag, key, before)
        return self.read_answer(command, self.api.effect(writing.ADJUST, body, cost=10, key=key))

    def body_of(self, answer: Answer) -> Node:
        return self.api.data_of(answer, effect=True)

    def poll(self, command: Command, receipt: Receipt) -> Receipt:
        return finding.poll(self.api, command, receipt)

    def may_resend(self, command: Command, *, age: float) -> Resend:
        """Keys live 24 h; a second cancel or void is refused; an edit is absolute, so repeating it is harmless."""
        if isinstance(command, RefundOrder | CorrectStock):
            return Resend.SAME_KEY if age < SAFE_KEY_SECONDS else Resend.PERSON
        return Resend.NEW_GENERATION

    # --- webhooks ------------------------------------------------------------------------------
    def list_hooks(self) -> list[Hook]:
        """All subscriptions of this app in this shop."""

        def ask(after: str | None) -> Node:
            return fields.node(self.api.read(HOOKS, {"after": after}, cost=102), "webhookSubscriptions")

        with self.understood():
            shown = islice(graphql.pages(ask(None), ask), MOST_PAGES)
            return [_to_hook(node) for page in shown for node in fields.items(page, "nodes")]

    def add_hook(self, topic: str, uri: str) -> Hook:
        """Setting one up twice is refused by the platform, so it may be repeated like a read."""
        with self.understood():
            payload = self.api.ask(ADD_HOOK, "webhookSubscriptionCreate", cost=11, topic=topic, uri=uri)
            return _to_hook(fields.node(payload, "webhookSubscription"))

    def remove_hook(self, hook_id: str) -> None:
        with self.understood():
            self.api.ask(REMOVE_HOOK, "webhookSubscriptionDelete", cost=10, id=hook_id)


def _to_hook(node: Node) -> Hook:
    return Hook(id=fields.ident(node), topic=fields.text(node, "topic"), uri=fields.text(node, "uri"))
