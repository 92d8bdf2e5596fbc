"""Orders that could not be read, as far as one may see the shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Length

from stores.kernel.search_text import fold_number
from stores.models import Store, UnreadableOrder
from stores.selectors import access, matching, orders
from stores.selectors.orders import OrderQuery

SHOWN = 20


@dataclass(frozen=True)
class Unread:
    """The latest of a shop's unreadable orders, and how many there are."""

    rows: Sequence[UnreadableOrder]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def of_store(viewer: access.Viewer, store: Store) -> Unread:
    """Two queries however many there are."""
    found = UnreadableOrder.objects.filter(store=store, store__in=access.stores_for(viewer, "stores.view"))
    return Unread(list(found.order_by("-first_seen_at", "-pk")[:SHOWN]), found.count())


def one(viewer: access.Viewer, store: Store, uuid: UUID) -> UnreadableOrder | None:
    """None also where it was read meanwhile."""
    seen = access.stores_for(viewer, "orders.read_again")
    return (
        UnreadableOrder.objects.select_related("store__connection")
        .filter(store=store, store__in=seen, uuid=uuid)
        .first()
    )


def search(viewer: access.Viewer, query: OrderQuery, *, among: Sequence[Store] | None = None) -> list[UnreadableOrder]:
    """Those whose number or id is typed. Their state and money nobody knows, so a filter by these finds none."""
    tokens = matching.tokens_of(query.words)[: matching.MOST_WORDS]
    if not tokens or replace(query, words="", shops=()).is_narrowed:
        return []
    found = Q(pk__in=[])
    for token in tokens:
        found |= Q(search__contains=fold_number(token) or token) | Q(external_id__iexact=token)
    stores = orders.stores_of(viewer, query, among)
    rows = UnreadableOrder.objects.filter(found, store__in=stores).select_related("store")
    return list(rows.order_by(Length("number"), "-first_seen_at", "-pk")[:SHOWN])  # the very number before longer ones
