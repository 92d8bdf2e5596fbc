"""The lines of an order as the page shows them: what stands, what may go, what was typed, 100 a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from django.utils.translation import gettext as _

from cancellations.forms.preview import AT, BACK, NO_STOCK, PreviewForm, known_places
from cancellations.planning.quantities import advice
from stores.canonical.capabilities import Capabilities
from stores.canonical.order import LineItem, Location, MoneyPair, Order
from stores.kernel.i18n import units as said
from stores.kernel.money import Money

A_PAGE = 100
SHORT = 12  # lines that are seen at a glance


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_chosen: bool
    why_not: str = ""  # why it cannot be chosen; shown, not hidden


@dataclass(frozen=True)
class LineRow:
    """`number` is the line's place on the order: ids of the page are made from it."""

    number: int
    line: LineItem
    units: str
    wrong: str
    share: Money | None  # its part of the refund, by the platform's figures
    stock: Sequence[Choice]
    stock_words: str  # instead of a choice: not counted, cannot be put back
    stock_wrong: str
    why: str  # why it cannot be cancelled, or not all of it, and what to do instead
    places: Sequence[str]

    @property
    def is_off(self) -> bool:
        return self.line.cancellable <= 0

    @property
    def is_chosen(self) -> bool:
        return self.units not in ("", "0")

    @property
    def worth(self) -> MoneyPair:
        """Of all its units that stand on the order."""
        price = self.line.unit_price
        return MoneyPair(
            shop=(price.shop * self.line.current).rounded(), customer=(price.customer * self.line.current).rounded()
        )


@dataclass(frozen=True)
class LinePage:
    rows: Sequence[LineRow]
    number: int
    count: int
    hidden: Sequence[tuple[str, str]]  # what was chosen on the other pages, carried along
    most: Decimal  # units of the whole order that may go
    found: int  # lines that were looked for; all of them where nothing was

    @property
    def can_find(self) -> bool:
        """Long enough that one looks for a line."""
        return len(self.rows) > SHORT or bool(self.hidden) or self.count > 1 or not self.rows

    @property
    def is_alone(self) -> bool:
        return self.count == 1

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1 if self.number < self.count else 0


def page_of(
    form: PreviewForm, capabilities: Capabilities, *, number: int, shares: Mapping[str, Money], wrong: Mapping[str, str]
) -> LinePage:
    """shares: line id → its part of the refund; wrong: field name → words, from the form and the plan's blockers."""
    lines = list(enumerate(form.order.lines))
    found = [(n, line) for n, line in lines if _fits(line, form.find)]
    count = max(1, ceil(len(found) / A_PAGE))
    number = min(max(number, 1), count)
    shown = dict(found[(number - 1) * A_PAGE : number * A_PAGE])
    places = known_places(form.order)
    rows = [_row(n, line, form, capabilities, places, shares.get(line.id), wrong) for n, line in shown.items()]
    hidden = list(_carried(form, [line for n, line in lines if n not in shown]))
    most = sum((max(line.cancellable, Decimal(0)) for _n, line in lines), Decimal(0))
    return LinePage(rows, number, count, hidden, most, len(found))


def _fits(line: LineItem, looked_for: str) -> bool:
    """Each word of it stands in the line's title, variant, SKU or vendor."""
    text = f"{line.title} {line.variant} {line.sku} {line.vendor}".casefold()
    return all(word in text for word in looked_for.casefold().split())


def _carried(form: PreviewForm, lines: Sequence[LineItem]) -> Iterator[tuple[str, str]]:
    for line in lines:
        for name, value in ((f"units.{line.id}", form.units_text(line)), (f"stock.{line.id}", form.stock_text(line))):
            if value not in ("", "0"):
                yield name, value


def _row(
    number: int,
    line: LineItem,
    form: PreviewForm,
    capabilities: Capabilities,
    places: Sequence[Location],
    share: Money | None,
    wrong: Mapping[str, str],
) -> LineRow:
    words = _stock_words(line, form.order)
    field = wrong.get(f"stock.{line.id}") or wrong.get(f"location.{line.id}") or wrong.get(f"restock.{line.id}") or ""
    return LineRow(
        number=number,
        line=line,
        units=form.units_text(line),
        wrong=wrong.get(f"units.{line.id}", ""),
        share=share,
        stock=() if words else list(_stock(line, form, capabilities, places)),
        stock_words=words,
        stock_wrong=field,
        why=why(line),
        places=[_place(place) for place in line.placements] if len(line.placements) > 1 else [],
    )


def why(line: LineItem) -> str:
    """Why not everything of it can be cancelled, and what to do instead. Units that left say so in their column."""
    if line.cancellable >= line.current - (line.shipped if line.cancellable > 0 else 0):
        return ""
    return (line.why_not if line.cancellable <= 0 else "") or advice(line)


def _place(place: object) -> str:
    units, location = getattr(place, "units", 0), getattr(place, "location", None)
    return f"{said(units)} · {location.name}" if location else said(units)


def _stock_words(line: LineItem, order: Order) -> str:
    if line.cancellable <= 0:
        return "—"
    if not line.is_tracked:
        return _("Not counted")
    if not line.is_restockable or not order.is_restockable:
        return _("Cannot be put back")
    return ""


def _stock(
    line: LineItem, form: PreviewForm, capabilities: Capabilities, places: Sequence[Location]
) -> Iterator[Choice]:
    """As the tick below says, back, kept, or back to a place of one's own choice."""
    typed = form.stock_text(line)
    here = {place.location.id for place in line.placements if place.location and place.units > 0}
    back = "" if capabilities.restock.is_offered or capabilities.restock.is_by_hand else capabilities.restock.why
    keep = "" if capabilities.keep_stock.is_offered else capabilities.keep_stock.why
    at = back or ("" if capabilities.restock_at_location.is_offered else capabilities.restock_at_location.why)
    yield Choice("", _("Like the others"), typed == "")
    yield Choice(BACK, _("Back in stock"), typed == BACK, back)
    yield Choice(NO_STOCK, _("Keep out of stock"), typed == NO_STOCK, keep)
    for place in places:
        if here != {place.id}:
            value = f"{AT}{place.id}"
            yield Choice(value, _("Back at %(place)s") % {"place": place.name}, typed == value, at)
