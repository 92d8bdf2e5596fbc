"""One line of the work table, written as one string: fifty rows of twenty template variables each took longer than all
the rest of the page. The table's head and what surrounds it are templates/orders/_table.html; a few rows have more
beside what was bought, which templates/orders/_beside.html writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cancellations.models import Cancellation
from stores.models import OrderRecord
from stores.selectors.mirrored_orders import Linked
from stores.templatetags import desk

CELLS: Final = (
    '<td class="tick-cell"><label><input type="checkbox" name="pick" value="{uuid}" data-select data-amount="{amount}"'
    ' aria-label="{number}"></label></td>'
    '<th scope="row" class="c-no"><a class="open" href="{address}">{number}</a></th>'
    '<td class="c-age muted">{age}</td>{shop}<td class="c-cust">{customer}</td><td class="c-what">{beside}'
    '<bdi title="{bought}">{bought}</bdi>{more}</td><td class="c-can">{can}</td><td class="c-ship">{fulfilment}</td>'
    '<td class="c-pay">{payment}</td><td class="num c-money">{total}</td>'
)
SHOP: Final = '<td class="c-shop">{}</td>'
CUSTOMER: Final = '<bdi title="{0}">{0}</bdi>'
NOBODY: Final = '<span class="faint" title="{}">—</span>'
MORE: Final = ' <span class="more-n">+{}</span>'
UNTOLD: Final = '<span title="{}">—</span>'
ROUGHLY: Final = '<span title="{0}, {1}" aria-hidden="true">≤ {2}</span><span class="hide">{0}, {1}</span>'
ABOUT: Final = (
    '<span title="{0}">{1} <span class="faint" aria-hidden="true">≈</span><span class="hide">, {0}</span></span>'
)
MOST_SEGMENTS: Final = 8  # of a bar; of more units it is one piece in proportion


@dataclass
class Row:
    """What a line says. unchecked: the figures that opening the order may correct, "", "units", "money" or "both".

    why_no_total: in words, where nobody told one. shop: its shorter name, "" where there is only one shop.
    """

    order: OrderRecord
    address: str
    shop: str
    unchecked: str
    why_no_total: str
    working: Cancellation | None = None
    linked: Sequence[tuple[Linked, Cancellation | None, bool]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.order.cancellable == "none"

    @property
    def amount(self) -> str:
        """For the sum of a selection: `47.98 USD`, "" where nobody told it."""
        return "" if self.why_no_total else f"{self.order.total.amount} {self.order.currency}"

    @property
    def cells(self) -> SafeString:
        order = self.order
        return format_html(
            CELLS,
            uuid=order.uuid,
            amount=self.amount,
            number=order.number,
            address=self.address,
            age=desk.when(order.placed_at, None, "age"),
            shop=format_html(SHOP, self._glyph()) if self.shop else "",
            customer=_customer(order),
            beside=self._beside(),
            bought=order.bought,
            more=format_html(MORE, order.lines - 1) if order.lines > 1 else "",
            can=_can(order.units_open, order.units_ordered, self.unchecked in ("units", "both"), get_language()),
            fulfilment=desk.chip(_("Cancelled"), "calm")
            if order.cancelled_at
            else desk.state("fulfilment", order.fulfilment),
            payment=desk.chip(_("Disputed"), "bad") if order.is_disputed else desk.state("payment", order.payment),
            total=self._total(),
        )

    def _glyph(self) -> SafeString:
        return desk.shop_glyph(self.order.store.platform, self.order.store.name, self.shop)

    def _beside(self) -> SafeString | str:
        return SafeString(render_to_string("orders/_beside.html", {"row": self})) if self.working or self.linked else ""

    def _total(self) -> SafeString | str:
        if self.why_no_total:
            return format_html(UNTOLD, self.why_no_total)
        text = desk.money(self.order.total)
        return format_html(ABOUT, _("checked when opened"), text) if self.unchecked in ("money", "both") else text


def _customer(order: OrderRecord) -> SafeString | str:
    if order.customer_name:
        return format_html(CUSTOMER, order.customer_name)
    return order.customer_email or format_html(NOBODY, _("Not told"))


@lru_cache(maxsize=4096)
def _can(can: Any, ordered: Any, is_rough: bool, language: str | None) -> SafeString:
    """`5 of 5` behind a bar, one piece a unit; *up to* where opening the order may correct it."""
    words = {"open": desk.units(can), "all": desk.units(ordered)}
    text = _("%(open)s of %(all)s") % words
    at_most, hint = _("up to %(open)s of %(all)s") % words, _("checked when opened")
    shown = format_html(ROUGHLY, at_most, hint, text) if is_rough else text
    return format_html('<span class="can">{}{}</span>', _bar(float(can), float(ordered)), shown)


def _bar(can: float, ordered: float) -> SafeString:
    """48 wide: what can be cancelled, then the rest; up to MOST_SEGMENTS units as pieces."""
    pieces = int(ordered) if 0 < ordered <= MOST_SEGMENTS and ordered == int(ordered) and can == int(can) else 1
    full = round(48 * min(1.0, can / ordered), 2) if ordered else 0
    inside = format_html('<rect class="o" width="48"></rect><rect class="i" width="{}"></rect>', full)
    for piece in range(1, pieces):
        inside += format_html('<rect class="gap" x="{}" width="1.5"></rect>', round(48 * piece / pieces - 0.75, 2))
    return format_html('<svg viewBox="0 0 48 8" aria-hidden="true">{}</svg>', inside)
