"""The Modern Dropship adapter: the declarative head, and one short call for each thing the desk wants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from stores.canonical.commands import CancelLine, CancelOrder, CancelRest, Command, Resend
from stores.canonical.events import Event
from stores.canonical.order import Order
from stores.canonical.receipts import EffectState, Receipt
from stores.canonical.request import CancelRequest, Quote
from stores.connectors.roles import Access, ConnectorContext, End, HookSource, Listing, OrderSource, OrderWriter
from stores.connectors.sentences import _
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.http.responses import Answer
from stores.platforms.modern_dropship import cancellable, finding, mapping, reading, webhooks, writing
from stores.platforms.modern_dropship import capabilities as declared
from stores.platforms.modern_dropship.api import VERSION, Api, answered, unwrapped
from stores.platforms.modern_dropship.cancellable import Tally

HOST = "https://api.convictional.com"


class ModernDropship(OrderSource, OrderWriter, HookSource, speaks=Api):
    key = "modern_dropship"
    api: Api
    label = "Modern Dropship"
    glyph = "Md"
    api_version = VERSION
    version_ends: ClassVar[Mapping[str, End]] = {  # https://developers.convictional.com/docs/2021-01-01-to-2022-03-03
        VERSION: End(None, _("Modern Dropship names no end of this version."))
    }
    # https://support.moderndropship.com
    credentials_end = End(None, _("An API key works until somebody replaces it."))
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
    answers = writing.ANSWERS
    looks = finding.LOOKS
    copies_by = "source_id"  # the number in the supplier's own shop
    follow_seconds = reading.TURN_SECONDS  # each look reads all that is open
    hooks_are_signed = False
    hook_bytes = webhooks.MOST_BYTES
    hook_setup = declared.HOOK_SETUP

    def __init__(self, connection: ConnectorContext) -> None:
        super().__init__(connection)
        self.api = Api(connection, self.base_url())

    # --- reading -------------------------------------------------------------------------------
    def base_url(self) -> str:
        return self.gateway() or HOST

    def check_access(self) -> Access:
        """Raises RemoteRefused for a retailer's key, which reaches other paths."""
        with self.understood():
            company = json_readers.node(unwrapped(self.api.read("auth/me")).get("company"), "company")
            if json_readers.text(company, "commerceType") != "seller":
                raise RemoteRefused("not a supplier", code="not_a_supplier", user_message=str(declared.NOT_A_SUPPLIER))
            return self.access(
                (),
                shop_name=json_readers.text(company, "name"),
                currency=mapping.NO_CURRENCY,  # each order names its own, and no money is counted
                time_zone="UTC",
                account=json_readers.text(company, "_id"),
            )

    def read_order(self, external_id: str) -> Order:
        with self.understood():
            return mapping.to_order(self.api.order(external_id))

    def list_orders(self, *, since: datetime | None, cursor: str = "") -> Listing:
        at = reading.Cursor.read(cursor) if cursor else reading.begin(since, self.connection.now())
        with self.understood():
            return reading.list_orders(self.api, at)

    def quote(self, order: Order, request: CancelRequest) -> Quote:
        """Nothing is paid here, so nothing comes back."""
        return Quote.of_nothing(order.customer_currency)

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
        return self._proven(command, self.api.effect("POST", f"orders/{Api.part(command.order_id)}/cancel", body), tag)

    def cancel_line(self, command: CancelLine, *, key: str, tag: str) -> Receipt:
        """Read first: a line that was split meanwhile stands under another id, which nobody has planned to cancel."""
        now = self._tally(command.order_id)
        item = now.item(command.line_id)
        if item and finding.is_ours(item, tag):  # a first request that landed late
            return Receipt.applied({"item": item.id}, state=EffectState.CANCELLED)
        writing.check_line(command, now)
        path = f"orders/{command.order_id}/items/{Api.part(command.line_id)}/cancel"
        body = writing.line_body(command, self._reason(command, tag))
        return self._proven(command, self.api.effect("POST", path, body), tag)

    def _reason(self, command: CancelOrder | CancelRest | CancelLine, tag: str) -> str:
        return self.note_with_tag(command.note or self.reasons[command.reason], tag)

    def _proven(self, command: Command, answer: Any, tag: str) -> Receipt:
        receipt = self.read_answer(command, answer)
        writing.check_tag(answer, tag)
        return receipt

    def body_of(self, answer: Answer) -> Node:
        return answered(answer)

    def poll(self, command: Command, receipt: Receipt) -> Receipt:
        """Every call is done when it is answered."""
        return receipt

    def _tally(self, order_id: str) -> Tally:
        with self.understood():
            return cancellable.tally(self.api.order(order_id))

    def may_resend(self, command: Command, *, age: float) -> Resend:
        """The target is used up by the effect: the same call to the same id cannot cancel more."""
        return Resend.NEW_GENERATION

    # --- webhooks ------------------------------------------------------------------------------
    @classmethod
    def parse_hook(cls, headers: Mapping[str, str], body: bytes) -> list[Event]:
        return webhooks.parse(body)
