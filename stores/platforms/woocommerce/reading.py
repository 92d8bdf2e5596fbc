"""One order live, and what about its payment method and its shipments had to be asked besides."""

from __future__ import annotations

from dataclasses import replace

from stores.canonical.order import Order, Shipment
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.woocommerce import amounts, ledger, mapping, messages, payments
from stores.platforms.woocommerce.api import DIGITS, FINE, IDENT, Api, order_path
from stores.platforms.woocommerce.mapping import Told

SHIPPED_MARK = "_fulfillment_status"  # of an order whose shop records shipments
NOTHING_SHIPPED = ("", "unfulfilled", "no_fulfillments")


class Reader:
    """Reads for one adapter; keeps what payment methods can do, and the last order for the quote that follows."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.last: Told | None = None
        self._by_hand: dict[str, bool] = {}
        self._digits: dict[str, int] = {}

    def told(self, order_id: str, *, before: Order | None = None) -> Told:
        """Raises Misread and RemoteRefused. before: an earlier read, which knows the payment method."""
        order = self.api.get(order_path(order_id), FINE)
        refunds = list(self.api.every(order_path(order_id, "/refunds"), FINE))
        known = next((p.is_manual for p in before.payments), None) if before else None
        by_hand = self.is_by_hand(order) if known is None else known
        sent, is_hidden = self.shipments(order)
        self.last = Told(order, refunds, sent, by_hand, is_hidden, digits=self.digits(order))
        return self.last

    def digits(self, order: Node) -> int:
        """Of the store's prices: a read without `dp` tells them. A plugin may have others for each currency."""
        shown = amounts.digits(order)
        if shown < DIGITS or not payments.is_paid(order):
            return shown  # a shop that does not heed it; or no money that could go back
        currency = amounts.currency(order)
        if currency not in self._digits:
            self._digits[currency] = amounts.digits(self.api.get(order_path(json_readers.ident(order, "id"))))
        return self._digits[currency]

    def order(self, order_id: str, *, before: Order | None = None) -> Order:
        with json_readers.understood(str(messages.UNREADABLE)):
            return mapping.to_order(self.told(order_id, before=before))

    def alone(self, order_id: str) -> Told:
        """What setting a status depends on; refunds only where they could have left stock out. Raises Misread."""
        order = self.api.get(order_path(order_id))
        sent, is_hidden = self.shipments(order)
        told = Told(order, sent=sent, is_hidden=is_hidden)
        if not json_readers.nodes(order, "refunds") or not any(item.taken for item in told.kept.items):
            return told
        return replace(told, refunds=list(self.api.every(order_path(order_id, "/refunds"))))

    def now(self, order_id: str) -> Told:
        """What a refund depends on: money, units, and what has left. Raises Misread."""
        order = self.api.get(order_path(order_id), FINE)
        refunds = list(self.api.every(order_path(order_id, "/refunds"), FINE))
        sent, is_hidden = self.shipments(order)
        return Told(order, refunds, sent, is_hidden=is_hidden, digits=self.digits(order))

    def is_by_hand(self, order: Node) -> bool:
        """A gateway that is gone or cannot refund; where that cannot be asked, a refusal would still be harmless."""
        gateway = json_readers.text(order, "payment_method")
        if not payments.is_paid(order):
            return False
        if gateway not in self._by_hand:
            self._by_hand[gateway] = self._cannot_refund(gateway)
        return self._by_hand[gateway]

    def _cannot_refund(self, gateway: str) -> bool:
        if not gateway.replace("-", "").replace("_", "").isalnum() or not gateway.isascii():
            return True
        try:
            said = self.api.get(f"payment_gateways/{gateway}").get("method_supports")
        except RemoteRefused as exc:
            return exc.status == 404
        return isinstance(said, list) and "refunds" not in said

    def shipments(self, order: Node) -> tuple[tuple[Shipment, ...], bool]:
        """(what has left, whether more is hidden). Asked only where the order bears the feature's mark."""
        mark = ledger.meta(order, SHIPPED_MARK)
        if not isinstance(mark, str) or mark in NOTHING_SHIPPED:
            return (), False
        order_id, at = json_readers.ident(order, "id"), payments.when(order, "date_modified_gmt")
        try:
            found, _headers = self.api.rows(order_path(order_id, "/fulfillments"))
        except RemoteRefused as exc:
            if exc.status != 404:
                raise
            return (), True
        gone = [
            raw
            for raw in found
            if json_readers.flag(raw, "is_fulfilled") and not json_readers.text(raw, "date_deleted")
        ]
        return tuple(mapping.to_shipment(raw, at) for raw in gone) if at else (), not gone or at is None

    def same(self, order: Order) -> Told | None:
        """What this very order was read from, if it was the last."""
        last = self.last
        if last and IDENT.fullmatch(order.external_id) and mapping.to_order(last) == order:
            return last
        return None
