"""What was read of one order, and what of it can be cancelled, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from stores.canonical import order as ours
from stores.connectors import sentences
from stores.kernel.http import json_readers, safe_json
from stores.kernel.http.json_readers import Misread, Node
from stores.platforms.woocommerce import capabilities, money
from stores.platforms.woocommerce.money import ZERO, Books, Item, Kind, is_paid, pair, when

OPEN = ("pending", "failed", "on-hold", "processing")


ENDED = ("completed", "cancelled", "refunded", "trash", "checkout-draft", "auto-draft")


@dataclass(frozen=True)
class Told:
    """All that was read of one order. sent: shipments, where the shop records them; by_hand: money is only recorded."""

    order: Node
    refunds: Sequence[Node] = ()
    sent: tuple[ours.Shipment, ...] = ()
    by_hand: bool = False
    is_hidden: bool = False  # something was recorded as shipped, and what it is cannot be read
    is_summary: bool = False
    digits: int | None = None  # of the store's prices, where the order was read with more
    kept: Books = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kept", money.to_books(self.order, self.refunds, self.digits))

    @property
    def status(self) -> str:
        return json_readers.text(self.order, "status")

    @property
    def has_left(self) -> bool:
        """`completed` is core's only word for shipped, also when the order was refunded afterwards. Staff who set it
        back to an open status say that it can still be stopped; the date stays."""
        was_completed = when(self.order, "date_completed_gmt") is not None
        return self.is_hidden or self.status == "completed" or (was_completed and self.status not in OPEN)

    def shipped(self, item: Item) -> Decimal:
        if self.has_left:
            return item.units_left
        return sum((units for s in self.sent for line, units in s.lines if line == item.id), ZERO)


def ended_at(told: Told, updated: datetime) -> datetime | None:
    """Cancelled, or all money given back before anything left; when exactly is not told, only the last change."""
    is_over = told.status == "cancelled" or (told.status == "refunded" and not told.has_left)
    return updated if is_over else None


def when_it_ends(told: Told) -> ours.EndsWhenRepaid:
    """Core sets an order to refunded with the last of its money; with a free item on it, only when no unit is left."""
    if not is_paid(told.order):
        return ours.EndsWhenRepaid.NEVER
    has_free = any(item.net == 0 for item in told.kept.of(Kind.PRODUCT))
    return ours.EndsWhenRepaid.WHEN_EMPTY if has_free else ours.EndsWhenRepaid.ALWAYS


def to_fulfilment(told: Told) -> ours.Fulfilment:
    if told.has_left:
        return ours.Fulfilment.UNKNOWN if told.is_hidden else ours.Fulfilment.FULFILLED
    if told.sent:
        left = [item for item in told.kept.of(Kind.PRODUCT) if told.shipped(item) < item.units_left]
        return ours.Fulfilment.PARTIAL if left else ours.Fulfilment.FULFILLED
    return ours.Fulfilment.UNFULFILLED if told.status in OPEN else ours.Fulfilment.UNKNOWN


# --- lines ---------------------------------------------------------------------------------------------
def to_line(told: Told, item: Item, bundle: Bundle | None) -> ours.LineItem:
    rows = json_readers.nodes(told.order, Kind.PRODUCT.value)
    raw = next(one for one in rows if json_readers.ident(one, "id") == item.id)
    shipped = min(item.units, told.shipped(item) + returned(told, raw))
    waiting = max(ZERO, item.units_left - shipped)
    is_whole = waiting == waiting.to_integral_value() or not is_paid(told.order)
    stoppable = waiting if told.status in OPEN and is_whole else ZERO
    place = ours.Placement(id=item.id, group_id="", units=waiting, readiness=ours.Readiness.OPEN)
    return ours.LineItem(
        id=item.id,
        title=json_readers.text(raw, "parent_name", "name"),
        variant=_variant(raw),
        sku=json_readers.text(raw, "sku"),
        ordered=item.units,
        current=item.units_left,
        shipped=shipped,
        cancelled=min(item.units_back, max(ZERO, item.units - shipped)),
        refundable=item.units_left,
        unfulfilled=waiting,
        cancellable=stoppable,
        unit_step=_step(item.units),
        unit_price=pair(_each(told, item), told.kept.currency),
        tax=tuple(_tax_words(told, item)),
        placements=(place,) if stoppable else (),
        is_tracked=item.taken > 0,
        is_editable=False,
        group_id=bundle.id if bundle else "",
        group_title=bundle.title if bundle else "",
        stock_item_id=json_readers.text(raw, "product_id"),
        why_not="" if stoppable else why_not(told, waiting),
    )


def returned(told: Told, line: Node) -> Decimal:
    """Units refunded once the order was completed: they had left, so that they were not cancelled."""
    completed = when(told.order, "date_completed_gmt")
    if completed is None or not told.has_left:
        return ZERO
    after = [raw for raw in told.refunds if (at := when(raw, "date_created_gmt")) and at >= completed]
    shares = money.shares_of(line, Kind.PRODUCT, after)
    return sum((abs(money.number(share, "quantity")) for share in shares), ZERO)


def _variant(raw: Node) -> str:
    """ "Linen shirt - M" where the product itself is called "Linen shirt"."""
    name, parent = json_readers.text(raw, "name"), json_readers.text(raw, "parent_name")
    return name.removeprefix(parent).strip(" -–") if parent and name.startswith(parent) else ""


def _step(units: Decimal) -> Decimal:
    """Whole pieces, unless a plugin sells by weight."""
    exponent = units.normalize().as_tuple().exponent
    return Decimal(1).scaleb(min(0, exponent)) if isinstance(exponent, int) else Decimal(1)


def _each(told: Told, item: Item) -> Decimal:
    whole = item.gross if told.order.get("prices_include_tax") is True else item.net
    return whole / item.units if item.units else ZERO


def _tax_words(told: Told, item: Item) -> Iterator[str]:
    rates = json_readers.nodes(told.order, "tax_lines")
    labels = {json_readers.text(rate, "rate_id"): json_readers.text(rate, "label") for rate in rates}
    for rate, tax in item.taxes.items():
        yield f"{labels.get(rate) or _('Tax')}: {told.kept.said(tax)}"


def why_not(told: Told, waiting: Decimal) -> str:
    if told.has_left:
        return str(capabilities.HIDDEN if told.is_hidden else capabilities.COMPLETED)
    if told.status in OPEN or not waiting:
        return str(capabilities.IN_PARTS if waiting else sentences.LINE_GONE)
    return str(capabilities.LINE_CLOSED) if told.status in ENDED else unknown_status(told)


def unknown_status(told: Told) -> str:
    return str(capabilities.UNKNOWN_STATUS) % {"status": told.status[:60]}


# --- lines that were sold together --------------------------------------------------------------------
# As the extensions for bundles and composites write them: container and parts.
# `bundled_by`, `composite_parent`: a part's container, "" for none; `bundled_items`, `composite_children`: its parts.
# A container may be a part itself, so that all of a tree is one bundle.
PARENTS = ("bundled_by", "composite_parent")


CHILDREN = ("bundled_items", "composite_children")


@dataclass(frozen=True)
class Bundle:
    id: str
    title: str


def bundles_of(order: Node) -> Mapping[str, Bundle]:
    """Line id → its bundle; lines that were sold alone are left out. Raises Misread."""
    lines = {json_readers.ident(raw, "id"): raw for raw in json_readers.nodes(order, "line_items")}
    parents = {part: whole for part, whole in _pairs(lines) if part in lines and whole in lines and part != whole}
    roots = {line: _root(line, parents) for line in lines if line in parents or line in parents.values()}
    return {line: Bundle(root, json_readers.text(lines[root], "name")) for line, root in roots.items()}


def _pairs(lines: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """(part, container), said by either."""
    for ident, raw in lines.items():
        yield from ((ident, whole) for name in PARENTS if (whole := json_readers.text(raw, name)))
        yield from ((part, ident) for name in CHILDREN for part in _parts(raw, name))


def _parts(raw: Node, name: str) -> list[str]:
    found = raw.get(name)
    if found is None or found == "":
        return []
    if not isinstance(found, list):
        raise Misread(name)
    return [json_readers.text({name: part}, name) for part in found]


def _root(line: str, parents: Mapping[str, str]) -> str:
    """The outermost container; where lines name each other in a circle, any of it that all of them reach."""
    seen: list[str] = []
    while line in parents and line not in seen:
        seen.append(line)
        line = parents[line]
    return min(seen[seen.index(line) :]) if line in seen else line


# --- labels -------------------------------------------------------------------------------------------
# Shipping labels bought with WooCommerce Shipping, or with the plug-in before it: read out of the order's own data.
# Their shape is the plug-ins' own and not promised: what does not look like a bought label is passed over. Source:
# the extensions' own code, as far as it is public (docs/vendors.md).
KEYS = ("wcshipping_labels", "wc_connect_labels")  # the newer one first: it took the labels of the older one over
NEVER_BOUGHT = "PURCHASE_ERROR"  # one under way soon is; a customer's data that was erased gives no money back
NOT_GIVEN_BACK = frozenset({"rejected", "unknown"})  # states of a refund after which the label is as good as before


def labels_bought(order: Node) -> Iterator[str]:
    """What names each label that was bought and not given back: carrier and tracking number, or its id."""
    told = json_readers.nodes(order, "meta_data")
    values = [one.get("value") for key in KEYS for one in told if one.get("key") == key]
    once: dict[Any, dict[str, Any]] = {}
    for label in (row for value in values for row in _rows(value)):
        if isinstance(label, dict) and (label.get("label_id") or label.get("tracking")):
            once.setdefault(str(label.get("label_id") or label.get("tracking")), label)
    yield from (_label_name(label) for label in once.values() if _is_bought(label))
    if any(map(_is_spoilt, values)):
        yield str(capabilities.LABEL_UNREADABLE)


def _rows(value: Any) -> list[Any]:
    """A list, or the text of one."""
    if isinstance(value, str):
        try:
            value = safe_json.loads(value)
        except ValueError:
            return []
    return value if isinstance(value, list) else []


def _is_spoilt(value: Any) -> bool:
    """The older plug-in wrote some with bare quotes in their names: labels, but no text that can be read."""
    return isinstance(value, str) and '"label_id"' in value and not _rows(value)


def _is_bought(label: dict[str, Any]) -> bool:
    if label.get("error") or label.get("status") == NEVER_BOUGHT:
        return False
    back = label.get("refund")
    return not back or (isinstance(back, dict) and back.get("status") in NOT_GIVEN_BACK)


def _label_name(label: dict[str, Any]) -> str:
    said = [label.get("service_name") or label.get("carrier_id"), label.get("tracking") or label.get("label_id")]
    return " ".join(str(word)[:60] for word in said if isinstance(word, str | int) and word)
