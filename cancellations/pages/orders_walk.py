"""From one order of a list to the next: the list rides along in the address, so that two tabs walk two lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from cancellations.forms.search import HOW, OrderSearch
from stores.kernel import keyset
from stores.models import OrderRecord, User
from stores.selectors import order_lists, orders

ALL = "all"  # the list without a filter
MOST = 4000  # characters of a question that rides along


@dataclass(frozen=True)
class Walk:
    """Where an order stands in the list it was opened from. previous, next: addresses, "" at an end."""

    question: str
    previous: str
    next: str

    @property
    def back(self) -> str:
        """The list itself."""
        return reverse("orders:list") + ("" if self.question == ALL else f"?{self.question}")


def question_of(form: OrderSearch) -> str:
    """The list as its address asks for it, sorted as it is, on no page."""
    kept: Any = form.data.copy() if isinstance(form.data, QueryDict) else QueryDict(mutable=True)
    for name in HOW:
        if name != "sort":
            kept.pop(name, None)
    return str(kept.urlencode())[:MOST]


def suffix(form: OrderSearch) -> str:
    """What an order's address carries when it is opened from this list."""
    return suffix_of(question_of(form) or ALL)


def suffix_of(question: str) -> str:
    """The same of a list that is known by its question; "" for none."""
    return "?" + urlencode({"walk": question}) if 0 < len(question) <= MOST else ""


def form_of(viewer: User, question: str, stores: Any) -> OrderSearch:
    """The list that an address names, as its reader would see it."""
    asked = QueryDict("" if question == ALL else question)
    listed = order_lists.own_list(viewer, asked["list"]) if asked.get("list") else None
    return OrderSearch(asked, stores=stores, listed=listed)


def of(viewer: User, record: OrderRecord, question: str, stores: Any) -> Walk | None:
    """None where the address names no list."""
    if not question or len(question) > MOST:
        return None
    form = form_of(viewer, question, stores)
    query = form.query()
    found = [_beside(viewer, record, query, form.stores, is_newer) for is_newer in (True, False)]
    previous, following = (_address(row, question) for row in found)
    return Walk(question, previous, following)


def _beside(viewer: User, record: OrderRecord, query: Any, stores: Any, is_newer: bool) -> OrderRecord | None:
    sort = query.sort
    cursor = str(keyset.Cursor(is_newer, getattr(record, sort.field), record.pk))
    rows = keyset.beside(
        orders.matching_in(query, orders.stores_of(viewer, query, stores)),
        cursor, field=sort.field, kind=sort.kind, rising=sort.rising,
    )  # fmt: skip
    found: OrderRecord | None = rows.only("uuid", "number").first()
    return found


def _address(row: OrderRecord | None, question: str) -> str:
    if row is None:
        return ""
    return reverse("orders:detail", args=[row.uuid]) + suffix_of(question)
