"""The Shoplazza adapter: the declarative head, and one short call for each thing the desk wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote as quoted

from stores.canonical.commands import CancelOrder, Command, RefundOrder, Resend
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.request import CancelRequest, Quote
from stores.connectors.records import Reading
from stores.connectors.roles import (
    WHOLE_ORDER,
    Access,
    ConnectorContext,
    End,
    Hook,
    HookSource,
    Listing,
    OrderSource,
    OrderWriter,
    Refunder,
)
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import InputRejected, RemoteRefused
from stores.kernel.http.json_readers import listed, maybe, text
from stores.platforms.shoplazza import capabilities as declared
from stores.platforms.shoplazza import finding, reading, webhooks, writing
from stores.platforms.shoplazza.api import Api, understood
from stores.platforms.shoplazza.capabilities import _

SHOP = re.compile(r"[a-z0-9][a-z0-9-]{0,59}\.myshoplaza\.com", re.ASCII)  # one z is genuine


class Shoplazza(OrderSource, OrderWriter, Refunder, HookSource):
    key = "shoplazza"
    label = "Shoplazza"
    glyph = "Sz"
    api_version = "2026-01"
    version_ends: ClassVar[Mapping[str, End]] = dict.fromkeys(  # https://www.shoplazza.dev/changelog
        ("2026-01", "2025-06", "2026-07"),
        End(None, _("Shoplazza's changelog says of its end: to be determined.")),
    )
    credentials_end = End(  # https://www.shoplazza.dev/reference
        None, _("A private app's token works until somebody takes it back.")
    )
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
        Text(
            "base_url",
            _("Gateway address"),
            help=_("Only if calls must pass a gateway of yours; leave empty otherwise."),
            required=False,
        ),
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
    reasons = declared.REASONS
    note_limit = 255
    write_cost = 1
    points_per_second = Api.points_per_second
    bucket_points = Api.bucket_points
    deliveries = webhooks.DELIVERIES
    topics: ClassVar[tuple[str, ...]] = webhooks.SUBSCRIBED
    hook_secret = "client_secret"  # noqa: S105  its name
    hook_bytes = WHOLE_ORDER

    def __init__(self, connection: ConnectorContext) -> None:
        super().__init__(connection)
        self.version = connection.settings.get("api_version") or self.api_version
        self.api = Api(connection, self.base_url(), self.version)

    # --- reading -------------------------------------------------------------------------------
    def base_url(self) -> str:
        """Raises InputRejected for a shop address that is none."""
        gateway = self.connection.settings.get("base_url", "").rstrip("/")
        return gateway or f"https://{self.shop()}"

    def shop(self) -> str:
        """demo-store.myshoplaza.com: matched fully, since it decides where we connect to."""
        said = self.connection.settings.get("shop", "").strip().lower()
        name = said if "." in said else f"{said}.myshoplaza.com"
        if not SHOP.fullmatch(name):
            raise InputRejected("shop", "Write the shop's address as in your-shop.myshoplaza.com.")
        return name

    def check_access(self) -> Access:
        """The shop, then a count of orders. The right to write cannot be asked for: it counts as granted."""
        with understood():
            said = self.api.get("shop")
            shop = maybe(said, "shop") or said
            granted = ("read_shop", *self._order_rights())
            return Access(
                shop_name=text(shop, "name"),
                currency=text(shop, "currency"),
                time_zone=text(shop, "timezone"),
                granted=granted,
                missing=self.missing(granted),
                api_version=self.version,
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

    def read_order(self, external_id: str) -> Order:
        return reading.read_order(self.api, external_id)

    def look_again(self, before: Order) -> Order:
        return reading.look_again(self.api, before)

    def list_orders(self, *, since: datetime | None, cursor: str = "") -> Listing:
        return reading.list_orders(self.api, since=since, cursor=cursor)

    def quote(self, order: Order, request: CancelRequest) -> Quote:
        return reading.quote(self.api, order, request)

    def order_url(self, order_external_id: str, legacy_id: str) -> str:
        return f"https://{self.shop()}/admin/orders/{quoted(order_external_id, safe='')}"

    # --- effects -------------------------------------------------------------------------------
    def cancel_order(self, command: CancelOrder, *, key: str, tag: str) -> Receipt:
        writing.guard_cancel(command)
        said = writing.reason_words(declared.REASONS[command.reason], command.note.strip())
        path = f"orders/{self.api.part(command.order_id)}/cancel"
        return self.read_answer(
            command, self.api.effect("POST", path, writing.cancel_body(self.note_with_tag(said, tag)))
        )

    def refund_order(self, command: RefundOrder, *, key: str, tag: str) -> Receipt:
        """Reads first: how many payment lines there are, and whether the money and each part of it is still there."""
        writing.guard_version(self.version)
        writing.whole(command)
        with understood():
            order, records = reading.order_and_records(self.api, command.order_id)
            writing.guard_money(command, order, records)
            body = writing.refund_body(command, order, records, self.note_with_tag(command.note, tag))
        return self.read_answer(
            command, self.api.effect("POST", f"orders/{self.api.part(command.order_id)}/refund", body)
        )

    def read_answer(self, command: Command, answer: Any) -> Receipt:
        return writing.read_answer(command, answer)

    def poll(self, command: Command, receipt: Receipt) -> Receipt:
        with understood():
            if isinstance(command, RefundOrder):
                answer = reading.refund_answer(self.api, command.order_id)
                return writing.refund_state(receipt, listed(answer, "records"), command)
            order = reading.one_order(self.api, command.order_id)
            if isinstance(command, CancelOrder):
                return writing.cancelled(order, command)
            return Receipt(outcome=Outcome.ACCEPTED, ids=receipt.ids, reported=receipt.reported)

    def records(self, command: Command, *, before: Order) -> Reading:
        return finding.read(self.api, command)

    def may_resend(self, command: Command, *, age: float) -> Resend:
        """A second cancel moves nothing; a second refund pays twice, so a person decides."""
        return Resend.NEW_GENERATION if isinstance(command, CancelOrder) else Resend.PERSON

    # --- webhooks ------------------------------------------------------------------------------
    def list_hooks(self) -> list[Hook]:
        return webhooks.standing(self.api)

    def add_hook(self, topic: str, uri: str) -> Hook:
        return webhooks.add(self.api, topic, uri)

    def remove_hook(self, hook_id: str) -> None:
        webhooks.remove(self.api, hook_id)
