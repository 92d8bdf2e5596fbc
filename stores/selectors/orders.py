"""Finding orders: one box of words, a few filters, pages by position. Every question starts from what one may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from stores.canonical.order import Cancellable, Fulfilment, PaymentState
from stores.kernel import keyset
from stores.kernel.keyset import Page
from stores.kernel.money import exponent
from stores.models import OrderRecord, Store
from stores.selectors import access, matching, within

CHUNK = 500  # rows of an export held in memory at once
LARGEST = 2**62  # minor units


@dataclass(frozen=True, kw_only=True)
class OrderQuery:
    """What to look for; empty fields ask for nothing.

    words: as typed. placed_from, placed_to: days in each shop's own zone, both included.
    total_from, total_to: amounts in each order's own shop currency, both included.
    """

    words: str = ""
    shop: UUID | None = None
    cancellable: tuple[Cancellable, ...] = ()
    fulfilment: tuple[Fulfilment, ...] = ()
    payment: tuple[PaymentState, ...] = ()
    is_disputed: bool = False
    placed_from: date | None = None
    placed_to: date | None = None
    total_from: Decimal | None = None
    total_to: Decimal | None = None

    @property
    def is_narrowed(self) -> bool:
        return self != OrderQuery()


def search(viewer: access.Viewer, query: OrderQuery, after: str = "", size: int = 50) -> Page[OrderRecord]:
    """One page, newest first. An order whose number is exactly what was typed stands on top of the first page."""
    stores = _stores(viewer, query)
    rows, number = _matching(query, stores), matching.sole_number(query.words)
    if not number:
        return keyset.page_of(rows, after=after, size=size, whole=_whole())
    page = keyset.page_of(rows.exclude(number_folded=number), after=after, size=size, whole=_whole())
    if page.previous:
        return page
    exact = _matching(replace(query, words=""), stores).filter(number_folded=number)
    top = list(_whole().filter(pk__in=exact.values("pk")).order_by("-placed_at", "-pk")[:size])
    return replace(page, rows=[*top, *page.rows]) if top else page


def every(viewer: access.Viewer, query: OrderQuery) -> Iterator[OrderRecord]:
    """All of them, newest first, a chunk at a time: for an export."""
    rows, after = _matching(query, _stores(viewer, query)), ""
    while True:
        page = keyset.page_of(rows, after=after, size=CHUNK, whole=_whole())
        yield from page.rows
        if not page.next:
            return
        after = page.next


def _stores(viewer: access.Viewer, query: OrderQuery) -> list[Store]:
    """The shops that are searched: those one may see, or the one that was asked for among them."""
    stores = access.stores_for(viewer, "orders.view")
    return [store for store in stores if query.shop in (None, store.uuid)]


def _matching(query: OrderQuery, stores: list[Store]) -> QuerySet[OrderRecord]:
    """All that fit, in no order."""
    amount = _amount(query, stores)
    if query.words or query.is_disputed or amount:
        rows = within.shops(OrderRecord.objects.all(), [store.pk for store in stores])
    else:
        rows = OrderRecord.objects.filter(_in(stores))
    return rows.filter(matching.condition(query.words), _states(query), _placed(query, stores), amount)


def _whole() -> QuerySet[OrderRecord]:
    """Rows as a list shows them: with their shop, without the heavy column."""
    return OrderRecord.objects.select_related("store").defer("search")


def _in(stores: Iterable[Store]) -> Q:
    return Q(store_id__in=[store.pk for store in stores])


def _states(query: OrderQuery) -> Q:
    found = Q()
    for column in ("cancellable", "fulfilment", "payment"):
        if chosen := getattr(query, column):
            found &= Q(**{f"{column}__in": [str(value) for value in chosen]})
    return found & Q(is_disputed=True) if query.is_disputed else found


def _placed(query: OrderQuery, stores: list[Store]) -> Q:
    """A day begins when it begins at the shop; shops of one zone share a condition."""
    if query.placed_from is None and query.placed_to is None:
        return Q()
    by_zone: dict[str, list[Store]] = defaultdict(list)
    for store in stores:
        by_zone[store.time_zone].append(store)
    found = Q(pk__in=[])
    for name, group in by_zone.items():
        days = _between(query.placed_from, query.placed_to, _zone(name))
        found |= days if len(by_zone) == 1 else days & _in(group)
    return found


def _between(first: date | None, last: date | None, zone: ZoneInfo) -> Q:
    found = Q()
    if first:
        found &= Q(placed_at__gte=_midnight(first, zone))
    if last and last < date.max:
        found &= Q(placed_at__lt=_midnight(last + timedelta(days=1), zone))
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:  # the year 1, east of Greenwich
        return datetime.combine(day, time(), UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _amount(query: OrderQuery, stores: list[Store]) -> Q:
    """Stored in minor units, so 10 means 10 in yen and 1000 in cents: one condition per number of digits."""
    if query.total_from is None and query.total_to is None:
        return Q()
    by_digits: dict[int, set[str]] = defaultdict(set)
    for currency in {store.currency for store in stores}:
        by_digits[exponent(currency)].add(currency)
    found = Q(pk__in=[])
    for digits, currencies in by_digits.items():
        amounts = _range(query, digits)
        found |= amounts if len(by_digits) == 1 else amounts & Q(currency__in=sorted(currencies))
    return found


def _range(query: OrderQuery, digits: int) -> Q:
    """Both ends are always said: SQLite takes an index for a range between two, and reads all rows for an open one."""
    low, high = -LARGEST, LARGEST
    if query.total_from is not None:
        low = int(query.total_from.scaleb(digits).to_integral_value(ROUND_CEILING))
    if query.total_to is not None:
        high = int(query.total_to.scaleb(digits).to_integral_value(ROUND_FLOOR))
    return Q(total_minor__gte=low, total_minor__lte=high)
