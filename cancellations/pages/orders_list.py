"""The order list as a page and as a file: rows, the same orders elsewhere, how fresh each shop's copy is.

`orders_rows` writes the lines, `orders_filters` the tabs and chips around them; `orders_found` counts, `orders_walk`
leads from one to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cancellations.forms.search import OrderSearch
from cancellations.models import Cancellation
from cancellations.pages import orders_filters, orders_walk
from cancellations.pages.orders_rows import Row
from cancellations.selectors import under_way
from cancellations.states import TERMINAL
from stores.canonical.capabilities import Support
from stores.kernel import csv_export
from stores.models import OrderRecord, Store, User
from stores.platforms import registry
from stores.selectors import access, freshness, mirrored_orders, unreadable
from stores.templatetags import times

NAMED_ONE_BY_ONE = 3  # shops that are up to date; more fold into one line, so that orders stay on a phone's screen

WITHOUT_MONEY = frozenset(kind.key for kind in registry.all_platforms() if not kind.recipe.moves_money)  # nor prices
# what a list of the platform tells only roughly, until the order is read
ROUGH = {
    name: frozenset(k.key for k in registry.all_platforms() if getattr(k.capabilities, name).support != Support.NATIVE)
    for name in ("list_units", "list_money")
}


def rows_with_work() -> QuerySet[OrderRecord]:
    """Orders with their one open cancellation beside them: one query for both."""
    is_open = ~Q(cancellations__state__in=sorted(TERMINAL))
    rows = OrderRecord.objects.defer("search").annotate(work=FilteredRelation("cancellations", condition=is_open))
    found: QuerySet[OrderRecord] = rows.annotate(
        work_pk=F("work__pk"), work_uuid=F("work__uuid"), work_state=F("work__state"), work_differs=F("work__differs")
    )
    return found


def context(viewer: User, form: OrderSearch, page: Any) -> dict[str, Any]:
    """Everything templates/orders/list.html and its parts ask for."""
    query = form.query()
    lines = freshness.of_stores(form.stores)
    fresh = [line for line in lines if line.truth == freshness.Truth.FRESH]
    folds = len(fresh) > NAMED_ONE_BY_ONE
    linked = mirrored_orders.seen_by(viewer, page.rows, among=form.stores)
    shown = mirrored_orders.once(page.rows, linked)
    others = {x.record.pk for found in linked.values() for x in found} - {row.pk for row in page.rows}
    working = {row.pk: _work(row) for row in page.rows} | under_way.of_orders(viewer, sorted(others))
    suffix = orders_walk.suffix(form)
    return {
        "form": form,
        "page": page,
        "question": orders_walk.question_of(form),
        "zone_name": times.name_of(times.readers()),
        "query": query,
        "walk": suffix,
        "is_narrowed": query.is_narrowed,
        "stores": form.stores,
        "told": [line for line in lines if not (folds and line.truth == freshness.Truth.FRESH)],
        "folded": fresh if folds else [],
        "has_copy": any(line.has_copy for line in lines),
        "is_polled": any(line.is_polled for line in fresh),
        "importing": [line for line in lines if line.truth == freshness.Truth.IMPORTING],
        "troubles": [line for line in lines if line.is_trouble],
        "unreadable": [] if page.previous else unreadable.search(viewer, query, among=form.stores),
        "rows": _rows(shown, linked, working, form.stores, suffix),
        "can_connect": access.can(viewer, "stores.connect"),
    } | orders_filters.context(viewer, form, query)


def _shared_beginning(names: Sequence[str]) -> str:
    """The words that all shops begin with, which tell none from another: `Northwind ` of `Northwind Goods`."""
    first, *others = names or [""]
    words: list[str] = []
    for word in first.split(" ")[:-1]:
        begun = " ".join([*words, word]) + " "
        if not others or not all(name.startswith(begun) and len(name) > len(begun) for name in others):
            break
        words.append(word)
    return " ".join(words) + " " if words else ""


def _short_names(stores: Sequence[Store]) -> dict[int, str]:
    """Shop → its name without what all of them begin and end with; "" where there is only one."""
    if len(stores) < 2:
        return dict.fromkeys((store.pk for store in stores), "")
    names = [store.name for store in stores]
    beginning, ending = _shared_beginning(names), _turned(_shared_beginning([_turned(name) for name in names]))
    return {store.pk: store.name.removeprefix(beginning).removesuffix(ending) or store.name for store in stores}


def _turned(name: str) -> str:
    """Its words, last first."""
    return " ".join(reversed(name.split(" ")))


def _work(row: OrderRecord) -> Cancellation | None:
    """The cancellation that `rows_with_work` found beside the order."""
    found: Any = row
    if found.work_pk is None:
        return None
    return Cancellation(pk=found.work_pk, uuid=found.work_uuid, state=found.work_state, differs=found.work_differs)


def _rows(
    orders: Sequence[OrderRecord],
    linked: Mapping[int, Sequence[mirrored_orders.Linked]],
    working: Mapping[int, Cancellation | None],
    stores: Sequence[Store],
    suffix: str,
) -> list[Row]:
    short, base = _short_names(stores), reverse("orders:list")
    return [
        Row(
            order=order,
            address=f"{base}/{order.uuid}{suffix}",
            shop=short.get(order.store_id, ""),
            unchecked=_unchecked(order),
            why_no_total=_why_no_total(order),
            working=working.get(order.pk),
            linked=_others(order, linked, working) if order.pk in linked else [],
        )
        for order in orders
    ]


def _why_no_total(order: OrderRecord) -> str:
    if order.store.platform in WITHOUT_MONEY:
        return _("the platform tells no prices")
    return _("known once the order is read") if order.is_summary and not order.total_minor else ""


def _others(
    row: OrderRecord, linked: Mapping[int, Sequence[mirrored_orders.Linked]], working: Mapping[int, Cancellation | None]
) -> list[tuple[mirrored_orders.Linked, Cancellation | None, bool]]:
    """(the same order elsewhere, its cancellation under way, whether it stands open where this one does not)."""
    is_over = row.cancellable == "none"
    found = linked.get(row.pk, ())
    return [(x, working.get(x.record.pk), is_over and x.record.cancellable != "none") for x in found]


def _unchecked(row: OrderRecord) -> str:
    """Which figures of the row an opened order may correct: "", "units", "money" or "both". A list counts no unit too
    few, so that none is none.
    """
    if not row.is_summary:
        return ""
    money = row.store.platform in ROUGH["list_money"] - WITHOUT_MONEY
    if row.store.platform in ROUGH["list_units"] and row.units_open:
        return "both" if money else "units"
    return "money" if money else ""


def header() -> list[str]:
    return [_("Order"), _("Shop"), _("Platform"), _("Placed (UTC)"), _("Customer"), _("E-mail"), _("Cancellable"),
            _("Units cancellable"), _("Units ordered"), _("Fulfilment"), _("Payment"), _("Total"), _("Currency"),
            _("Cancelled (UTC)"), _("Disputed"), _("Platform's id"), _("Checked")]  # fmt: skip


def cells(rows: Iterator[OrderRecord]) -> Iterator[list[csv_export.Cell]]:
    for row in rows:
        yield [
            row.number, row.store.name, row.store.platform, _utc(row.placed_at), row.customer_name,
            row.customer_email, row.cancellable, row.units_open.normalize(), row.units_ordered.normalize(),
            row.fulfilment, row.payment, _total(row), row.currency, _utc(row.cancelled_at),
            _("yes") if row.is_disputed else _("no"), row.external_id,
            _("when opened") if _unchecked(row) else _("yes"),
        ]  # fmt: skip


def _total(row: OrderRecord) -> csv_export.Cell:
    """Empty where a listing did not tell it; never a zero nobody said."""
    is_told = row.store.platform not in WITHOUT_MONEY and (row.total or not row.is_summary)
    return row.total.amount if is_told else ""


def _utc(instant: Any) -> str:
    return "" if instant is None else instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
