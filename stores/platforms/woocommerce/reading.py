"""One order live, with what had to be asked besides about its payment method and shipments; lists; and the quote.

Lists are by time of change: pages are counted, so they shift while orders change. Each page asks for what was changed
after the last order of the page before, which no shift can skip; the second that both share is read twice and does no
harm. Only when a page holds one single second is the next one counted. A quote is WooCommerce's own preview where the
shop has it (11.1), else our figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from stores.canonical.order import Order, Shipment
from stores.canonical.request import CancelRequest, Quote, QuotedLine
from stores.connectors import refund_estimate, rows
from stores.connectors.errors import unless
from stores.connectors.paging import ByChange, Shown, changes
from stores.connectors.rest import Query
from stores.connectors.roles import Listing
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money
from stores.platforms.woocommerce import capabilities, mapping, money
from stores.platforms.woocommerce.api import DIGITS, FINE, PAGE, Api, order_path
from stores.platforms.woocommerce.cancellable import Told
from stores.platforms.woocommerce.money import ZERO, Books, Kind
from stores.platforms.woocommerce.writing import Figures, Share, figures, gross_of, is_everything

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
        known = next((p.is_manual for p in before.payments), None) if before else None
        self.last = self.now(order_id, self.is_by_hand if known is None else lambda _order: known)
        return self.last

    def digits(self, order: Node) -> int:
        """Of the store's prices: a read without `dp` tells them. A plugin may have others for each currency."""
        shown = money.digits(order)
        if shown < DIGITS or not money.is_paid(order):
            return shown  # a shop that does not heed it; or no money that could go back
        currency = money.currency(order)
        if currency not in self._digits:
            self._digits[currency] = money.digits(self.api.object(order_path(json_readers.ident(order, "id"))))
        return self._digits[currency]

    def order(self, order_id: str, *, before: Order | None = None) -> Order:
        with json_readers.understood(str(capabilities.UNREADABLE)):
            return mapping.to_order(self.told(order_id, before=before))

    def alone(self, order_id: str) -> Told:
        """What setting a status depends on; refunds only where they could have left stock out. Raises Misread."""
        order = self.api.object(order_path(order_id))
        sent, is_hidden = self.shipments(order)
        told = Told(order, sent=sent, is_hidden=is_hidden)
        if not json_readers.nodes(order, "refunds") or not any(item.taken for item in told.kept.items):
            return told
        return replace(told, refunds=list(self.api.every(order_path(order_id, "/refunds"))))

    def now(self, order_id: str, by_hand: Callable[[Node], bool] = lambda _order: False) -> Told:
        """What a refund depends on: money, units, and what has left. Raises Misread."""
        order = self.api.object(order_path(order_id), FINE)
        refunds = list(self.api.every(order_path(order_id, "/refunds"), FINE))
        is_manual = by_hand(order)
        sent, is_hidden = self.shipments(order)
        return Told(order, refunds, sent, is_manual, is_hidden, digits=self.digits(order))

    def is_by_hand(self, order: Node) -> bool:
        """A gateway that is gone or cannot refund; where that cannot be asked, a refusal would still be harmless."""
        gateway = json_readers.text(order, "payment_method")
        if not money.is_paid(order):
            return False
        if gateway not in self._by_hand:
            self._by_hand[gateway] = self._cannot_refund(gateway)
        return self._by_hand[gateway]

    def _cannot_refund(self, gateway: str) -> bool:
        if not gateway.replace("-", "").replace("_", "").isalnum() or not gateway.isascii():
            return True
        try:
            said = self.api.object(f"payment_gateways/{gateway}").get("method_supports")
        except RemoteRefused as exc:
            return exc.status == 404
        return isinstance(said, list) and "refunds" not in said

    def shipments(self, order: Node) -> tuple[tuple[Shipment, ...], bool]:
        """(what has left, whether more is hidden). Asked only where the order bears the feature's mark."""
        mark = money.meta(order, SHIPPED_MARK)
        if not isinstance(mark, str) or mark in NOTHING_SHIPPED:
            return (), False
        order_id, at = json_readers.ident(order, "id"), money.when(order, "date_modified_gmt")
        found = unless({404}, lambda: self.api.rows(order_path(order_id, "/fulfillments"))[0], None)
        sent = (raw for raw in found or () if json_readers.flag(raw, "is_fulfilled"))
        gone = [raw for raw in sent if not json_readers.text(raw, "date_deleted")]
        return tuple(mapping.to_shipment(raw, at) for raw in gone) if at else (), not gone or at is None

    def same(self, order: Order) -> Told | None:
        """What this very order was read from, if it was the last."""
        last = self.last
        if last and Api.ident.fullmatch(order.external_id) and mapping.to_order(last) == order:
            return last
        return None


# --- lists --------------------------------------------------------------------------------------------
OVERLAP = timedelta(minutes=2)


def changed(row: Node) -> datetime | None:
    return money.when(row, "date_modified_gmt")


ROW = rows.Fields(("id",), lambda row: json_readers.text(row, "number", "id"), changed)


def query(at: ByChange) -> Query:
    """`dates_are_gmt`: without it the shop reads times in its own zone."""
    bound = [("modified_after", at.begin), ("dates_are_gmt", "true")] if at.begin else []
    return [("per_page", str(PAGE)), ("page", str(at.page)), ("orderby", "modified"), ("order", "asc"), *bound]


def list_orders(api: Api, *, since: datetime | None, cursor: str) -> Listing:
    def page(at: ByChange) -> Shown:
        raws, headers = api.page("orders", query(at))
        total = None if cursor else _count(headers)
        return Shown(at, raws, len(raws) < PAGE, _count(headers, "x-wp-totalpages"), total)

    begin = ByChange.read(cursor) if cursor else ByChange(_stamp(since - OVERLAP) if since else "")
    return changes(begin, page, row=ROW, to_order=to_summary, stamp=_stamp)


def to_summary(row: Node) -> Order:
    return mapping.to_order(Told(row, refunds_of(row), is_summary=True))


def refunds_of(row: Node) -> list[Node]:
    """A list tells of refunds their sums alone, as negative amounts."""
    found = json_readers.nodes(row, "refunds")
    return [{"id": one.get("id"), "amount": str(one.get("total") or "0").removeprefix("-")} for one in found]


def _count(headers: Mapping[str, str], name: str = "x-wp-total") -> int | None:
    said = headers.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


# --- the quote ----------------------------------------------------------------------------------------
# An older shop; or money went back earlier without lines, so that the lines are worth more than what is left; or the
# last units, of which the preview wants each as much as the first.
NO_PREVIEW = (
    "rest_no_route",
    "woocommerce_rest_preview_exceeds_max_refundable",
    "woocommerce_rest_refund_total_exceeds_remaining",
)


def quote(api: Api, told: Told, order: Order, request: CancelRequest) -> Quote:
    """Raises RemoteRefused where the shop's own preview says no, and for an amount finer than the shop counts.

    The order's figures were read just now. Amounts are ours in any case: the preview rounds net and tax apart before
    it divides, and knows nothing of money that was kept. Where it names less than rounding explains, less goes back.
    """
    refund_estimate.guard_step(request, Money(told.kept.step, told.kept.currency), capabilities.TOO_FINE)
    units = wanted(told, request)
    shipping = None if request.shipping is None else request.shipping.amount
    found = figures(told.kept, units, shipping=shipping)
    theirs = preview(api, told, found) if money.is_paid(told.order) else None
    is_all = shipping is None and is_everything(told.kept, units)  # then all that is left goes back, to the last cent
    if theirs is not None and not is_all and theirs < found.amount - told.kept.rounding:
        found = replace(found, amount=theirs)
    return to_quote(told, order, found, is_estimate=theirs is None)


def wanted(told: Told, request: CancelRequest) -> dict[str, Decimal]:
    return refund_estimate.wanted(request, {item.id: item.units_left for item in told.kept.of(Kind.PRODUCT)})


def preview(api: Api, told: Told, found: Figures) -> Decimal | None:
    """Their total for the same; None where there is no preview, or it knows no discounts as fees.

    Free lines are left out: it takes them for refunded already.
    """
    found = replace(found, goods=tuple(share for share in found.goods if share.gross))
    if not found.shares or any(share.net < 0 for share in found.shares):
        return None
    path = order_path(str(told.order["id"]), "/refunds/preview")
    said = unless(NO_PREVIEW, lambda: api.ask(path, preview_body(found)), None)
    return None if said is None else money.rounded(money.number(said, "total"), told.kept.step)


def preview_body(found: Figures) -> Node:
    """Here the item is `line_item_id` and `refund_total` contains the tax; for a refund it is `id`, without tax."""
    goods = [{"line_item_id": int(share.id), "quantity": _whole(share.units)} for share in found.goods]
    others = [
        {"line_item_id": int(share.id), "refund_total": money.told(share.gross)}
        for share in (*found.shipping, *found.fees)
    ]
    return {"line_items": [*goods, *others]}


def _whole(units: Decimal) -> int | str:
    return int(units) if units == units.to_integral_value() else money.told(units)


def to_quote(told: Told, order: Order, found: Figures, *, is_estimate: bool) -> Quote:
    kept = told.kept
    whole = kept.money(found.amount if money.is_paid(told.order) else ZERO)
    return refund_estimate.quote(
        whole,
        maximum=kept.money(kept.most if money.is_paid(told.order) else ZERO),
        lines=(_line(kept, order, share) for share in found.goods),
        through=order.payments,
        tax=kept.money(sum((share.tax for share in found.goods), ZERO)),
        shipping=kept.money(min(gross_of(found.shipping), kept.left_of(Kind.SHIPPING))),
        fees=kept.money(min(gross_of(share for share in found.fees if share.net > 0), kept.left_of(Kind.FEE))) or None,
        is_estimate=is_estimate,
    )


def _line(kept: Books, order: Order, share: Share) -> QuotedLine:
    """Where the shop's prices contain the tax, so does the line's amount."""
    net, tax = kept.money(share.net), kept.money(share.tax)
    return QuotedLine(line_id=share.id, units=share.units, amount=net + tax if order.taxes_included else net, tax=tax)
