"""The order list as a page and as a file: rows, the same orders elsewhere, how fresh each shop's copy is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from django.utils.translation import gettext as _

from cancellations.forms.search import OrderSearch
from cancellations.models import Cancellation
from cancellations.selectors import under_way
from stores.canonical.capabilities import Support
from stores.kernel import csv_export
from stores.models import OrderRecord, User
from stores.platforms import registry
from stores.selectors import access, freshness, mirrored_orders, unreadable

NAMED_ONE_BY_ONE = 3  # shops that are up to date; more fold into one line, so that orders stay on a phone's screen

WITHOUT_MONEY = frozenset(kind.key for kind in registry.all_platforms() if not kind.recipe.moves_money)  # nor prices
# what a list of the platform tells only roughly, until the order is read
ROUGH = {
    name: frozenset(k.key for k in registry.all_platforms() if getattr(k.capabilities, name).support != Support.NATIVE)
    for name in ("list_units", "list_money")
}


def context(viewer: User, form: OrderSearch, page: Any) -> dict[str, Any]:
    """Everything templates/orders/list.html and its parts ask for."""
    query = form.query()
    lines = freshness.of_stores(form.stores)
    fresh = [line for line in lines if line.truth == freshness.Truth.FRESH]
    linked = mirrored_orders.seen_by(viewer, page.rows)
    shown = mirrored_orders.once(page.rows, linked)
    working = under_way.of_orders(viewer, [row.pk for row in page.rows])
    return {
        "form": form,
        "page": page,
        "chosen": form.chosen(),
        "has_panel_errors": bool(form.errors.keys() - {"q"}),
        "is_narrowed": query.is_narrowed,
        "stores": form.stores,
        "freshness": lines,
        "folded": fresh if len(fresh) > NAMED_ONE_BY_ONE else [],
        "copied": sum(line.copied for line in lines),
        "has_copy": any(line.has_copy for line in lines),
        "is_polled": any(line.is_polled for line in fresh),
        "importing": [line for line in lines if line.truth == freshness.Truth.IMPORTING],
        "troubles": [line for line in lines if line.is_trouble],
        "unreadable": [] if page.previous else unreadable.search(viewer, query),
        "rows": [(row, working.get(row.pk), _others(row, linked, working), _unchecked(row)) for row in shown],
        "without_money": WITHOUT_MONEY,
        "can_connect": access.can(viewer, "stores.connect"),
    }


def _others(
    row: OrderRecord, linked: Mapping[int, Sequence[mirrored_orders.Linked]], working: Mapping[int, Cancellation]
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
