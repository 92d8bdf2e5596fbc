"""The Modern Dropship adapter: the declarative head, and one short call for each thing the desk wants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from stores.canonical.commands import CancelLine, CancelOrder, CancelRest, Command, Resend
from stores.canonical.events import Event
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.request import CancelRequest, Quote
from stores.connectors.records import Reading
from stores.connectors.roles import Access, ConnectorContext, End, HookSource, Listing, OrderSource, OrderWriter
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.money import Money
from stores.platforms.modern_dropship import cancellable, finding, mapping, reading, webhooks, writing
from stores.platforms.modern_dropship import capabilities as declared
from stores.platforms.modern_dropship.api import Api, check_id, unwrapped
from stores.platforms.modern_dropship.cancellable import Tally
from stores.platforms.modern_dropship.capabilities import _

HOST = "https://api.convictional.com"


class ModernDropship(OrderSource, OrderWriter, HookSource):
    key = "modern_dropship"
    label = "Modern Dropship"
    glyph = "Md"
    api_version = "2022-03-03"
    version_ends: ClassVar[Mapping[str, End]] = {  # https://developers.convictional.com/docs/2021-01-01-to-2022-03-03
        "2022-03-03": End(None, _("Modern Dropship names no end of this version."))
    }
    credentials_end = End(  # https://support.moderndropship.com
        None, _("An API key works until somebody replaces it.")
    )
    credentials = (
        Secret(
            "api_key",
            _("API key"),
            help=_("In Modern Dropship's supplier app under Settings, Dropshipping, Integrations."),
            required=True,
            pattern=r"[!-~]{8,200}",
        ),
        Text(
            "base_url",
            _("API address"),
            help=_("Leave empty for api.convictional.com, which is still right under the new name."),
            required=False,
        ),
    )
    capabilities = declared.CAPABILITIES
    recipe = declared.RECIPE
    reasons = declared.REASONS
    note_limit = 255  # no limit is published; what every platform takes
    write_cost = 1
    points_per_second = 2  # ours: theirs is not published
    bucket_points = 2
    copies_by = "source_id"  # the number in the supplier's own shop
    follow_seconds = reading.TURN_SECONDS  # each look reads all that is open
    hooks_are_signed = False
    hook_bytes = webhooks.MOST_BYTES
    hook_setup = declared.HOOK_SETUP

    def __init__(self, connection: ConnectorContext) -> None:
        super().__init__(connection)
        self.api = Api(connection, self.base_url(), self.api_version)

    # --- reading -------------------------------------------------------------------------------
    def base_url(self) -> str:
        return self.connection.settings.get("base_url", "").rstrip("/") or HOST

    def check_access(self) -> Access:
        """Raises RemoteRefused for a retailer's key, which reaches other paths."""
        with json_readers.understood(str(declared.UNREADABLE)):
            company = json_readers.node(unwrapped(self.api.read("/auth/me")).get("company"), "company")
            if json_readers.text(company, "commerceType") != "seller":
                raise RemoteRefused("not a supplier", code="not_a_supplier", user_message=str(declared.NOT_A_SUPPLIER))
            return Access(
                shop_name=json_readers.text(company, "name"),
                currency=mapping.NO_CURRENCY,  # each order names its own, and no money is counted
                time_zone="UTC",
                granted=(),
                missing=(),
                api_version=self.api_version,
                account=json_readers.text(company, "_id"),
            )

    def read_order(self, external_id: str) -> Order:
        with json_readers.understood(str(declared.UNREADABLE)):
            return mapping.to_order(self.api.read_order(external_id))

    def list_orders(self, *, since: datetime | None, cursor: str = "") -> Listing:
        at = reading.Cursor.read(cursor) if cursor else reading.begin(since, self.connection.now())
        with json_readers.understood(str(declared.UNREADABLE)):
            return reading.list_orders(self.api, at)

    def quote(self, order: Order, request: CancelRequest) -> Quote:
        """Nothing is paid here, so nothing comes back."""
        none = Money.zero(order.customer_currency)
        return Quote(
            currency=none.currency, subtotal=none, tax=none, shipping=none, duties=none, total=none, maximum=none
        )

    def order_url(self, order_external_id: str, legacy_id: str) -> str:
        """Addresses of the web app are not published."""
        return ""

    # --- effects -------------------------------------------------------------------------------
    def cancel_order(self, command: CancelOrder, *, key: str, tag: str) -> Receipt:
        return self._cancel_all(command, tag, only_rest=False)

    def cancel_rest(self, command: CancelRest, *, key: str, tag: str) -> Receipt:
        return self._cancel_all(command, tag, only_rest=True)

    def _cancel_all(self, command: CancelOrder | CancelRest, tag: str, *, only_rest: bool) -> Receipt:
        body = writing.order_body(self._reason(command, tag), only_rest=only_rest)
        return self._proven(command, self.api.effect(f"/orders/{check_id(command.order_id)}/cancel", body), tag)

    def cancel_line(self, command: CancelLine, *, key: str, tag: str) -> Receipt:
        """Read first: a line that was split meanwhile stands under another id, which nobody has planned to cancel."""
        now = self._tally(command.order_id)
        item = now.item(command.line_id)
        if item and finding.is_ours(item, tag):  # a first request that landed late
            return Receipt(outcome=Outcome.APPLIED, ids={"item": item.id}, reported=writing.CANCELLED)
        writing.check_line(command, now)
        path = f"/orders/{command.order_id}/items/{check_id(command.line_id)}/cancel"
        return self._proven(command, self.api.effect(path, writing.line_body(command, self._reason(command, tag))), tag)

    def _reason(self, command: CancelOrder | CancelRest | CancelLine, tag: str) -> str:
        return self.note_with_tag(command.note or self.reasons[command.reason], tag)

    def _proven(self, command: Command, answer: Any, tag: str) -> Receipt:
        receipt = self.read_answer(command, answer)
        writing.check_tag(answer, tag)
        return receipt

    def read_answer(self, command: Command, answer: Any) -> Receipt:
        return writing.read_answer(command, answer)

    def poll(self, command: Command, receipt: Receipt) -> Receipt:
        """Every call is done when it is answered."""
        return receipt

    def records(self, command: Command, *, before: Order) -> Reading:
        with finding.looked():
            return finding.read(command, self._tally(command.order_id), before)

    def _tally(self, order_id: str) -> Tally:
        with json_readers.understood(str(declared.UNREADABLE)):
            return cancellable.tally(self.api.read_order(order_id))

    def may_resend(self, command: Command, *, age: float) -> Resend:
        """The target is used up by the effect: the same call to the same id cannot cancel more."""
        return Resend.NEW_GENERATION

    # --- webhooks ------------------------------------------------------------------------------
    @classmethod
    def parse_hook(cls, headers: Mapping[str, str], body: bytes) -> list[Event]:
        return webhooks.parse(body)
