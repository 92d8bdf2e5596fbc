"""Lines of theirs as lines of ours: units that wait, where they are counted, what one costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from stores.canonical.order import LineItem, Location, MoneyPair, Placement, Readiness
from stores.kernel import i18n as sentences
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money
from stores.platforms.bigcommerce import capabilities, moneys
from stores.platforms.bigcommerce.items import whole
from stores.platforms.bigcommerce.moneys import Rates
from stores.platforms.bigcommerce.stock import Stocks

ZERO = Decimal(0)


class Count(NamedTuple):
    ordered: Decimal
    refunded: Decimal
    shipped: Decimal

    @classmethod
    def of(cls, raw: Node) -> Count:
        ordered = json_readers.units(raw, "quantity")
        shipped = min(whole(raw, "quantity_shipped"), ordered)
        return cls(ordered, min(whole(raw, "quantity_refunded"), ordered), shipped)

    @property
    def waiting(self) -> Decimal:
        """Too low where shipped units were refunded, which is the safe side: nobody tells which were."""
        return max(ZERO, self.ordered - self.refunded - self.shipped)

    @property
    def current(self) -> Decimal:
        return self.ordered - self.refunded

    @property
    def cancelled(self) -> Decimal:
        return min(self.refunded, self.ordered - self.shipped)


def to_lines(raws: Sequence[Node], rates: Rates, stocks: Stocks, *, closed: str, packing: str) -> tuple[LineItem, ...]:
    """closed: why nothing of the order can be cancelled, "" when it can; packing: the state that warns."""
    bundles = {json_readers.text(raw, "parent_order_product_id") for raw in raws} - {"", "0"}
    names = {json_readers.ident(raw, "id"): json_readers.text(raw, "name") for raw in raws}
    return tuple(_line(raw, rates, stocks, _bundle(raw, bundles), names, closed, packing) for raw in raws)


def _bundle(raw: Node, bundles: set[str]) -> str:
    """What was chosen from a pick list goes with its parent."""
    parent = json_readers.text(raw, "parent_order_product_id")
    return (
        parent
        if parent in bundles
        else json_readers.ident(raw, "id")
        if json_readers.ident(raw, "id") in bundles
        else ""
    )


def _line(
    raw: Node, rates: Rates, stocks: Stocks, bundle: str, names: Mapping[str, str], closed: str, packing: str
) -> LineItem:
    count, kind = Count.of(raw), json_readers.text(raw, "type")
    variant = json_readers.text(raw, "variant_id")
    place = (stocks.places or {}).get(variant)
    is_counted = place is not None and stocks.is_taken and count.waiting > 0
    stoppable = ZERO if closed else count.waiting
    return LineItem(
        id=json_readers.ident(raw, "id"),
        title=json_readers.text(raw, "name"),
        variant=", ".join(
            json_readers.text(option, "display_value") for option in json_readers.nodes(raw, "product_options")
        ),
        sku=json_readers.text(raw, "sku"),
        vendor=json_readers.text(raw, "brand"),
        ordered=count.ordered,
        current=count.current,
        shipped=count.shipped,
        cancelled=count.cancelled,
        refundable=count.current,
        unfulfilled=count.waiting,
        cancellable=stoppable,
        unit_price=each(raw, count.ordered, rates),
        original_unit_price=rates.read(raw, "base_price"),
        tax=_tax(raw, rates),
        placements=_places(raw, count.waiting, place, closed, packing),
        is_restockable=is_counted,
        is_tracked=is_counted,
        is_editable=False,
        is_gift_card=kind == "giftcertificate",
        needs_shipping=kind in ("physical", ""),
        group_id=bundle,
        group_title=names.get(bundle, ""),
        stock_item_id=variant if variant != "0" else "",
        why_not="" if stoppable else closed or str(capabilities.LINE_GONE),
    )


def _places(raw: Node, waiting: Decimal, place: Location | None, closed: str, packing: str) -> tuple[Placement, ...]:
    if not waiting:
        return ()
    readiness = Readiness.GONE if closed else Readiness.BEING_PACKED if packing else Readiness.OPEN
    ident = json_readers.ident(raw, "id")
    return (Placement(id=ident, group_id="", units=waiting, readiness=readiness, location=place, detail=packing),)


def net(raw: Node, rates: Rates, *, included: bool) -> Money:
    """The whole line after discounts, as the store writes prices."""
    gross = moneys.amount(raw, rates.currency, "discounted_total_inc_tax", "total_inc_tax")
    return gross if included else max(gross - moneys.amount(raw, rates.currency, "total_tax"), rates.zero)


def each(raw: Node, ordered: Decimal, rates: Rates) -> MoneyPair:
    """After discounts, without tax, to the minor unit: for show."""
    if not ordered:
        return rates.read(raw, "price_ex_tax")
    return rates.pair(Money(net(raw, rates, included=False).amount / ordered, rates.currency).rounded())


def _tax(raw: Node, rates: Rates) -> tuple[str, ...]:
    return sentences.tax(moneys.amount(raw, rates.currency, "total_tax"))
