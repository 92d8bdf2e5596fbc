"""The same order in two shops: a copy names the number of its original (`OrderSource.copies_by`).

A number that stands in several shops is decided by the SKUs; where those do not decide either, nothing is linked:
a wrong link would send people to a stranger's order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from stores.canonical import codec
from stores.canonical.order import Order
from stores.models import OrderRecord, OrderSnapshot, Store, StoreState
from stores.platforms import registry
from stores.selectors import access
from stores.selectors.access import Viewer


@dataclass(frozen=True)
class Linked:
    """The other one of a pair. is_copy: `record` is the copy, and the order asked about is its original."""

    record: OrderRecord
    is_copy: bool


def seen_by(
    viewer: Viewer, orders: Sequence[OrderRecord], *, among: Sequence[Store] | None = None
) -> dict[int, list[Linked]]:
    """{order id: the same order elsewhere}, in shops the viewer may see. Three queries at most, however many orders.

    among: those shops, where they are known; none where no shop of them mirrors another's orders.
    """
    mirrors = {kind.key for kind in registry.all_platforms() if kind.copies_by}
    if among is not None and not any(store.platform in mirrors for store in among):
        return {}
    pairs = _pairs(orders)
    if not pairs:
        return {}
    shops = {shop.pk for shop in (access.stores_for(viewer) if among is None else among)}
    asked, found = {order.pk for order in orders}, defaultdict(list)
    for copy, original in pairs:
        if copy.pk in asked and original.store_id in shops:
            found[copy.pk].append(Linked(original, is_copy=False))
        if original.pk in asked and copy.store_id in shops:
            found[original.pk].append(Linked(copy, is_copy=True))
    return dict(found)


def once(orders: Sequence[OrderRecord], linked: Mapping[int, Sequence[Linked]]) -> list[OrderRecord]:
    """A list without the copies whose original stands in it, too. A copy that was found alone stays."""
    here = {order.pk for order in orders}
    return [o for o in orders if not any(not x.is_copy and x.record.pk in here for x in linked.get(o.pk, ()))]


def _pairs(orders: Sequence[OrderRecord]) -> list[tuple[OrderRecord, OrderRecord]]:
    """(copy, original) of every order asked about, over all connected shops."""
    mirrors = [platform.key for platform in registry.all_platforms() if platform.copies_by]
    if not mirrors:
        return []
    numbers = {order.source_folded or order.number_folded for order in orders} - {""}
    named_by = _connected().filter(store__platform__in=mirrors, source_folded__in=numbers)
    copies = list(named_by.exclude(source_folded="")) if numbers else []  # said as the partial index says it
    if not copies:
        return []
    named: defaultdict[str, list[OrderRecord]] = defaultdict(list)
    for row in _connected().filter(source_folded="", number_folded__in={copy.source_folded for copy in copies}):
        named[row.number_folded].append(row)
    pairs = ((copy, _original(copy, named[copy.source_folded])) for copy in copies)
    return [(copy, original) for copy, original in pairs if original is not None]


def _connected() -> QuerySet[OrderRecord]:
    rows = OrderRecord.objects.exclude(store__state=StoreState.DISCONNECTED).select_related("store")
    return rows.defer("search").order_by("pk")


def _original(copy: OrderRecord, named: Iterable[OrderRecord]) -> OrderRecord | None:
    """The one order with that number in another shop; of several, the one that sells the same things."""
    others = [row for row in named if row.store_id != copy.store_id]
    if len(others) > 1:
        skus = _skus(copy)
        others = [row for row in others if skus & _skus(row)]
    return others[0] if len(others) == 1 else None


def _skus(row: OrderRecord) -> set[str]:
    """None of a copy that cannot be read: it is linked to nothing until it is read again."""
    snapshot = OrderSnapshot.objects.filter(order=row).first()
    try:
        return {line.sku for line in codec.loads(Order, snapshot.text).lines if line.sku} if snapshot else set()
    except ValueError:
        return set()
