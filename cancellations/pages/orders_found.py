"""How many orders are found and what they come to: counted after the rows stand, so that nobody waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cancellations.forms.search import OrderSearch
from cancellations.pages import orders_list, orders_walk
from stores.kernel.money import Money
from stores.models import User
from stores.selectors import orders
from stores.templatetags import desk

MOST = 10_000


@dataclass(frozen=True)
class Found:
    """count: exact, None above MOST. sums: one a currency, the largest count first. unpriced: without a total."""

    count: int | None
    sums: tuple[Money, ...] = ()
    unpriced: int = 0

    @property
    def words(self) -> str:
        if self.count is None:
            return _("more than %(most)s orders") % {"most": desk.units(MOST)}
        return ngettext("%(n)s order", "%(n)s orders", self.count) % {"n": desk.units(self.count)}

    @property
    def total(self) -> str:
        """`US$38,210.40 + €1,204.00`; currencies are never added."""
        return " + ".join(desk.money(money) for money in self.sums)

    @property
    def without(self) -> str:
        if not self.unpriced:
            return ""
        return ngettext("%(n)s without a total", "%(n)s without a total", self.unpriced) % {"n": self.unpriced}


def of(viewer: User, form: OrderSearch) -> Found:
    query = form.query()
    stores = orders.stores_of(viewer, query, form.stores)
    platforms = {store.pk: store.platform for store in stores}
    rows: Any = orders.matching_in(query, stores).order_by()
    found = list(rows.values_list("currency", "total_minor", "is_summary", "store_id")[: MOST + 1])
    if len(found) > MOST:
        return Found(None)
    sums: dict[str, list[int]] = {}
    for currency, minor, is_summary, store in found:
        if platforms[store] not in orders_list.WITHOUT_MONEY and (minor or not is_summary):
            sums.setdefault(currency, []).append(minor)
    order = sorted(sums, key=lambda currency: (-len(sums[currency]), currency))
    told = tuple(Money.from_minor(sum(sums[currency]), currency) for currency in order)
    return Found(len(found), told, len(found) - sum(map(len, sums.values())))


def context(viewer: User, form: OrderSearch) -> dict[str, Any]:
    return {"found": of(viewer, form), "question": orders_walk.question_of(form), "form": form}
