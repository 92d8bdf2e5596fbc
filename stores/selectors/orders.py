"""Finding orders: one box of words, a few filters, pages by position. Every question starts from what one may see.

`sorting` says by what, `days` and `amounts` turn what is typed into ranges, `order_lists` knows what is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from stores.canonical.order import Cancellable, Fulfilment, PaymentState
from stores.kernel import keyset
from stores.kernel.keyset import Page
from stores.models import ListedOrder, OrderRecord, Store
from stores.selectors import access, amounts, days, matching, within
from stores.selectors.sorting import NEWEST, Sorting

CHUNK = 500  # rows of an export held in memory at once
HOW = ("sort", "zone")  # of a query: how it is shown, not what it asks


@dataclass(frozen=True, kw_only=True)
class OrderQuery:
    """What to look for; empty fields ask for nothing.

    words: as typed. placed_from, placed_to: days in `zone`, in each shop's own where that is "", both included.
    total_from, total_to: amounts in each order's own shop currency, both included. sku, country, tag: whole.
    listed: the orders of a kept list.
    """

    words: str = ""
    shops: tuple[UUID, ...] = ()
    cancellable: tuple[Cancellable, ...] = ()
    fulfilment: tuple[Fulfilment, ...] = ()
    payment: tuple[PaymentState, ...] = ()
    is_disputed: bool = False
    placed_from: date | None = None
    placed_to: date | None = None
    total_from: Decimal | None = None
    total_to: Decimal | None = None
    sku: str = ""
    country: str = ""
    tag: str = ""
    listed: int | None = None
    sort: Sorting = NEWEST
    zone: str = ""

    @property
    def is_narrowed(self) -> bool:
        asked = [field for field in fields(self) if field.name not in HOW]
        return any(getattr(self, field.name) != field.default for field in asked)


def search(
    viewer: access.Viewer,
    query: OrderQuery,
    after: str = "",
    size: int = 50,
    *,
    stores: Iterable[Store] | None = None,
    whole: QuerySet[OrderRecord] | None = None,
) -> Page[OrderRecord]:
    """One page. An order whose number is exactly what was typed stands on top of the first page, newest first.

    stores: those the viewer may see, where they are known; the rows then carry them, and no query asks for them again.
    whole: where the shown rows are read from, with what a page wants beside them.
    """
    searched = stores_of(viewer, query, stores)
    rows, number = matching_in(query, searched), matching.sole_number(query.words)
    sort, whole = query.sort, OrderRecord.objects.defer("search") if whole is None else whole
    named = number if sort is NEWEST else ""
    asked = rows.exclude(number_folded=named) if named else rows
    page = keyset.page_of(
        asked, after=after, size=size, field=sort.field, kind=sort.kind, rising=sort.rising, whole=whole
    )
    if named and not page.previous:
        exact = matching_in(replace(query, words=""), searched).filter(number_folded=named)
        top = list(whole.filter(pk__in=exact.values("pk")).order_by("-placed_at", "-pk")[:size])
        page = replace(page, rows=[*top, *page.rows]) if top else page
    return replace(page, rows=_with_stores(page.rows, searched))


def every(viewer: access.Viewer, query: OrderQuery) -> Iterator[OrderRecord]:
    """All of them, newest first, a chunk at a time: for an export."""
    stores = stores_of(viewer, query)
    rows, after = matching_in(query, stores), ""
    while True:
        page = keyset.page_of(rows, after=after, size=CHUNK, whole=OrderRecord.objects.defer("search"))
        yield from _with_stores(page.rows, stores)
        if not page.next:
            return
        after = page.next


def stores_of(viewer: access.Viewer, query: OrderQuery, known: Iterable[Store] | None = None) -> list[Store]:
    """The shops that are searched: those one may see, or those that were asked for among them."""
    stores = access.stores_for(viewer, "orders.view") if known is None else known
    return [store for store in stores if not query.shops or store.uuid in query.shops]


def matching_in(query: OrderQuery, stores: Sequence[Store]) -> QuerySet[OrderRecord]:
    """All that fit, in no order."""
    total = amounts.between(query.total_from, query.total_to, stores)
    few = query.words or query.sku or query.country or query.tag or query.is_disputed or total or query.listed
    of_few = few or query.sort.field != NEWEST.field  # then the index that is sorted by is the one to go through
    pks = [store.pk for store in stores]
    rows = within.shops(OrderRecord.objects.all(), pks) if of_few else OrderRecord.objects.filter(store_id__in=pks)
    if query.listed is not None:
        rows = rows.filter(pk__in=ListedOrder.objects.filter(list_id=query.listed).values("order_id"))
    words = matching.condition(query.words)
    if amount := amounts.typed(query.words, stores):
        words |= amount
    wholes = (("sku", query.sku), ("to", query.country), ("tag", query.tag))
    placed = days.placed(query.placed_from, query.placed_to, stores, query.zone)
    return rows.filter(words, *(matching.whole(*each) for each in wholes), _states(query), placed, total)


def _with_stores(rows: Sequence[OrderRecord], stores: Iterable[Store]) -> list[OrderRecord]:
    by_pk = {store.pk: store for store in stores}
    for row in rows:
        row.store = by_pk[row.store_id]
    return list(rows)


def _states(query: OrderQuery) -> Q:
    found = Q()
    for column in ("cancellable", "fulfilment", "payment"):
        if chosen := getattr(query, column):
            found &= Q(**{f"{column}__in": [str(value) for value in chosen]})
    return found & Q(is_disputed=True) if query.is_disputed else found
