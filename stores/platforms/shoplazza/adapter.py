"""The Shoplazza adapter: the declarative head, and one short call for each thing the desk wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar
from urllib.parse import quote as quoted

from stores.canonical.commands import CancelOrder, Command, RefundOrder, Resend
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.request import CancelRequest, Quote
from stores.connectors import roles, sentences
from stores.connectors.sentences import _
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import RemoteRefused
from stores.kernel.http.json_readers import Node, listed, maybe, text
from stores.kernel.http.responses import Answer
from stores.platforms.shoplazza import capabilities as declared
from stores.platforms.shoplazza import finding, reading, webhooks, writing
from stores.platforms.shoplazza.api import Api, data_of

DOMAIN = "myshoplaza.com"  # one z is genuine


class Shoplazza(roles.OrderSource, roles.OrderWriter, roles.Refunder, roles.HookSource, speaks=Api):
    key = "shoplazza"
    api: Api
    label = "Shoplazza"
    glyph = "Sz"
    api_version = "2026-01"
    version_ends: ClassVar[Mapping[str, roles.End]] = dict.fromkeys(  # https://www.shoplazza.dev/changelog
        ("2026-01", "2025-06", "2026-07"),
        roles.End(None, _("Shoplazza's changelog says of its end: to be determined.")),
    )
    # https://www.shoplazza.dev/reference
    credentials_end = roles.End(None, _("A private app's token works until somebody takes it back."))
    credentials = (
        Text(
            "shop",
            _("Shop address"),
            help=_("As in your-shop.myshoplaza.com, with a single z."),
            pattern=r"[A-Za-z0-9][A-Za-z0-9-]{0,59}(\.myshoplaza\.com)?",
        ),
        Secret(
            "token",
            _("Access token"),
            help=_("Of a private app with read_shop, read_order and write_order, made in Shoplazza under Apps."),
            required=True,
        ),
        Secret(
            "client_secret",
            _("Client secret"),
            help=_("Of the same app, if it has one: it proves that messages come from Shoplazza."),
        ),
        sentences.GATEWAY,
        Text(
            "api_version",
            _("API version"),
            help=_("Leave empty for 2026-01; 2025-06 and 2026-07 also work."),
            pattern="2025-06|2026-01|2026-07",
            required=False,
        ),
    )
    capabilities = declared.CAPABILITIES
    recipe = declared.RECIPE
    scopes = declared.SCOPES
    answers = writing.ANSWERS
    looks = finding.LOOKS
    reads: ClassVar[roles.Reads] = reading
    deliveries = webhooks.DELIVERIES
    subscriptions: ClassVar[roles.Subscriptions] = webhooks
    topics: ClassVar[tuple[str, ...]] = webhooks.SUBSCRIBED
    hook_secret = "client_secret"  # noqa: S105  its name
    hook_bytes = roles.WHOLE_ORDER

    def __init__(self, connection: roles.ConnectorContext) -> None:
        super().__init__(connection)
        self.version = connection.settings.get("api_version") or self.api_version
        self.api = Api(connection, f"{self.base_url()}/openapi/{self.version}")

    # --- reading -------------------------------------------------------------------------------
    def base_url(self) -> str:
        """Raises InputRejected for a shop address that is none."""
        return self.gateway() or f"https://{self.shop()}"

    def shop(self) -> str:
        return self.own_host(DOMAIN)

    def check_access(self) -> roles.Access:
        """The shop, then a count of orders. The right to write cannot be asked for: it counts as granted."""
        with self.understood():
            said = self.api.get("shop")
            shop = maybe(said, "shop") or said
            granted = ("read_shop", *self._order_rights())
            return self.access(
                granted,
                shop_name=text(shop, "name"),
                currency=text(shop, "currency"),
                time_zone=text(shop, "timezone"),
                account=text(shop, "system_domain") or self.shop(),
            )

    def _order_rights(self) -> tuple[str, ...]:
        try:
            self.api.get("orders/count")
        except RemoteRefused as exc:
            if exc.status != 403 or exc.code == "store_inactive":
                raise
            return ()
        return ("read_order", "write_order")

    def quote(self, order: Order, request: CancelRequest) -> Quote:
        """Raises RemoteRefused where two payments cannot be told apart: then a person names the amounts."""
        with self.understood():
            raw, records = reading.order_and_records(self.api, order.external_id)
            return reading.estimate(raw, records, order, request)

    def order_url(self, order_external_id: str, legacy_id: str) -> str:
        return f"https://{self.shop()}/admin/orders/{quoted(order_external_id, safe='')}"

    # --- effects -------------------------------------------------------------------------------
    def cancel_order(self, command: CancelOrder, *, key: str, tag: str) -> Receipt:
        writing.guard_cancel(command)
        path = f"orders/{self.api.part(command.order_id)}/cancel"
        return self.read_answer(command, self.api.effect("POST", path, {"reason": self.reason_with_tag(command, tag)}))

    def refund_order(self, command: RefundOrder, *, key: str, tag: str) -> Receipt:
        """Reads first: how many payment lines there are, and whether the money and each part of it is still there."""
        writing.guard_version(self.version)
        writing.whole(command)
        with self.understood():
            order, records = reading.order_and_records(self.api, command.order_id)
            writing.guard_money(command, order, records)
            body = writing.refund_body(command, order, records, self.note_with_tag(command.note, tag))
        path = f"orders/{self.api.part(command.order_id)}/refund"
        return self.read_answer(command, self.api.effect("POST", path, body))

    def body_of(self, answer: Answer) -> Node:
        return data_of(answer, effect=True)

    def poll(self, command: Command, receipt: Receipt) -> Receipt:
        with self.understood():
            if isinstance(command, RefundOrder):
                answer = reading.refund_answer(self.api, command.order_id)
                return writing.refund_state(receipt, listed(answer, "records"), command)
            order = reading.one_order(self.api, command.order_id)
            if isinstance(command, CancelOrder):
                return writing.shown(command, order)
            return replace(receipt, outcome=Outcome.ACCEPTED, look_after=None)

    def may_resend(self, command: Command, *, age: float) -> Resend:
        """A second cancel moves nothing; a second refund pays twice, so a person decides."""
        return Resend.NEW_GENERATION if isinstance(command, CancelOrder) else Resend.PERSON
