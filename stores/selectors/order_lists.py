"""Views and lists that people keep: those a viewer may use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from stores.models import OrderList, OrderRecord, SavedView, Store, User
from stores.selectors import within


def views_of(viewer: User, stores: Iterable[Store]) -> list[SavedView]:
    """One's own, and those that were shared in a shop that one sees; by name. Each says whether it `is_own`."""
    shared = SavedView.shops.through.objects.filter(store_id__in=[store.pk for store in stores])
    asked = Q(owner=viewer) | Q(is_shared=True, pk__in=shared.values("savedview_id"))
    found = list(SavedView.objects.filter(asked).select_related("owner").order_by("is_shared", "name", "pk"))
    for view in found:
        view.is_own = view.owner_id == viewer.pk
    return found


def own_list(viewer: User, named: str | UUID) -> OrderList | None:
    """None for what names no list, and for another person's: nobody learns that it exists."""
    try:
        uuid = named if isinstance(named, UUID) else UUID(named)
    except ValueError:
        return None
    return OrderList.objects.filter(owner=viewer, uuid=uuid).first()


def places_of(numbers: Sequence[str], stores: Sequence[Store]) -> dict[str, list[tuple[int, int]]]:
    """{folded number: (order id, shop id) of each order that has it}, in these shops."""
    rows = within.shops(OrderRecord.objects.all(), [store.pk for store in stores])
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    asked = rows.filter(number_folded__in=numbers).values_list("number_folded", "pk", "store_id")
    for number, pk, store in asked:
        found[number].append((pk, store))
    return dict(found)
