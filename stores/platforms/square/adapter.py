"""The Square adapter: the declarative head, and one short call for each thing the desk wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote as quoted

from stores.canonical.commands import CancelOrder, Command, CorrectStock, EditOrder, RefundOrder, Resend, VoidPayment
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.request import CancelRequest, Quote
from stores.connectors import roles, sentences
from stores.connectors.records import Reading
from stores.connectors.sentences import _
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import JobFailed, RemoteRefused
from stores.kernel.http.json_readers import Node, text, when
from stores.platforms.square import capabilities as declared
from stores.platforms.square import finding, mapping, money, reading, webhooks, writing
from stores.platforms.square.api import VERSION, Api
from stores.platforms.square.cancellable import Facts
from stores.platforms.square.mapping import Place

HOSTS = {"production": "https://connect.squareup.com", "sandbox": "https://connect.squareupsandbox.com"}
DESKS = {"production": "https://app.squareup.com", "sandbox": "https://app.squareupsandbox.com"}
KEY_MARGIN_HOURS = 4
JUST_NOW = timedelta(seconds=5)
BANK = "BANK_ACCOUNT"
BANK_SECONDS = 7 * 86_400.0  # five business days


class Square(roles.OrderSource, roles.OrderWriter, roles.Refunder, roles.StockKeeper, roles.HookSource, speaks=Api):
    key = "square"
    api: Api
    label = "Square"
    glyph = "Sq"
    api_version = VERSION
    version_ends: ClassVar[Mapping[str, roles.End]] = {  # https://developer.squareup.com/docs/build-basics/versioning
        VERSION: roles.End(None, _("Square deprecates a year before it retires, and names no day for this version."))
    }
    # https://developer.squareup.com/docs/build-basics/access-tokens
    credentials_end = roles.End(
        None, _("A personal access token works until it is replaced; one made by OAuth tells its own end.")
    )
    credentials = (
        Text(
            "environment",
            _("Environment"),
            help=_("production, or sandbox for trying out; leave empty for production."),
            pattern="production|sandbox",
            required=False,
        ),
        Secret(
            "token",
            _("Access token"),
            help=_("Of your own application in the Square Developer Dashboard, for the same environment."),
            required=True,
        ),
        Secret(
            "signature_key",
            _("Webhook signature key"),
            help=_("Of the webhook subscription, if you make one: it proves that messages come from Square."),
        ),
        sentences.GATEWAY,
    )
    capabilities = declared.CAPABILITIES
    recipe = declared.RECIPE
    scopes = declared.SCOPES
    answers = writing.ANSWERS
    looks = finding.LOOKS
    note_limit = 192
    key_life_hours = 24
    deliveries = webhooks.DELIVERIES
    subscriptions: ClassVar[roles.Subscriptions] = webhooks
    topics: ClassVar[tuple[str, ...]] = webhooks.SUBSCRIBED
    hook_secret = "signature_key"  # noqa: S105  its name
    hook_signs_address = True
    hook_setup = declared.HOOK_SETUP

    def __init__(self, connection: roles.ConnectorContext) -> None:
        super().__init__(connection)
        self.api = Api(connection, self.base_url())
        self._read: tuple[Order, Facts] | None = None  # the last read of a whole order, and what it was made of
        self._guarded: tuple[Order, Facts] | None = None  # the same, of the guard before a send

    # --- reading -------------------------------------------------------------------------------
    def base_url(self) -> str:
        return self.gateway() or HOSTS[self.environment()]

    def environment(self) -> str:
        said = self.connection.settings.get("environment", "").strip().lower()
        return said if said in HOSTS else "production"

    def check_access(self) -> roles.Access:
        """The locations, then what the token may do."""
        with self.understood():
            places = self.api.places
            if not places:
                raise RemoteRefused("no location", code="no_location", user_message=str(declared.NO_LOCATION))
            first = next((one for one in places if text(one, "status") != "INACTIVE"), places[0])
            granted, ends = self._token()
            return self.access(
                granted,
                shop_name=text(first, "business_name", "name"),
                currency=text(first, "currency"),
                time_zone=text(first, "timezone"),
                account=text(first, "merchant_id"),
                ends=ends,
            )

    def _token(self) -> tuple[tuple[str, ...], Mapping[str, datetime]]:
        """What it may do and when it ends, which only one made by OAuth does. What cannot be told counts as granted:
        a call that lacks a right says so before it acts."""
        try:
            said = self.api.ask("oauth2/token/status", {})
        except RemoteRefused:
            said = {}
        rights = said.get("scopes")
        every = tuple(scope.name for scope in self.scopes)
        granted = tuple(one for one in rights if isinstance(one, str)) if isinstance(rights, list) else every
        ends = when(said, "expires_at")
        return granted, {"token": ends} if ends else {}

    def read_order(self, external_id: str) -> Order:
        self._read = reading.read_order(self.api, external_id)
        return self._read[0]

    def look_again(self, before: Order) -> Order:
        self._read = self._guarded = reading.look_again(self.api, before)
        return self._read[0]

    def list_orders(self, *, since: datetime | None, cursor: str = "") -> roles.Listing:
        return reading.list_orders(self.api, since=since, cursor=cursor)

    def quote(self, order: Order, request: CancelRequest) -> Quote:
        """From the read that `order` was made of; read again where it is another's."""
        with self.understood():
            is_it = self._read is not None and self._read[0] is order
            raw = self._read[1].order if self._read and is_it else self.api.order(order.external_id)
            return money.estimate(raw, order, request)

    def order_url(self, order_external_id: str, legacy_id: str) -> str:
        return f"{DESKS[self.environment()]}/dashboard/orders/overview/{quoted(order_external_id, safe='')}"

    # --- effects -------------------------------------------------------------------------------
    def cancel_order(self, command: CancelOrder, *, key: str, tag: str) -> Receipt:
        """Reads what decides between the two ways: whether any money came in."""
        writing.guard_cancel(command)
        with self.understood():
            order, payments = self._order_and_payments(command.order_id)
            body = writing.cancel_body(order, payments, self.note_with_tag(command.note, tag), tag, key=key)
        return self._put(command, body, key)

    def edit_order(self, command: EditOrder, *, key: str, tag: str) -> Receipt:
        with self.understood():
            seen = self._just_read(command.order_id)
            order = seen.order if seen else self.api.order(command.order_id)
            body = writing.edit_body(command, order, self.note_with_tag(command.note, tag), key=key)
        return self._put(command, body, key)

    def _put(self, command: CancelOrder | EditOrder, body: Mapping[str, Any], key: str) -> Receipt:
        return self._act(command, "PUT", f"v2/orders/{self.api.part(command.order_id)}", body, key=key)

    def refund_order(self, command: RefundOrder, *, key: str, tag: str) -> Receipt:
        """By order, payments and refunds as just read: what is left, and the payment's version."""
        writing.one_payment(command)
        with self.understood():
            seen = self._just_read(command.order_id)
            found = seen or reading.read_facts(self.api, command.order_id, asks_banks=False)
            order = mapping.to_order(found, Place(reading.nameless(found.order)))
            body = writing.refund_body(command, found, order, tag, key=key)
        return self._act(command, "POST", "v2/refunds", body, key=key)

    def void_payment(self, command: VoidPayment, *, key: str, tag: str) -> Receipt:
        """It takes no key and no words; a second one is refused."""
        return self._act(command, "POST", f"v2/payments/{self.api.part(command.payment_id)}/cancel")

    def correct_stock(self, command: CorrectStock, *, key: str, tag: str) -> Receipt:
        body = writing.change_body(command, key=key, tag=tag, at=self.connection.now())
        return self._act(command, "POST", "v2/inventory/changes/batch-create", body, key=key)

    def _act(
        self, command: Command, method: str, path: str, body: Mapping[str, Any] | None = None, *, key: str = ""
    ) -> Receipt:
        self._guarded = None
        return self.read_answer(command, self.api.effect(method, path, body, key=key))

    def _order_and_payments(self, order_id: str) -> tuple[Node, Sequence[Node]]:
        if seen := self._just_read(order_id):
            return seen.order, seen.payments
        order = self.api.order(order_id)
        return order, reading.payments_of(self.api, order)[0]

    def _just_read(self, order_id: str) -> Facts | None:
        """What the guard before this very send has read: taken once, within seconds, else None: read it.

        The order's version and the payment's go out with the body, so what moves in between is refused by Square.
        """
        guarded, self._guarded = self._guarded, None
        if guarded is None or guarded[0].external_id != order_id:
            return None
        found, limit = guarded[1], self.connection.now() - JUST_NOW
        return found if found.read_at is not None and found.read_at >= limit else None

    def poll(self, command: Command, receipt: Receipt) -> Receipt:
        """Only refunds take their time."""
        self._guarded = None
        if not isinstance(command, RefundOrder):
            return replace(receipt, outcome=Outcome.APPLIED, look_after=None)
        with self.understood():
            return writing.refund(command, self.api.refund(receipt.ids.get("refund", "")), JobFailed)

    def normal_seconds(self, command: Command, receipt: Receipt) -> float:
        """A refund to a bank account takes days; everything else is answered within minutes."""
        paid = command.payments if isinstance(command, RefundOrder) else ()
        is_slow = any(one.gateway == BANK for one in paid)
        return BANK_SECONDS if is_slow else super().normal_seconds(command, receipt)

    def records(self, command: Command, *, before: Order) -> Reading:
        self._guarded = None  # between two looks nothing is taken from the first
        return super().records(command, before=before)

    def may_resend(self, command: Command, *, age: float) -> Resend:
        """While the key is young the same bytes act once; later what is absolute may go again, the rest not."""
        if isinstance(command, VoidPayment):
            return Resend.NEW_GENERATION
        if age < (self.key_life_hours - KEY_MARGIN_HOURS) * 3600:
            return Resend.SAME_KEY
        return Resend.NEW_GENERATION if isinstance(command, CancelOrder | EditOrder) else Resend.PERSON
